import { concernsIdle, nothingWaiting } from './api/apple/nothing-waiting.ts'
import { trustChanges } from './api/trust.ts'
import type { App } from './app/app.ts'
import { coalesced } from './app/coalesced.ts'
import type { Kin, KinNews } from './app/kin-ports.ts'
import { runProjections } from './app/project.ts'
import type { ProjectionProgress } from './app/projection-progress.ts'
import type { ProjectionStore } from './app/projection-store.ts'
import type { Recorded } from './kernel/event.ts'
import { allProjections } from './projections/all.ts'
import type { AnyTable } from './workers/work-tables.ts'
import { workFollowing } from './workers/work-tables.ts'

export type ProjectingParts = Pick<App, 'log' | 'work' | 'queue' | 'logger'> &
  Readonly<{
    store: ProjectionStore
    progress: ProjectionProgress
    kin: Kin | undefined
    /** Whether this process is to lead the projections, when no other does. */
    leads: boolean
    /** Tables of work beside those of the domain. */
    onward: readonly AnyTable[]
    signal: AbortSignal
  }>

/** Workers are told of a kind of work at once, and in a rush so often, ms. */
const hintEveryMs = 20

/**
 * Keeps the read models up to date, where this process leads; and knows on which channels nothing waits, by what it or its kin projects. `running` ends
 * with the signal.
 */
export const projecting = (parts: ProjectingParts) => {
  const { log, store, work, queue, progress, kin, leads, onward, signal, logger } = parts
  const own = { number: 0, leading: false }
  const heard: { reign: number | null } = { reign: null }
  const ownReign = (): number | null => (own.leading ? own.number : null)
  const nothing = nothingWaiting(() => ownReign() ?? heard.reign)
  kin?.hear((news) => {
    heard.reign = news.reign
    nothing.applied(news.events)
  })
  if (!leads) return { nothing, running: Promise.resolve() }

  const hint = coalesced((kind) => void queue.hint(kind), { everyMs: hintEveryMs, signal })
  const running = runProjections({
    log,
    store,
    projections: allProjections,
    work: (sql, events) => work.add(sql, workFollowing(events, onward)),
    onLeading: (now) => {
      if (now && !own.leading) own.number += 1
      own.leading = now
      void kin?.tell({ reign: ownReign(), events: [] })
    },
    onBatch: (events) => {
      nothing.applied(events)
      const kinds = new Set(workFollowing(events, onward).map(({ kind }) => kind))
      const wake = (): void => {
        kinds.forEach(hint)
      }
      // Nobody is woken before all that serve know that something waits.
      if (kin === undefined) wake()
      else
        void kin
          .tell({ reign: ownReign(), events: [...concernsIdle(events), ...events.filter(changesTrust).map(nameOf)] })
          .then(wake)
    },
    onAdvanced: progress.advanced,
    signal,
    logger,
  })
  running.catch((error: unknown) => {
    logger.error({ err: error }, 'the projections stopped')
  })
  return { nothing, running }
}

const changesTrust = ({ type }: Recorded): boolean => trustChanges.has(type)

const nameOf = ({ type, id }: Recorded): KinNews['events'][number] => ({ type, id, data: {} })
