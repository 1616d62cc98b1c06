import type { App } from '../../../app/app.ts'
import type { Position } from '../../../kernel/event.ts'
import type { Moved } from './live-topics.ts'
import { movedBy, muchMoved, nothingMoved } from './live-topics.ts'

/** What the read models show anew, for as long as somebody listens. */
export type LiveFeed = Readonly<{
  /** Tells what moved, at most once a second, until the stop that it answers is called; null: no more follows. */
  listen: (tell: (moved: Moved | null) => void) => () => void
}>

const atMostEveryMs = 1000
/** What moves together is told together: an upload and its cohorts, a command and its answer. */
const gatherMs = 100
/** Of more events than this nobody is told one by one. */
const mostEvents = 500

/** Reads in the log what the read models have just taken in; while nobody listens, nothing. */
export const liveFeed = ({ log, onAdvanced }: Pick<App, 'log' | 'onAdvanced'>): LiveFeed => {
  const listeners = new Set<(moved: Moved | null) => void>()
  let stop: (() => void) | null = null
  let timer: NodeJS.Timeout | null = null
  let toldAt = 0
  /** Null: it is not known what was before. */
  let seen: Position | null = null
  let reached: Position | null = null

  const tellAll = (moved: Moved | null): void => {
    for (const tell of [...listeners]) tell(moved)
  }

  const look = async (): Promise<Moved> => {
    const [after, until] = [seen, reached]
    seen = until
    if (after === null || until === null) return muchMoved
    try {
      const events = await log.readAll({ after, limit: mostEvents })
      return events.length === mostEvents ? muchMoved : movedBy(within(events, until), nothingMoved)
    } catch {
      return muchMoved
    }
  }

  const tick = async (): Promise<void> => {
    toldAt = Date.now()
    const moved = await look()
    if (moved.topics.size > 0) tellAll(moved)
  }

  const advanced = (position: Position | null): void => {
    if (position === null) return tellAll(null)
    reached = position
    timer ??= setTimeout(
      () => {
        timer = null
        void tick()
      },
      Math.max(gatherMs, toldAt + atMostEveryMs - Date.now()),
    )
  }

  return {
    listen: (tell) => {
      listeners.add(tell)
      stop ??= onAdvanced(advanced)
      return () => {
        listeners.delete(tell)
        if (listeners.size > 0) return
        stop?.()
        if (timer !== null) clearTimeout(timer)
        stop = timer = seen = null
      }
    },
  }
}

const within = <E extends Readonly<{ position: Position }>>(events: readonly E[], until: Position): readonly E[] =>
  events.filter(({ position }) => position <= until)
