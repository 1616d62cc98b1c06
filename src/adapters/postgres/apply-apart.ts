import type { ClientBase, PoolClient } from 'pg'
import type { Applied, Feed, PassedOver, StuckFeed } from '../../app/projection-store.ts'
import { Overtaken } from '../../app/projection-store.ts'
import type { Recorded } from '../../kernel/event.ts'
import type { Batch, ShapeOf } from './apply-batch.ts'
import { advance, announce, applyFeed, inTransaction, lockFor } from './apply-batch.ts'
import { isContention, isUnavailable } from './connections.ts'
import { markBatch } from './log-identity.ts'
import { storable } from './array-literals.ts'
import { countSetAside, describe, insertSetAside, isFaultOfEvent } from './set-aside.ts'
import { byName } from './simple-changes.ts'

/** So many events may one filling of a read model set aside; more point to a fault of the read model. */
export const mostSetAside = 1000

/** So many at once point to a fault of the read model, when they are most of what it has heard in the batch so far. */
export const mostAtOnce = 100

/**
 * Applies a batch of which some feed cannot take some event: each feed by itself, in halves where it fails, until the event is found. An event
 * that is to blame itself is set aside, and all others are applied. Where the feed or the database is to blame, what comes before is applied,
 * and the feed is stuck.
 */
export const applyApart = async (client: PoolClient, batch: Batch, shapeOf: ShapeOf): Promise<Applied> =>
  inTransaction(client, async () => {
    await advance(client, batch)
    // An overlay may not come between, whichever feed removes rows.
    for (const feed of [...batch.feeds].sort(byName)) await client.query(lockFor(feed))
    const counts = await countSetAside(client, batch.feeds)
    const stuck: StuckFeed[] = []
    const setAside: PassedOver[] = []
    for (const feed of batch.feeds) {
      const before = counts.get(feed.schema) ?? 0
      const { aside, failed } = await applySettingAside(client, { feed, events: batch.events, before }, shapeOf)
      const { name, generation } = feed
      const [first] = aside
      await insertSetAside(client, feed, aside)
      if (first !== undefined) setAside.push({ name, generation, count: aside.length, first: failureOf(first) })
      if (failed === null) continue
      stuck.push({ name, generation, failure: failureOf(failed) })
      await markStuck(client, feed, batch, failed)
    }
    if (batch.announce) {
      await markBatch(client, batch.from, batch.events)
      await announce(client, batch)
    }
    return { stuck, setAside }
  })

type Failed = Readonly<{ index: number; event: Recorded; error: unknown; reason: string }>

type Whole = Readonly<{ feed: Feed; events: readonly Recorded[]; before: number }>

/** What was set aside, and the event at which the feed is stuck; null: at none. `before`: how many the feed had set aside already. */
const applySettingAside = async (
  client: ClientBase,
  { feed, events, before }: Whole,
  shapeOf: ShapeOf,
): Promise<Readonly<{ aside: readonly Failed[]; failed: Failed | null }>> => {
  const apply = (some: readonly Recorded[]) => applyFeed(client, feed, some, shapeOf)
  const aside: Failed[] = []
  let isOwnFault = false
  /** Null when the event is set aside, else why the feed is stuck at it. */
  const judge = (failed: Failed): Failed | null => {
    if (!isFaultOfEvent(failed.error)) return failed
    if (before + aside.length >= mostSetAside)
      return because(failed, `${String(mostSetAside)} events are set aside already, which points to a fault of the read model`)
    aside.push(failed)
    if (aside.length < mostAtOnce) return null
    const heard = events.slice(0, failed.index + 1).filter((event) => hears(feed, event)).length
    isOwnFault = aside.length * 2 > heard
    if (!isOwnFault) return null
    return because(failed, `It cannot take most of ${String(heard)} events, which points to a fault of the read model`)
  }

  await client.query('savepoint whole')
  const failed = await applyHalves(client, { events, from: 0 }, apply, judge)
  const [first] = aside
  if (!isOwnFault || first === undefined || failed === null) {
    await client.query('release savepoint whole')
    return { aside, failed }
  }
  // None is set aside then: what came before the first of them is applied again, and the feed waits there.
  await client.query('rollback to savepoint whole; release savepoint whole')
  const earlier = await applyHalves(client, { events: events.slice(0, first.index), from: 0 }, apply, (one) => one)
  return { aside: [], failed: earlier ?? { ...first, reason: failed.reason } }
}

const because = (failed: Failed, cause: string): Failed => ({ ...failed, reason: `${cause}: ${failed.reason}`.slice(0, 500) })

const hears = ({ from }: Feed, { type }: Recorded): boolean => {
  if (typeof from === 'function') return true
  return 'key' in from ? Object.hasOwn(from.on, type) : from.types.includes(type)
}

type Part = Readonly<{ events: readonly Recorded[]; /** The index of the first in the whole. */ from: number }>

/** Applies as much as can be, in order; null when that is all that is not set aside, else the event at which it ends. */
const applyHalves = async (
  client: ClientBase,
  { events, from }: Part,
  apply: (events: readonly Recorded[]) => Promise<void>,
  judge: (failed: Failed) => Failed | null,
): Promise<Failed | null> => {
  const [event] = events
  if (event === undefined) return null
  await client.query('savepoint feed')
  try {
    await apply(events)
    await client.query('release savepoint feed')
    return null
  } catch (error) {
    if (isUnavailable(error) || isContention(error) || error instanceof Overtaken) throw error
    await client.query('rollback to savepoint feed; release savepoint feed')
    if (events.length === 1) return judge({ index: from, event, error, reason: describe(error) })
  }
  const half = Math.ceil(events.length / 2)
  const first = await applyHalves(client, { events: events.slice(0, half), from }, apply, judge)
  return first ?? (await applyHalves(client, { events: events.slice(half), from: from + half }, apply, judge))
}

const failureOf = ({ event, reason }: Failed): StuckFeed['failure'] => ({
  error: reason,
  event: { eventId: event.eventId, type: event.type, position: event.position },
})

const markStuck = async (
  client: ClientBase,
  feed: Feed,
  { from, events }: Batch,
  { index, event, reason }: Failed,
): Promise<void> => {
  await client.query(
    `update public.projection_state set status = 'stuck', position = $3, events = events - $4, error = $5, failed_event = $6,
       failed_type = $7, failed_position = $8
     where name = $1 and generation = $2`,
    [
      ...[feed.name, feed.generation, events[index - 1]?.position ?? from, events.length - index],
      ...[storable(reason), storable(event.eventId), storable(event.type), event.position],
    ],
  )
}
