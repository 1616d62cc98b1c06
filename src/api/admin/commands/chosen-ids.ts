import { isDeepStrictEqual } from 'node:util'
import type { App } from '../../../app/app.ts'
import { SecretGone } from '../../../app/ports.ts'
import type { Request } from '../../../domain/commands/requests.ts'
import { host } from '../../../domain/host/host.ts'
import { reject } from '../../../domain/rejections.ts'
import type { Cause, Position } from '../../../kernel/event.ts'
import { recently } from '../../../kernel/recent.ts'
import { firstUseOf } from '../../../projections/command-directory.ts'
import type { RawCommand } from './raw-command.ts'
import { menuRequestOf, rawCommandIn } from './raw-command.ts'
import { orderOf } from './raw-orders.ts'

type Ports = Pick<App, 'execute' | 'load' | 'read' | 'blobs' | 'vault' | 'clock'>

/**
 * A command's id names one command, on whatever hosts: rejects (`already-exists`) when the id that an admin wrote into this one stands for another.
 * Commands without an id of their own get a new one, and pass.
 */
export const mustNameNoOther = async (app: Ports, raw: RawCommand): Promise<void> => {
  if (raw.commandId === null) return
  const [use] = await app.read(firstUseOf(raw.commandId))
  if (use === undefined) return
  if (!(await isSame(app, raw, { commandId: raw.commandId, hostId: use.host_id, request: use.request })))
    reject('already-exists', `The command ${raw.commandId} exists already, and is another one.`, 'command')
}

type Asked = Readonly<{ raw: RawCommand; hostId: string; commandId: string; cause: Cause; channel?: string }>

/**
 * Queues an admin's own command on a host. The same once more, while it waits, changes nothing; rejects (`already-exists`) when the host was given
 * the id before.
 */
export const queueRaw = async (app: Ports, asked: Asked): Promise<Readonly<{ position: Position | null }>> => {
  const { raw, hostId, commandId, cause } = asked
  // One that was just made up is nobody's yet.
  if (raw.commandId === null) return app.execute(host, hostId, await orderOf(app, asked), cause)
  const { commands } = (await app.load(host, hostId)).state
  const waiting = commands.waiting.get(commandId)
  if (waiting !== undefined && (await isSame(app, raw, { commandId, hostId, request: waiting.request })))
    return { position: null }
  if (waiting !== undefined || recently(commands.settled, commandId) !== undefined)
    return reject('already-exists', `The command ${commandId} was given to this host already.`, 'command')
  return app.execute(host, hostId, await orderOf(app, asked), cause)
}

type Use = Readonly<{ commandId: string; hostId: string; request: Request }>

const isSame = async ({ blobs }: Pick<App, 'blobs'>, raw: RawCommand, { commandId, hostId, request }: Use): Promise<boolean> => {
  if (request.kind !== 'raw') return isDeepStrictEqual(menuRequestOf(raw), request) || isUnlock(raw, request)
  if (request.requestType !== raw.requestType) return false
  try {
    const bytes = Buffer.from(await blobs.fetchSealed(hostId, `command/${commandId}`, request.payload))
    return bytes.equals(raw.bytes) || isDeepStrictEqual(rawCommandIn(bytes).command, raw.command)
  } catch (error) {
    // What it was is not known any more.
    if (error instanceof SecretGone) return false
    throw error
  }
}

/** Lost Mode ends in our own words, whoever asked for it. */
const isUnlock = ({ requestType }: RawCommand, { kind }: Request): boolean =>
  kind === 'disable-lost-mode' && requestType === 'DisableLostMode'
