import { setImmediate as rest } from 'node:timers/promises'
import type { ClientBase, PoolClient } from 'pg'
import type { Feed } from '../../app/projection-store.ts'
import { Overtaken } from '../../app/projection-store.ts'
import type { Position, Recorded } from '../../kernel/event.ts'
import type { Sql } from '../../kernel/projection.ts'
import type { SqlValue } from '../../kernel/query.ts'
import { isUnavailable, sqlStateOf, valuesOf } from './connections.ts'
import { markBatch } from './log-identity.ts'
import { locks } from './projection-states.ts'
import { DriverFault } from './set-aside.ts'
import { byName, foldEvents } from './simple-changes.ts'
import type { Statement, TableShape } from './write-changes.ts'
import { statementsFor } from './write-changes.ts'

export type Batch = Readonly<{
  feeds: readonly Feed[]
  from: Position | null
  events: readonly Recorded[]
  /** Whether those who wait for the read models are told. */
  announce: boolean
}>

/** The table behind a simple projection's feed. */
export type ShapeOf = (feed: Feed) => TableShape

/** The channel on which the position that all read models have reached is told. */
export const projectedChannel = 'projected'

/**
 * What was committed last survives a crash of Postgres or is lost together with its checkpoint, and is repeated: no need to wait for the disk.
 * Rows are found by key, one by one: a plan made while the table was small must not read all of it later.
 */
const begin = `begin; set local synchronous_commit to off;
  set local enable_seqscan to off; set local enable_hashjoin to off; set local enable_mergejoin to off`

/** Applies a batch in one transaction, all feeds or none. Throws `Overtaken`, and whatever a feed throws. */
export const applyTogether = async (client: PoolClient, batch: Batch, shapeOf: ShapeOf): Promise<void> => {
  const folded = new Map([...batch.feeds].sort(byName).map((feed) => [feed, prepared(feed, batch.events, shapeOf)]))
  await inTransaction(client, async () => {
    // Locks come before any row is written: an overlay that waits for a row holds its own.
    const statements = [...folded.values()].flatMap((feed) => (feed === null ? [] : feed.statements))
    const waits = [...folded].flatMap(([feed, one]) => (one?.removes === true ? [lockFor(feed)] : []))
    await allOf([
      advance(client, batch),
      ...waits.map((text) => client.query(text)),
      ...statements.map((statement) => run(client, statement)),
    ])
    for (const [feed, one] of folded) if (one === null) await applySet(client, feed, batch.events)
    if (batch.announce) await Promise.all([markBatch(client, batch.from, batch.events), announce(client, batch)])
  })
}

