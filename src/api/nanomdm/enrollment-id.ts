import { hostIdOf } from '../../domain/host/host-id.ts'
import type { Channel } from '../../domain/platforms.ts'
import { deviceChannel } from '../../domain/platforms.ts'

/** NanoMDM's id of an enrollment: a device's own id, or with a colon and a user's after it. */
export type Addressee = Readonly<{ id: string; hostId: string; channel: Channel }>

/** The addressees in a path such as `/v1/push/id1,id2`; at most 1,000, each once. */
export const addresseesIn = (path: string): readonly Addressee[] =>
  [...new Set(path.split(','))]
    .filter((id) => /^[\x21-\x2b\x2d-\x7e]{1,300}$/.test(id))
    .slice(0, 1_000)
    .map((id) => ({
      id,
      hostId: hostIdOf(id.split(':')[0] ?? ''),
      channel: id.includes(':') ? id : deviceChannel,
    }))
