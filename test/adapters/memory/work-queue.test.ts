import { memoryWorkQueue } from '../../../src/adapters/memory/work-queue.ts'
import { workQueueContract } from '../../contracts/work-queue.contract.ts'

workQueueContract('The work queue in memory', () =>
  Promise.resolve({
    open: () => Promise.resolve(memoryWorkQueue({ retryDelayMs: 1 })),
    empty: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  }),
)
