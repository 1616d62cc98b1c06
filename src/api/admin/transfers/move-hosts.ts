import type { App } from '../../../app/app.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import { host } from '../../../domain/host/host.ts'
import { asLines } from '../../../domain/transfers/host-list.ts'
import { transfer } from '../../../domain/transfers/transfer.ts'
import type { Cause, Position } from '../../../kernel/event.ts'
import { derivedId, fingerprintOf } from '../../../kernel/ids.ts'

/** Hosts that go to a team; with `from`, only those that are still there. Each is named once. */
export type Move = Readonly<{ teamId: string; from?: string; hostIds: readonly string[] }>

/** `transfer`: the id of what moves the hosts from now on; null: they are moved. */
export type Moving = Readonly<{ executed: readonly Readonly<{ position: Position | null }>[]; transfer: string | null }>

/** More hosts than this are left to a worker: so many take a second or two, even on a busy machine. */
export const usuallyAtOnce = 500

const atATime = 64
/** How many hosts a worker moves before it notes so. */
const batchSize = 500

/**
 * Moves hosts to a team: up to `atOnce` of them here and now. More become one transfer, in the log when this answers, whose hosts a worker moves. The
 * same move by the same cause is the same transfer.
 */
export const moveHosts = async (
  { execute, blobs }: Pick<App, 'execute' | 'blobs'>,
  { teamId, from, hostIds }: Move,
  { cause, atOnce = usuallyAtOnce }: Readonly<{ cause: Cause; atOnce?: number | undefined }>,
): Promise<Moving> => {
  const whence = from === undefined ? {} : { from }
  if (hostIds.length <= atOnce) {
    const command = { type: 'TransferHost', data: { teamId, because: 'asked', ...whence } } as const
    return { executed: await inParallel(hostIds, atATime, (hostId) => execute(host, hostId, command, cause)), transfer: null }
  }
  const lines = asLines(hostIds)
  const id = derivedId(`transfer/${cause.id}/${teamId}/${from ?? ''}/${fingerprintOf(lines)}`)
  const data = { teamId, ...whence, hosts: hostIds.length, batchSize, list: await blobs.keep(lines, cause) }
  return { executed: [await execute(transfer, id, { type: 'RequestTransfer', data }, cause)], transfer: id }
}
