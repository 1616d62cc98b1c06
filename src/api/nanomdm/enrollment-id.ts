import { hostIdOf } from '../../domain/host/host-id.ts'
import type { Channel } from '../../domain/platforms.ts'
import { deviceChannel } from '../../domain/platforms.ts'

/** NanoMDM's id of an enrollment: a device's own id, or with a colon and a user's after it. */
export type Addressee = Readonly<{ id: string; hostId: string; channel: Channel }>

/** So many are taken in one request; a URL of them has room in the headers that the server reads. */
export const mostAddressees = 1_000

/** The addressees in a path such as `id1,id2`, each once; a part that can be no id at all is one that nobody has. */
export const addresseesIn = (path: string): readonly Addressee[] =>
  [...new Set(path.split(','))].map((id) => ({
    id,
    hostId: hostIdOf(id.split(':')[0] ?? ''),
    channel: id.includes(':') ? id : deviceChannel,
  }))
