import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { rawCommandIn } from '../admin/commands/raw-command.ts'
import { orderOf } from '../admin/commands/raw-orders.ts'
import type { Addressee } from './enrollment-id.ts'

/** Which addressees did not get the command, and why. */
export type Enqueued = Readonly<{
  commandId: string
  requestType: string
  errors: ReadonlyMap<string, string>
  positions: readonly (string | null)[]
}>

const atATime = 16

/** Queues the command in this plist. Throws `ParseError` when it is none; an addressee that cannot take it does not stop the others. */
export const enqueue = async (
  app: Pick<App, 'execute' | 'load' | 'blobs' | 'vault' | 'clock'>,
  plist: Uint8Array,
  addressees: readonly Addressee[],
  cause: Cause,
): Promise<Enqueued> => {
  const raw = rawCommandIn(plist)
  const commandId = raw.commandId ?? randomUUID()
  const outcomes = await inParallel(addressees, atATime, async ({ hostId, channel }) => {
    try {
      if (channel !== deviceChannel && (await app.load(host, hostId)).state.enrollment.channels[channel] === undefined)
        return { error: 'This user is not enrolled.' }
      const order = await orderOf(app, { raw, hostId, commandId, cause, channel })
      return { position: (await app.execute(host, hostId, order, cause)).position }
    } catch (error) {
      if (error instanceof Rejection) return { error: error.message }
      throw error
    }
  })
  const errors = addressees.flatMap(({ id }, index) => {
    const outcome = outcomes[index]
    return outcome !== undefined && 'error' in outcome ? [[id, outcome.error] as const] : []
  })
  const positions = outcomes.flatMap((outcome) => ('position' in outcome ? [outcome.position] : []))
  return { commandId, requestType: raw.requestType, errors: new Map(errors), positions }
}
