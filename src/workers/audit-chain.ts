import { setTimeout as pause } from 'node:timers/promises'
import type { AuditChain, ChainPlace } from '../app/operational-ports.ts'
import type { EventLog, Log } from '../app/ports.ts'
import { paced } from '../app/paced.ts'
import { patiently } from '../app/patiently.ts'
import type { Recorded } from '../kernel/event.ts'
import { chainedOf, firstLink, leafOf, linkAfter } from '../protocols/audit/chain.ts'
import type { RecentLinks } from '../protocols/audit/recent-links.ts'
import { recentLinks } from '../protocols/audit/recent-links.ts'
import { checkpointStream, checkpointType } from '../protocols/audit/signing.ts'

/** Signs what was chained, if it is time to; see `checkpoints` in `api/checkpoints.ts`. */
export type CheckpointIfDue = () => Promise<void>

export type AuditChainRunner = Readonly<{
  /** As it is stored, without upcasts. */
  stored: EventLog
  chain: AuditChain
  checkpointIfDue: CheckpointIfDue
  logger: Log
  signal: AbortSignal
  /** How often to look whether a checkpoint is due, ms. */
  lookEveryMs?: number
}>

/** The most events that are chained at once. */
const maxBatch = 1000
const beginAgainMs = 500
/** How long events gather after a batch, ms: nobody waits for the chain. */
const restMs = 250

/**
 * Keeps the chain up with the log until `signal` aborts: waits to lead, then follows. Survives the loss of the log and of the store, and an emptied
 * chain, which it makes again. A checkpoint that the chain does not lead to is an error in the log of the process: what happened was altered.
 */
export const runAuditChain = async (runner: AuditChainRunner): Promise<void> => {
  const { chain, signal, logger } = runner
  while (!signal.aborted) {
    const leadership = await chain.lead(signal)
    if (leadership === null) return
    try {
      await follow(runner, AbortSignal.any([signal, leadership.lost]))
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error }, 'The chain over the log begins anew from where it stands.')
    } finally {
      await leadership.release()
    }
    await pause(beginAgainMs, undefined, { signal }).catch(() => undefined)
  }
}

const follow = async (runner: AuditChainRunner, until: AbortSignal): Promise<void> => {
  const { stored, chain, logger, lookEveryMs = 5_000 } = runner
  const over = new AbortController()
  const signal = AbortSignal.any([until, over.signal])
  const checkpoints = oneByOne(runner)
  const timer = setInterval(checkpoints.look, lookEveryMs)
  try {
    let head = await patiently(() => chain.head(), { signal, logger })
    const recent = recentLinks({ number: head?.number ?? 0, link: head?.link ?? firstLink })
    const batches = stored.subscribe({ after: head?.position ?? null, maxBatch, signal })
    for await (const batch of paced(batches, { restAfter: () => restMs, full: maxBatch, signal })) {
      const from = head
      const events = batch.filter(({ position }) => from === null || position > from.position)
      const to = chainOn(from, events, { recent, logger })
      if (to === null) continue
      if (!(await patiently(() => chain.advance(from, to), { signal, logger })))
        throw new Error('The chain stands elsewhere now.')
      head = to
      if (events.length < maxBatch) checkpoints.look()
    }
  } finally {
    clearInterval(timer)
    over.abort()
    await checkpoints.ended()
  }
}

const oneByOne = ({ checkpointIfDue, logger }: Pick<AuditChainRunner, 'checkpointIfDue' | 'logger'>) => {
  let running: Promise<void> | null = null
  return {
    look: (): void => {
      running ??= checkpointIfDue()
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'The log could not be signed; it is tried again.')
        })
        .finally(() => (running = null))
    },
    ended: async (): Promise<void> => {
      await running
    },
  }
}

type Watching = Readonly<{ recent: RecentLinks; logger: Log }>

/** Where the chain comes to with these events; null: there are none. */
const chainOn = (from: ChainPlace | null, events: readonly Recorded[], { recent, logger }: Watching): ChainPlace | null =>
  events.reduce<ChainPlace | null>(
    (before, event) => {
      const number = (before?.number ?? 0) + 1
      const link = linkAfter(before?.link ?? firstLink, leafOf(chainedOf(event)))
      recent.add({ number, link })
      warnOfAltered(event, { recent, logger })
      return { number, position: event.position, link, latest: later(before?.latest ?? null, event.at) }
    },
    events.length === 0 ? null : from,
  )

const later = (latest: string | null, at: string): string | null => {
  const time = Date.parse(at)
  if (Number.isNaN(time)) return latest
  const iso = new Date(time).toISOString()
  return latest === null || iso > latest ? iso : latest
}

/** When the chain is made again, signed checkpoints tell whether the log is still what it was. */
const warnOfAltered = ({ type, category, id, data, position }: Recorded, { recent, logger }: Watching): void => {
  if (type !== checkpointType || `${category}-${id}` !== checkpointStream) return
  const { count, link } = data as Readonly<{ count: number; link: string }>
  const found = recent.at(count)
  if (found !== undefined && found !== link)
    logger.error(
      { position, count },
      'The log is not what it was when this checkpoint was signed: events before it were altered.',
    )
}
