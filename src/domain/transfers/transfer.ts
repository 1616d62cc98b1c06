import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { Tally, TransferEvent } from './events.ts'
import { nothing, sumOf } from './tally.ts'

type Requested = OfType<TransferEvent, 'TransferRequested'>['data']

export type TransferCommand =
  | { type: 'RequestTransfer'; data: Requested }
  /** What became of the hosts of one batch. */
  | { type: 'NoteBatch'; data: Tally & { batch: number } }

/** `over`: the numbers of the batches that are; `sum`: what became of their hosts. Null: nobody asked for it. */
export type Transfer = Readonly<{
  requested: (Requested & Readonly<{ askedAt: string }>) | null
  over: ReadonlySet<number>
  done: number
  sum: Tally
}>

/** A transfer of many hosts. Each host decides for itself whether it goes; here stands what is still to do, and what became of it all. */
export const transfer: Decider<TransferCommand, TransferEvent, Transfer> = {
  category: 'transfer',
  initial: { requested: null, over: new Set(), done: 0, sum: nothing },

  decide: decideBy<TransferCommand, TransferEvent, Transfer>({
    RequestTransfer: ({ data }, now) => (now.requested === null ? [{ type: 'TransferRequested', data }] : []),

    NoteBatch: ({ data: { batch, ...tally } }, now) => {
      const { requested } = now
      if (requested === null) return reject('not-found', 'This transfer does not exist.')
      if (now.over.has(batch)) return []
      const continued = { ...tally, batch, done: now.done + hostsIn(requested, batch) }
      const isLast = now.over.size + 1 === batchesOf(requested)
      return [
        { type: 'TransferContinued', data: continued },
        ...(isLast ? [{ type: 'TransferEnded', data: sumOf(now.sum, tally) } as const] : []),
      ]
    },
  }),

  evolve: evolveBy<TransferEvent, Transfer>({
    TransferRequested: (now, { at, data }) => ({ ...now, requested: { ...data, askedAt: at } }),
    TransferContinued: (now, { data: { batch, done, ...tally } }) => ({
      ...{ requested: now.requested, done },
      ...{ over: new Set([...now.over, batch]), sum: sumOf(now.sum, tally) },
    }),
    TransferEnded: (now) => now,
  }),
}

/** In how many batches a transfer is carried out. */
export const batchesOf = ({ hosts, batchSize }: Pick<Requested, 'hosts' | 'batchSize'>): number => Math.ceil(hosts / batchSize)

/** The batches of a transfer that are not over, by number. */
export const batchesLeft = ({ requested, over }: Transfer): readonly number[] =>
  requested === null ? [] : Array.from({ length: batchesOf(requested) }, (_, batch) => batch).filter((batch) => !over.has(batch))

const hostsIn = ({ hosts, batchSize }: Requested, batch: number): number => Math.min(batchSize, hosts - batch * batchSize)
