import type { App } from '../app/app.ts'
import type { ClaimedWork, Cursors } from '../app/operational-ports.ts'
import { activityJson, activityPage, everyActivity } from '../projections/activity-feed.ts'
import { timeline } from '../projections/timeline.ts'
import type { Work } from '../kernel/work.ts'
import type { Receiver } from './post-signed.ts'
import { postSigned } from './post-signed.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { done, leaseMs } from './worker.ts'

/** Who is told of every activity. */
export type ActivityReceiver = Receiver & Readonly<{ cursors: Cursors }>

/** By which its place is remembered. */
export const activityCursor = 'activities-webhook'

const kind = 'tell-activities'
const page = 100
/** Between two attempts: at first, and at most; ms. */
const firstPauseMs = 5_000
const longestPauseMs = 10 * 60_000

/**
 * Tells the receiver of each activity, in the order of the log, each until it is taken: at least once, and never the next before. It goes on
 * where it was after a kill.
 */
export const tellActivities = (app: App, receiver: ActivityReceiver): WorkKind => {
  let refusals = 0

  /** Waits twice as long each time. The log hears of the first refusal, and of each one at the longest pause. */
  const refused = (work: ClaimedWork, problem: string): Outcome => {
    const pauseMs = Math.min(firstPauseMs * 2 ** refusals, longestPauseMs)
    if (refusals === 0 || pauseMs === longestPauseMs)
      app.logger.warn({ problem, againInMs: pauseMs }, 'the receiver of activities does not take the next one')
    refusals++
    return { work, kind: 'later', at: new Date(app.clock().getTime() + pauseMs).toISOString(), why: problem }
  }

  return {
    name: kind,
    batch: 1,
    do: async ([work]) => {
      if (work === undefined) return []
      for (;;) {
        const after = await receiver.cursors.at(activityCursor)
        const rows = await app.read(activityPage({ ...everyActivity, after, order: 'asc', limit: page }))
        if (rows.length === 0) return [done(work)]
        for (const row of rows) {
          // One post is shorter than a lease, a page of them to a slow receiver is not: a second worker would break the order.
          await app.work.extend([work], leaseMs)
          const problem = await postSigned(receiver, Buffer.from(JSON.stringify(activityJson(row))))
          if (problem !== null) return [refused(work, problem)]
          refusals = 0
          await receiver.cursors.move(activityCursor, row.event_position)
        }
      }
    },
    // The timeline may come after the row that says so: while it is filled anew, or was stuck.
    forgotten: () => Promise.resolve(['all']),
  }
}

/** Whatever stands in the timeline is told, where there is a receiver. */
export const activityWork: Readonly<Record<string, () => readonly Work[]>> = Object.fromEntries(
  Object.keys(timeline.on).map((type) => [type, () => [{ kind, key: 'all' }]]),
)
