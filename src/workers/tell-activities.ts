import type { App } from '../app/app.ts'
import type { ClaimedWork, Cursors } from '../app/operational-ports.ts'
import type { Failing } from '../app/webhook-ports.ts'
import type { Work } from '../kernel/work.ts'
import type { ActivityRow } from '../projections/activity-feed.ts'
import { activityJson, activityPage, everyActivity } from '../projections/activity-feed.ts'
import { timeline } from '../projections/timeline.ts'
import type { Line, Round, Waiting } from './delivering.ts'
import { deliverLine, nothingKnown } from './delivering.ts'
import type { Receiver } from './post-signed.ts'
import { postSigned } from './post-signed.ts'
import type { AsideNotes } from './webhook.ts'
import { asideNotes, asideOf, outboxLine } from './webhook.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { done, leaseMs } from './worker.ts'

/** Who is told of every activity. */
export type ActivityReceiver = Receiver & Readonly<{ cursors: Cursors }>

/** By which its place is remembered. */
export const activityCursor = 'activities-webhook'

const kind = 'tell-activities'
/** All activities wait in one line. */
export const activityLine = 'all'
const page = 100
const longestPauseMs = 10 * 60_000

/**
 * Tells the receiver of each activity, in the order of the log: at least once. What it refuses is set aside, and the next is told; what was sent
 * again by an admin comes before what is new. It goes on where it was after a kill.
 */
export const tellActivities = (app: App, receiver: ActivityReceiver): WorkKind => {
  const outbox = app.outboxes.activities
  const delivering = { knowledge: nothingKnown(), now: () => app.clock().getTime(), longestPauseMs }
  const note = asideNotes(app, 'activities')
  const failures = new Map<string, Failing>()
  let vain = 0

  /** The log hears of the first refusal, and of each one at the longest pause. */
  const outcomeOf = (work: ClaimedWork, round: Exclude<Round, { kind: 'emptied' }>): Outcome => {
    const againInMs = round.at - app.clock().getTime()
    if (againInMs > 0 && (vain === 0 || againInMs >= longestPauseMs))
      app.logger.warn({ problem: round.why, againInMs }, 'the receiver of activities does not take the next one')
    if (againInMs > 0) vain++
    return { work, kind: 'later', at: new Date(round.at).toISOString(), why: round.why }
  }

  return {
    name: kind,
    batch: 1,
    do: async ([work]) => {
      if (work === undefined) return []
      const post = (body: Uint8Array<ArrayBuffer>) => postSigned(receiver, body)
      const again = await deliverLine(outboxLine(app, outbox, { row: work, line: activityLine, post, note }), delivering)
      const round =
        again.kind === 'later'
          ? again
          : await deliverLine(timelineLine(app, receiver, { work, failures, note, told: () => (vain = 0) }), delivering)
      return [round.kind === 'emptied' ? done(work) : outcomeOf(work, round)]
    },
    // The timeline may come after the row that says so: while it is filled anew, or was stuck.
    forgotten: async () => {
      note.tidied(await outbox.tidy())
      return [activityLine]
    },
  }
}

type Entry = Waiting & Readonly<{ row: ActivityRow; body: Buffer<ArrayBuffer> }>

type OfTimeline = Readonly<{
  work: ClaimedWork
  /** By position. Lost with the process, it costs a few attempts. */
  failures: Map<string, Failing>
  note: AsideNotes
  told: () => void
}>

/** What stands in the timeline behind the cursor. */
const timelineLine = (app: App, receiver: ActivityReceiver, { work, failures, note, told }: OfTimeline): Line<Entry> => {
  const { cursors } = receiver
  const moveTo = async ({ row: { event_position } }: Entry): Promise<void> => {
    await cursors.move(activityCursor, event_position)
    for (const position of failures.keys()) if (position <= event_position) failures.delete(position)
  }
  return {
    next: async (last) => {
      const after = last === null ? await cursors.at(activityCursor) : last.row.event_position
      const rows = await app.read(activityPage({ ...everyActivity, after, order: 'asc', limit: page }))
      return rows.map((row) => ({
        ...{ row, waitingSince: row.at, body: Buffer.from(JSON.stringify(activityJson(row))) },
        failing: failures.get(row.event_position) ?? null,
      }))
    },
    hold: () => app.work.extend([work], leaseMs),
    post: ({ body }) => postSigned(receiver, body),
    taken: async (entry) => {
      told()
      await moveTo(entry)
    },
    failed: ({ row }, failing) => {
      failures.set(row.event_position, failing)
      return Promise.resolve()
    },
    setAside: async (refused) => {
      for (const { delivery, ...rest } of refused) {
        const sealed = await app.vault.seal('server', 'webhook', delivery.body)
        const aside = asideOf(delivery.body, rest)
        await app.outboxes.activities.keepAside({ ...aside, line: activityLine, sealed, createdAt: delivery.row.at })
        note.setAside([aside])
        await moveTo(delivery)
      }
    },
  }
}

/** Whatever stands in the timeline is told, where there is a receiver. */
export const activityWork: Readonly<Record<string, () => readonly Work[]>> = Object.fromEntries(
  Object.keys(timeline.on).map((type) => [type, () => [{ kind, key: activityLine }]]),
)
