import { setTimeout as pause } from 'node:timers/promises'
import type { Failing } from '../app/webhook-ports.ts'
import type { Answer } from './post-signed.ts'

/** Something that is to be told, and waits for it since then (ISO 8601). `failing` is null while the receiver never failed with it. */
export type Waiting = Readonly<{ waitingSince: string; failing: Failing | null }>

export type Refused<D> = Readonly<{ delivery: D; attempts: number; problem: string }>

/** Deliveries that must be told in their order. */
export type Line<D extends Waiting> = Readonly<{
  /** The oldest that wait, or those behind `after`. */
  next: (after: D | null) => Promise<readonly D[]>
  /** Keeps the line in this worker's hands; done before each attempt, for a page of them outlasts a lease. */
  hold: () => Promise<void>
  post: (delivery: D) => Promise<Answer>
  /** It is told: it waits no more. */
  taken: (delivery: D) => Promise<void>
  /** Remembers that the receiver fails with it. */
  failed: (delivery: D, failing: Failing) => Promise<void>
  /** Takes them out of the line, for an admin to see. */
  setAside: (refused: readonly Refused<D>[]) => Promise<void>
}>

/** What this process knows of a receiver, over all its lines; ms since 1970. Lost with the process, it costs an attempt or two. */
export type Knowledge = { tookAt: number; quietUntil: number; unanswered: number }

export const nothingKnown = (): Knowledge => ({ tookAt: 0, quietUntil: 0, unanswered: 0 })

type Delivering = Readonly<{ knowledge: Knowledge; now: () => number; longestPauseMs: number }>

/** `later`: at `at` (ms since 1970), because of `why`. */
export type Round = Readonly<{ kind: 'emptied' }> | Readonly<{ kind: 'later'; at: number; why: string }>

/** How often a receiver may fail with one delivery while it takes others. */
const mostFailures = 3
/** An application that failed is asked again after these, ms: it does not become another one by waiting. */
const shortPausesMs = [500, 1_500] as const
const firstPauseMs = 5_000
/** After this, the lines of others have their turn, ms. */
const turnMs = 10_000
/** What got no answer for so long is set aside, ms. */
const patienceMs = 3 * 24 * 60 * 60 * 1000

/**
 * Tells a receiver what waits in a line. What it refuses is set aside, and the next goes on. What it fails with three times is set aside if it takes
 * others: of other lines, or else the next of this one. What gets no answer waits, and all behind it. Killed at any point, it tells something twice.
 */
export const deliverLine = async <D extends Waiting>(line: Line<D>, delivering: Delivering): Promise<Round> => {
  const { knowledge, now } = delivering
  const startedAt = performance.now()
  const later = (at: number, why: string): Round => ({ kind: 'later', at, why })
  /** Failed with three times, with none taken since: what comes behind will tell whether it is they or the receiver. */
  let passed: readonly Refused<D>[] = []
  let nextTry = 0
  for (let after: D | null = null; ;) {
    const deliveries: readonly D[] = await line.next(after)
    if (deliveries.length === 0) break
    for (const delivery of deliveries) {
      const { failing } = delivery
      // In one round only the first is tried again, and the first that is not known to fail: so that it ends, and the first is told first.
      if (passed.length > 0 && failing !== null && failing.failures >= mostFailures) {
        passed = [...passed, { delivery, attempts: failing.failures, problem: stillFails }]
        continue
      }
      if (knowledge.quietUntil > now()) return later(knowledge.quietUntil, 'The receiver is left alone for a while.')
      if (failing !== null && Date.parse(failing.retryAt) > now()) return later(Date.parse(failing.retryAt), stillFails)
      if (performance.now() - startedAt > turnMs) return later(now(), 'Others have their turn.')
      const { answer, failures, since, retryAt } = await attempt(line, delivery, delivering)
      const refused = (problem: string): Refused<D> => ({ delivery, attempts: failures, problem })
      switch (answer.kind) {
        case 'taken':
          Object.assign(knowledge, { tookAt: now(), unanswered: 0 })
          if (passed.length > 0) await line.setAside(passed)
          passed = []
          await line.taken(delivery)
          break
        case 'refused':
          await line.setAside([refused(answer.problem)])
          break
        case 'failed':
          if (failures < mostFailures) return later(retryAt, answer.problem)
          if (knowledge.tookAt > since) await line.setAside([refused(answer.problem)])
          else {
            if (passed.length === 0) nextTry = retryAt
            passed = [...passed, refused(answer.problem)]
          }
          break
        case 'busy':
          knowledge.quietUntil = now() + answer.waitMs
          return later(knowledge.quietUntil, answer.problem)
        case 'away':
          if (now() - Date.parse(delivery.waitingSince) >= patienceMs) {
            await line.setAside([refused(answer.problem)])
            break
          }
          knowledge.quietUntil = now() + pauseMs(knowledge.unanswered++, delivering)
          return later(knowledge.quietUntil, answer.problem)
      }
    }
    after = passed.at(-1)?.delivery ?? null
  }
  const [first] = passed
  return first === undefined ? { kind: 'emptied' } : later(nextTry, first.problem)
}

const stillFails = 'The receiver fails with it.'

type Attempt = Readonly<{ answer: Answer; failures: number; since: number; retryAt: number }>

/** One attempt; three where an application fails, which knows at once whether it will do so again. */
const attempt = async <D extends Waiting>(line: Line<D>, delivery: D, delivering: Delivering): Promise<Attempt> => {
  const { now } = delivering
  let failures = delivery.failing?.failures ?? 0
  let since = delivery.failing === null ? 0 : Date.parse(delivery.failing.since)
  for (;;) {
    await line.hold()
    const answer = await line.post(delivery)
    if (answer.kind === 'taken' || answer.kind === 'refused') return { answer, failures: failures + 1, since, retryAt: 0 }
    if (answer.kind !== 'failed') return { answer, failures, since, retryAt: 0 }
    if (failures === 0) since = now()
    failures++
    const retryAt = now() + pauseMs(failures - 1, delivering)
    await line.failed(delivery, { failures, since: new Date(since).toISOString(), retryAt: new Date(retryAt).toISOString() })
    const short = answer.by === 'receiver' ? shortPausesMs[failures - 1] : undefined
    if (short === undefined) return { answer, failures, since, retryAt }
    await pause(short)
  }
}

/** Twice as long each time. */
const pauseMs = (before: number, { longestPauseMs }: Delivering): number =>
  Math.min(firstPauseMs * 2 ** Math.min(before, 20), longestPauseMs)
