import type { Pool, PoolClient } from 'pg'
import type { Database } from '../../app/ports.ts'
import type { AnyProjection } from '../../kernel/projection.ts'
import { allOf, run } from './apply-batch.ts'
import { isContention, sqlStateOf } from './connections.ts'
import { locks } from './projection-states.ts'
import { readShape } from './projection-tables.ts'
import type { SimpleProjection } from './simple-changes.ts'
import { byName, foldEvents } from './simple-changes.ts'
import type { TableShape } from './write-changes.ts'
import { statementsFor } from './write-changes.ts'

/**
 * Writes events to the tables that questions see before the runner comes to them. It leaves the runner's marks alone, so that the runner does
 * every event once, in order, whatever was written ahead; what is written ahead is never wrong for longer than the runner is behind.
 * It does nothing for events that the runner has passed, for set projections, and for a version that is not the one shown.
 */
export const overlay = (pool: Pool): Database['applyNow'] => {
  const shapes = new Map<string, TableShape | null>()

  return async (projections, events) => {
    const first = events[0]
    const wanted = [...projections].sort(byName).flatMap((projection) => changesOf(projection, events))
    if (first === undefined || wanted.length === 0) return
    await withClient(pool, async (client) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await learn(client, wanted, shapes)
          return await write(client, wanted, { shapes, since: first.position, patient: attempt === attempts })
        } catch (error) {
          if (attempt === attempts || !(isGone(error) || isContention(error))) throw error
          if (isGone(error)) shapes.clear()
        }
      }
    })
  }
}

const attempts = 4

type Wanted = Readonly<{ projection: SimpleProjection; folded: ReturnType<typeof foldEvents> }>

const changesOf = (projection: AnyProjection, events: Parameters<typeof foldEvents>[1]): readonly Wanted[] => {
  if (!('key' in projection)) return []
  const folded = foldEvents(projection, events)
  return folded.removes.length + folded.changes.length + folded.sets.length === 0 ? [] : [{ projection, folded }]
}

/** The generation's tables went away under us: a new one is shown. */
const isGone = (error: unknown): boolean => ['42P01', '3F000', '42703'].includes(sqlStateOf(error))

const shownSchema = `select schema from public.projection_state where name = $1 and version = $2 and shown`

/** Looks up the tables that are shown; null where there is none of this version. */
const learn = async (client: PoolClient, wanted: readonly Wanted[], shapes: Map<string, TableShape | null>): Promise<void> => {
  for (const { projection } of wanted) {
    if (shapes.get(projection.name) !== undefined) continue
    const { rows } = await client.query<{ schema: string }>(shownSchema, [projection.name, projection.version])
    const schema = rows[0]?.schema
    const shape = schema === undefined ? null : await readShape(client, schema, projection)
    if (shape !== null) shapes.set(projection.name, shape)
  }
}

const begin = 'begin; set local synchronous_commit to off'

/** Two that wait for each other's rows are only found out after a second: sooner than that, this one gives way and tries again. */
const impatient = "; set local lock_timeout to '100ms'"

/** All statements go out at once and are answered at once. What is lost in a crash of Postgres, the runner writes. */
const write = async (
  client: PoolClient,
  wanted: readonly Wanted[],
  { shapes, since, patient }: Readonly<{ shapes: ReadonlyMap<string, TableShape | null>; since: string; patient: boolean }>,
): Promise<void> => {
  const waits: string[] = []
  const statements = wanted.flatMap(({ projection, folded }) => {
    const shape = shapes.get(projection.name) ?? null
    if (shape === null) return []
    if (folded.sets.length > 0)
      waits.push(`; select pg_advisory_xact_lock_shared(${String(locks.overlay)}, hashtext('${projection.name}'))`)
    return statementsFor(shape, folded, { since })
  })
  if (statements.length === 0) return
  await allOf([
    client.query([begin, patient ? '' : impatient, ...waits].join('')),
    ...statements.map((statement) => run(client, statement)),
    client.query('commit'),
  ])
}

const withClient = async (pool: Pool, body: (client: PoolClient) => Promise<void>): Promise<void> => {
  const client = await pool.connect()
  let lost: Error | undefined
  const note = (error: Error): void => void (lost = error)
  client.on('error', note)
  try {
    await body(client)
  } finally {
    client.off('error', note)
    client.release(lost)
  }
}
