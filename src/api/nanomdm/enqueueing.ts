import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { mustNameNoOther, queueRaw } from '../admin/commands/chosen-ids.ts'
import type { RawCommand } from '../admin/commands/raw-command.ts'
import type { Addressee } from './enrollment-id.ts'

/** Which addressees did not get the command, and why. */
export type Enqueued = Readonly<{
  commandId: string
  errors: ReadonlyMap<string, string>
  positions: readonly (string | null)[]
}>

const atATime = 16

type Ports = Pick<App, 'execute' | 'load' | 'read' | 'blobs' | 'vault' | 'clock'>

/**
 * Queues the command. An addressee that cannot take it does not stop the others. Rejects (`already-exists`) when its id stands for another command:
 * then nobody gets it.
 */
export const enqueue = async (
  app: Ports,
  raw: RawCommand,
  { addressees, cause }: Readonly<{ addressees: readonly Addressee[]; cause: Cause }>,
): Promise<Enqueued> => {
  await mustNameNoOther(app, raw)
  const commandId = raw.commandId ?? randomUUID()
  const outcomes = await inParallel(addressees, atATime, async ({ hostId, channel }) => {
    try {
      if (channel !== deviceChannel && (await app.load(host, hostId)).state.enrollment.channels[channel] === undefined)
        return { error: 'This user is not enrolled.' }
      return { position: (await queueRaw(app, { raw, hostId, commandId, cause, channel })).position }
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      return { error: error.code === 'already-exists' ? alreadyExists(commandId) : error.message }
    }
  })
  const errors = addressees.flatMap(({ id }, index) => {
    const outcome = outcomes[index]
    return outcome !== undefined && 'error' in outcome ? [[id, outcome.error] as const] : []
  })
  const positions = outcomes.flatMap((outcome) => ('position' in outcome ? [outcome.position] : []))
  return { commandId, errors: new Map(errors), positions }
}

/** In NanoMDM's words, which its callers look for. */
export const alreadyExists = (commandId: string): string => `command already exists: ${commandId}`
