import type { Position } from '../kernel/event.ts'
import type { Clock, EventLog, Log } from './ports.ts'
import type { Generation, ProjectionFailure, ProjectionStore } from './projection-store.ts'

/** How one read model does. `lagSeconds`: how long the oldest event that it has not seen has been waiting; 0 when there is none. */
export type ProjectionReport = Readonly<{
  name: string
  status: 'live' | 'building' | 'stuck'
  position: Position | null
  lagSeconds: number
  failure: ProjectionFailure | null
  /** How many events it passed over, because it cannot take them in. */
  setAside: number
}>

export type ProjectionProgress = Readonly<{
  /**
   * Waits until all healthy read models (or those of `names`) have reached a position; the stuck and the unfinished are not waited for.
   * Answers false when that takes longer than `timeoutMs`. Never throws: an unreachable store is one that does not catch up.
   */
  caughtUp: (position: Position, timeoutMs: number, names?: readonly string[]) => Promise<boolean>
  /** For health checks and metrics. Throws `StoreUnavailable`, `LogUnavailable`. */
  projectionStates: () => Promise<readonly ProjectionReport[]>
  /** For `runProjections` in the same process: wakes those who wait at once. */
  advanced: (position: Position) => void
  /** Tells how far the read models are whenever they moved, whoever feeds them, until the stop that it answers is called; null: no more follows. */
  onAdvanced: (tell: (position: Position | null) => void) => () => void
}>

export type ProgressOptions = Readonly<{
  store: ProjectionStore
  log: EventLog
  clock: Clock
  logger: Log
  /** Ends the listening. */
  signal: AbortSignal
  /** How often to look while somebody waits, should news be lost (default 500 ms). */
  pollMs?: number
}>

type Waiter = Readonly<{ position: Position; names: readonly string[] | undefined; done: (reached: boolean) => void }>

/** Follows how far the read models are, whoever feeds them. */
export const projectionProgress = ({ store, log, clock, logger, signal, pollMs = 500 }: ProgressOptions): ProjectionProgress => {
  const waiters = new Set<Waiter>()
  const listeners = new Set<(position: Position | null) => void>()
  let reached: Position | null = null
  let timer: NodeJS.Timeout | null = null
  let looking = false

  const advanced = (position: Position): void => {
    if (reached !== null && position <= reached) return
    reached = position
    for (const waiter of waiters) if (waiter.position <= position) waiter.done(true)
    for (const tell of [...listeners]) tell(position)
  }

  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    try {
      const states = await store.states()
      for (const waiter of waiters) if (isReached(states, waiter)) waiter.done(true)
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'Cannot see how far the projections are.')
    } finally {
      looking = false
    }
  }

  const lookAgain = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      if (waiters.size > 0) void look().finally(lookAgain)
    }, pollMs)
  }

  store.watch((news) => {
    if (news.kind === 'projected') advanced(news.position)
    else if (waiters.size > 0) void look()
  }, signal)

  signal.addEventListener('abort', () => {
    for (const tell of [...listeners]) tell(null)
  })

  return {
    advanced,

    onAdvanced: (tell) => {
      if (signal.aborted) tell(null)
      else listeners.add(tell)
      return () => void listeners.delete(tell)
    },

    caughtUp: (position, timeoutMs, names) => {
      if (reached !== null && position <= reached) return Promise.resolve(true)
      return new Promise((resolve) => {
        const done = (answer: boolean): void => {
          waiters.delete(waiter)
          clearTimeout(patience)
          resolve(answer)
        }
        const waiter: Waiter = { position, names, done }
        const patience = setTimeout(() => done(false), timeoutMs)
        waiters.add(waiter)
        if (reached === null) void look()
        lookAgain()
      })
    },

    projectionStates: async () => {
      const states = reportable(await store.states())
      const lags = new Map<Position | null, number>()
      for (const { position } of states) if (!lags.has(position)) lags.set(position, await lagOf(log, position, clock()))
      return states.map(({ name, status, position, failure, setAside }) => ({
        ...{ name, position, failure, setAside: setAside.count, lagSeconds: lags.get(position) ?? 0 },
        status: status === 'retired' ? 'building' : status,
      }))
    },
  }
}

/** True when no healthy read model lacks the position; false while there are none at all, since nothing was prepared yet. */
const isReached = (states: readonly Generation[], { position, names }: Waiter): boolean =>
  states.length > 0 &&
  states
    .filter(({ name, shown, status }) => shown && status === 'live' && (names === undefined || names.includes(name)))
    .every((state) => state.position !== null && state.position >= position)

/** One generation per name: the one that is asked. A stuck successor of a retired one is worth telling instead. */
const reportable = (states: readonly Generation[]): readonly Generation[] =>
  states
    .filter(({ shown }) => shown)
    .map((shown) => {
      const next = states.find(({ name, shown: asked }) => name === shown.name && !asked)
      return shown.status === 'retired' && next !== undefined ? { ...next, position: shown.position } : shown
    })

const lagOf = async (log: EventLog, position: Position | null, now: Date): Promise<number> => {
  const [waiting] = await log.readAll({ after: position, limit: 1 })
  return waiting === undefined ? 0 : Math.max(0, (now.getTime() - Date.parse(waiting.at)) / 1000)
}