/** Runs `body` in the transaction of a batch: all of it, or nothing. */
export const inTransaction = async <T>(client: PoolClient, body: () => Promise<T>): Promise<T> => {
  const begun = client.query(begin)
  begun.catch(() => undefined)
  try {
    const result = await body()
    await begun
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** Moves all checkpoints first: who was overtaken learns it before writing, and two writers wait for each other here. */
export const advance = async (client: ClientBase, { feeds, from, events }: Batch): Promise<void> => {
  const { rowCount } = await client.query({
    name: 'advance',
    text: `update public.projection_state s
      set position = $4, events = events + $5, updated_at = now(), error = null, failed_event = null, failed_type = null, failed_position = null
      from unnest($1::text[], $2::int[]) as f(name, generation)
      where s.name = f.name and s.generation = f.generation and s.status <> 'retired' and s.position is not distinct from $3`,
    values: [
      feeds.map(({ name }) => name),
      feeds.map(({ generation }) => generation),
      from,
      events.at(-1)?.position ?? from,
      events.length,
    ],
  })
  if (rowCount !== feeds.length) throw new Overtaken('Another process moved a checkpoint.')
}

type Prepared = Readonly<{ statements: readonly Statement[]; removes: boolean }>

const longestFoldMs = 5

const ahead = new WeakMap<readonly Recorded[], Map<string, Prepared | null>>()

/**
 * Folds events that are to be written next, and rests now and then, so that answers to the statements of the batch before are heard. A feed that
 * fails is left for the moment when it is applied.
 */
export const foldAhead = async (feeds: readonly Feed[], events: readonly Recorded[], shapeOf: ShapeOf): Promise<void> => {
  const folded = new Map<string, Prepared | null>()
  ahead.set(events, folded)
  let rested = performance.now()
  for (const feed of feeds) {
    try {
      folded.set(feed.schema, prepare(feed, events, shapeOf))
    } catch {
      return
    }
    if (performance.now() - rested < longestFoldMs) continue
    await rest()
    rested = performance.now()
  }
}

/** What was folded ahead, or is folded now. */
const prepared = (feed: Feed, events: readonly Recorded[], shapeOf: ShapeOf): Prepared | null => {
  const known = ahead.get(events)?.get(feed.schema)
  return known === undefined ? prepare(feed, events, shapeOf) : known
}

/** The statements of a simple projection; null for what writes by itself. */
const prepare = (feed: Feed, events: readonly Recorded[], shapeOf: ShapeOf): Prepared | null => {
  if (typeof feed.from === 'function' || !('key' in feed.from)) return null
  const folded = foldEvents(feed.from, events)
  return { statements: statementsFor(shapeOf(feed), folded), removes: folded.removes.length > 0 }
}

/**
 * Keeps overlays of this read model away until the transaction ends. Needed where rows are removed: an overlay that missed the removed row
 * would make it again, and nobody would remove it a second time.
 */
export const lockFor = ({ name }: Feed): string => `select pg_advisory_xact_lock(${String(locks.overlay)}, hashtext('${name}'))`

/** Sends one statement without waiting for those before. */
export const run = async (client: ClientBase, { name, text, values }: Statement): Promise<void> => {
  await client.query({ name, text, values: [...values] }).catch(ofDriver)
}

const ofDriver = (error: unknown): never => {
  if (sqlStateOf(error) !== '' || isUnavailable(error) || !(error instanceof Error)) throw error
  throw new DriverFault(error.message, { cause: error })
}

/** Waits for all; throws the first error, which is the one that made the others fail. */
export const allOf = async (statements: readonly Promise<unknown>[]): Promise<void> => {
  for (const outcome of await Promise.allSettled(statements)) if (outcome.status === 'rejected') throw outcome.reason
}

const applySet = async (client: ClientBase, { schema, from }: Feed, events: readonly Recorded[]): Promise<void> => {
  const wanted = typeof from === 'function' ? events : events.filter(({ type }) => 'types' in from && from.types.includes(type))
  if (wanted.length === 0 || (typeof from !== 'function' && 'key' in from)) return
  const path = schema === 'public' ? 'public' : `${schema}, public`
  await client.query(`set local search_path to ${path};
    set local enable_seqscan to default; set local enable_hashjoin to default; set local enable_mergejoin to default`)
  await (typeof from === 'function' ? from : from.apply)(sqlOf(client), wanted)
  await client.query(`set local search_path to default;
    set local enable_seqscan to off; set local enable_hashjoin to off; set local enable_mergejoin to off`)
}

/** A transaction's connection as projections and work writers see it. */
export const sqlOf =
  (client: ClientBase): Sql =>
  async <Row>(text: string, values?: readonly SqlValue[]) =>
    (await client.query(text, valuesOf(values)).catch(ofDriver)).rows as readonly Row[]

/** Applies events to one feed in the transaction that is open. Throws whatever the feed throws. */
export const applyFeed = async (client: ClientBase, feed: Feed, events: readonly Recorded[], shapeOf: ShapeOf): Promise<void> => {
  const folded = prepare(feed, events, shapeOf)
  if (folded === null) await applySet(client, feed, events)
  else await allOf(folded.statements.map((statement) => run(client, statement)))
}

/** Tells those who wait how far the read models are, once the transaction is committed. */
export const announce = async (client: ClientBase, { events, from }: Batch): Promise<void> => {
  await client.query({
    name: 'announce',
    text: 'select pg_notify($1, $2)',
    values: [projectedChannel, events.at(-1)?.position ?? from],
  })
}
