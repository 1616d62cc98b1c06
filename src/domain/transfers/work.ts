import type { WorkTable } from '../../kernel/work.ts'
import type { TransferEvent } from './events.ts'
import { batchesOf } from './transfer.ts'

/** Each batch is a row of its own, so that one that fails holds up no other. */
export const work: WorkTable<TransferEvent> = {
  TransferRequested: ({ id, data }) =>
    Array.from({ length: batchesOf(data) }, (_, batch) => ({ kind: 'transfer-hosts', key: batchKey(id, batch) })),
}

/** How the work on a batch is called. */
export const batchKey = (transferId: string, batch: number): string => `${transferId}/${String(batch)}`
