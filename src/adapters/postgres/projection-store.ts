import type { ClientBase, Pool, PoolClient } from 'pg'
import type { Log } from '../../app/ports.ts'
import type { Applied, Feed, ProjectionStore } from '../../app/projection-store.ts'
import { Overtaken, StoreUnavailable } from '../../app/projection-store.ts'
import { applyApart } from './apply-apart.ts'
import type { Batch } from './apply-batch.ts'
import { applyTogether, foldAhead } from './apply-batch.ts'
import { isContention, isUnavailable, openPool } from './connections.ts'
import { waitToLead } from './leadership.ts'
import { askedChannel, watchNews } from './projection-news.ts'
import { locks, readStates } from './projection-states.ts'
import { beginGeneration, prepareTables, readShape, showGenerations } from './projection-tables.ts'
import type { TableShape } from './write-changes.ts'

/**
 * Read models in Postgres: each generation in a schema of its own, behind views of the same names in `public`. Needs direct connections:
 * a pooler that hands out single transactions breaks leading and listening.
 */
export const postgresProjectionStore = ({ url, logger }: Readonly<{ url: string; logger: Log }>): ProjectionStore => {
  const pool = openPool({ url, max: 5, name: 'projections', logger, pipeline: true })
  const shapes = new Map<string, TableShape>()

  return {
    prepare: (projections, withWork) => alone(pool, (client) => prepareTables(client, projections, withWork)),

    rebuild: (projections) =>
      alone(pool, async (client) => {
        await prepareTables(client, projections, false)
        const states = await readStates(client)
        for (const projection of projections)
          await beginGeneration(
            client,
            projection,
            states.filter(({ name }) => name === projection.name),
          )
        await client.query(`notify ${askedChannel}`)
      }),

    states: () => connected(pool, readStates),

    foldAhead: (feeds, events) => foldAhead(feeds, events, shapeIn(shapes)),

    apply: (batch) => connected(pool, (client) => apply(client, batch, shapes)),

    show: (feeds) => alone(pool, (client) => showGenerations(client, feeds)),

    lead: (signal) => waitToLead({ url, logger, signal, post: 'projections' }),

    watch: (tell, signal) => void watchNews(url, tell, { logger, signal }),

    close: () => pool.end(),
  }
}

/** A statement that lost against another may win the next time; more often than this, somebody else should look. */
const attempts = 5

const apply = async (client: PoolClient, batch: Batch, shapes: Map<string, TableShape>): Promise<Applied> => {
  for (const feed of batch.feeds) await learnShape(client, feed, shapes)
  const shapeOf = shapeIn(shapes)
  for (let attempt = 1; ; attempt++) {
    try {
      await applyTogether(client, batch, shapeOf)
      return { stuck: [], setAside: [] }
    } catch (error) {
      if (isUnavailable(error) || error instanceof Overtaken) throw error
      if (!isContention(error)) return await applyApart(client, batch, shapeOf)
      if (attempt === attempts) throw new StoreUnavailable('The read models are locked by others.', { cause: error })
    }
  }
}

const shapeIn =
  (shapes: ReadonlyMap<string, TableShape>) =>
  (feed: Feed): TableShape => {
    const shape = shapes.get(feed.schema)
    if (shape === undefined) throw new Overtaken(`The table of ${feed.name} is gone.`)
    return shape
  }

const learnShape = async (client: ClientBase, feed: Feed, shapes: Map<string, TableShape>): Promise<void> => {
  if (typeof feed.from === 'function' || !('key' in feed.from) || shapes.has(feed.schema)) return
  const shape = await readShape(client, feed.schema, feed.from)
  if (shape !== null) shapes.set(feed.schema, shape)
}

/** Runs `body` in a transaction of which there is one at a time, over all processes. Gives up rather than hold up readers. */
const alone = <T>(pool: Pool, body: (client: ClientBase) => Promise<T>): Promise<T> =>
  connected(pool, async (client) => {
    try {
      await client.query(
        `begin; set local client_min_messages to warning; select pg_advisory_xact_lock(${String(locks.tables)}, 0)`,
      )
      await client.query(`set local lock_timeout to '3s'`)
      const result = await body(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    }
  })

/** Runs `body` on a connection; trouble with the server becomes `StoreUnavailable`. */
const connected = async <T>(pool: Pool, body: (client: PoolClient) => Promise<T>): Promise<T> => {
  let broken = false
  let client: PoolClient | undefined
  const ignored = (): void => undefined
  try {
    client = await pool.connect()
    client.on('error', ignored)
    return await body(client)
  } catch (error) {
    broken = isUnavailable(error)
    if (broken) throw new StoreUnavailable('The read models cannot be reached.', { cause: error })
    if (isContention(error)) throw new StoreUnavailable('The read models are locked by others.', { cause: error })
    throw error
  } finally {
    client?.off('error', ignored)
    client?.release(broken)
  }
}
