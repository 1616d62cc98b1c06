import pg from 'pg'
import type { Appended, EventLog, ExpectedRevision, Log } from '../../app/ports.ts'
import { LogUnavailable, RevisionConflict } from '../../app/ports.ts'
import type { Metadata, Position, Recorded } from '../../kernel/event.ts'
import type { WrittenAppend, WrittenEvent } from '../event-envelope.ts'
import { mustBePosition, positionOf, recorded, written } from '../event-envelope.ts'
import { logFault } from './event-log-faults.ts'
import { channel, schema } from './event-log-schema.ts'
import { groupCommitter } from './group-committer.ts'
import { notifications } from './notifications.ts'
import { packedData, packedMetadata, unpacked } from './packing.ts'

export type PostgresEventLogOptions = Readonly<{
  url: string
  /** Connections for reading and writing; subscriptions use one more. Default 8. */
  poolSize?: number
  log?: Log
}>

/**
 * Opens the event log in a Postgres database, making schema `event_log` where it is missing. Several processes may share it.
 * Throws `LogUnavailable` when the database cannot be reached.
 */
export const postgresEventLog = async ({ url, poolSize = 8, log }: PostgresEventLogOptions): Promise<EventLog> => {
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'muster event log',
  }
  const pool = new pg.Pool({ ...connection, max: poolSize, query_timeout: 30_000 })
  pool.on('error', (error) => log?.warn({ error: error.message }, 'An idle connection of the event log was lost.'))
  const wakeUps = notifications(connection, channel, log)
  let closed = false

  const ask = async <Row extends object>(statement: pg.QueryConfig): Promise<readonly Row[]> =>
    (await pool.query<Row>(statement).catch(rethrow)).rows

  const mustBeOpen = () => {
    if (closed) throw new LogUnavailable('The event log is closed.')
  }

  await ask({ text: schema }).catch(async (error: unknown) => {
    await pool.end()
    throw error
  })

  const committer = groupCommitter<Append, Outcome>({
    write: async (batch) => {
      const [first] = batch
      const rows = await ask<OutcomeRow>(first !== undefined && batch.length === 1 ? appendOne(first) : appendMany(batch))
      return rows.map(outcomeOf)
    },
    worthSplitting: (error) => !(error instanceof LogUnavailable),
    overflow: () => new LogUnavailable('Too many appends wait for the event log.'),
  })

  const readAll: EventLog['readAll'] = async ({ after, limit }) => {
    const values = [after === null ? '0' : mustBePosition(after), limit]
    return (await ask<EventRow>({ name: 'event_log_all', text: allAfter, values })).map(opened)
  }

  return {
    append: async (stream, events, expected) => {
      mustBeOpen()
      const outcome = await committer.commit({ key: stream, expected, ...kept(stream, written(stream, events, expected)) })
      if (outcome.kind === 'conflict') throw new RevisionConflict(stream, expected, outcome.actual)
      return outcome.appended
    },

    readStream: async (stream, { from = 0, limit = null } = {}) =>
      (await ask<EventRow>({ name: 'event_log_stream', text: streamFrom, values: [stream, from, limit] })).map(opened),

    readAll,

    async *subscribe({ after, maxBatch = 500, signal }) {
      let last = after === null ? null : mustBePosition(after)
      while (!signal.aborted && !closed) {
        const seen = wakeUps.count()
        const batch = await readAll({ after: last, limit: maxBatch }).catch((error: unknown) => {
          if (!closed) log?.warn({ error: String(error), after: last }, 'A subscription could not read; it goes on trying.')
          return []
        })
        if (signal.aborted) return
        last = batch.at(-1)?.position ?? last
        if (batch.length > 0) yield batch
        else await wakeUps.since(seen, pollEveryMs, signal)
      }
    },

    head: async () => {
      const [row] = await ask<{ head: string | null }>({ text: 'select max(position) as head from event_log.events' })
      return row === undefined || row.head === null ? null : positionOf(row.head)
    },

    last: async () => {
      const [row] = await ask<EventRow>({ text: newest })
      return row === undefined ? null : opened(row)
    },

    close: async () => {
      if (closed) return
      closed = true
      await committer.idle()
      await wakeUps.close()
      await pool.end()
    },
  }
}

const pollEveryMs = 1_000

const rethrow = (error: unknown): never => {
  throw logFault(error)
}

type Append = Readonly<{ key: string; bytes: number; expected: ExpectedRevision; events: readonly WrittenEvent[] }>

const kept = (stream: string, { events, bytes }: WrittenAppend): WrittenAppend => ({
  bytes,
  events: events.map(({ data, metadata, ...event }) => ({
    ...event,
    data: packedData(data),
    metadata: packedMetadata(stream, metadata),
  })),
})

const appendOne = ({ key, expected, events }: Append): pg.QueryConfig => ({
  name: 'event_log_append_one',
  text: 'select * from event_log.append_one($1, $2, $3, $4, $5, $6)',
  values: [key, revisionOf(expected), ...columns(events)],
})

const appendMany = (batch: readonly Append[]): pg.QueryConfig => ({
  name: 'event_log_append_many',
  text: 'select * from event_log.append_many($1, $2, $3, $4, $5, $6, $7)',
  values: [
    batch.map(({ key }) => key),
    batch.map(({ expected }) => revisionOf(expected)),
    batch.flatMap(({ events }, index) => events.map(() => index + 1)),
    ...columns(batch.flatMap(({ events }) => events)),
  ],
})

const columns = (events: readonly WrittenEvent[]) => [
  events.map(({ eventId }) => eventId),
  events.map(({ type }) => type),
  events.map(({ data }) => data),
  events.map(({ metadata }) => metadata),
]

const revisionOf = (expected: ExpectedRevision): number => (expected === 'no_stream' ? -1 : expected)

type OutcomeRow = Readonly<{ outcome: string; last_revision: string; last_position: string }>
type Outcome = Readonly<{ kind: 'appended'; appended: Appended } | { kind: 'conflict'; actual: number }>

const outcomeOf = (row: OutcomeRow): Outcome =>
  row.outcome === 'conflict'
    ? { kind: 'conflict', actual: Number(row.last_revision) }
    : { kind: 'appended', appended: { revision: Number(row.last_revision), position: positionOf(row.last_position) } }

const eventColumns = 'position, stream, revision, id, type, data, metadata'
const allAfter = `select ${eventColumns} from event_log.events where position > $1 order by position limit $2`
const newest = `select ${eventColumns} from event_log.events order by position desc limit 1`
const streamFrom = `select ${eventColumns} from event_log.events where stream = $1 and revision >= $2 order by revision limit $3`

type EventRow = Readonly<{
  position: Position
  stream: string
  revision: string
  id: string
  type: string
  data: object | string
  metadata: Metadata | string
}>

const opened = (row: EventRow): Recorded => {
  const { stream, type, id: eventId, position, revision } = row
  const { data, metadata } = unpacked(row)
  return recorded({ stream, type, data, metadata, eventId, position: positionOf(position), revision: Number(revision) })
}
