import type { App } from '../app/app.ts'
import type { Cursors } from '../app/operational-ports.ts'
import { activityJson, activityPage, everyActivity } from '../projections/activity-feed.ts'
import { timeline } from '../projections/timeline.ts'
import type { Work } from '../kernel/work.ts'
import type { Receiver } from './post-signed.ts'
import { postSigned } from './post-signed.ts'
import type { WorkKind } from './worker.ts'
import { done, leaseMs } from './worker.ts'

/** Who is told of every activity. */
export type ActivityReceiver = Receiver & Readonly<{ cursors: Cursors }>

/** By which its place is remembered. */
export const activityCursor = 'activities-webhook'

const kind = 'tell-activities'
const page = 100
const pauseMs = 5_000

/**
 * Tells the receiver of each activity, in the order of the log, each until it is taken: at least once, and never the next before. It goes on
 * where it was after a kill.
 */
export const tellActivities = (app: App, receiver: ActivityReceiver): WorkKind => ({
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
        if (problem !== null) {
          const at = new Date(app.clock().getTime() + pauseMs).toISOString()
          return [{ work, kind: 'later', at, why: problem }]
        }
        await receiver.cursors.move(activityCursor, row.event_position)
      }
    }
  },
  // The timeline may come after the row that says so: while it is filled anew, or was stuck.
  forgotten: () => Promise.resolve(['all']),
})

/** Whatever stands in the timeline is told, where there is a receiver. */
export const activityWork: Readonly<Record<string, () => readonly Work[]>> = Object.fromEntries(
  Object.keys(timeline.on).map((type) => [type, () => [{ kind, key: 'all' }]]),
)
