import { postgresDatabase } from '../src/adapters/postgres/database.ts'
import { openPool } from '../src/adapters/postgres/connections.ts'
import { createOperationalTables } from '../src/adapters/postgres/operational-tables.ts'
import { postgresProjectionStore } from '../src/adapters/postgres/projection-store.ts'
import type { ActivityFilter } from '../src/projections/activity-feed.ts'
import { activityPage, everyActivity } from '../src/projections/activity-feed.ts'
import { allProjections } from '../src/projections/all.ts'
import { benchDatabase } from './support/database.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const entries = 1_000_000
const rounds = 40
const perPage = 50

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

const positionOf = (number: number): string => String(number).padStart(20, '0')

/** What people ask of the feed, the last page before a million entries and the rarest name included. */
const questions: Readonly<Record<string, Partial<ActivityFilter>>> = {
  start: {},
  middle: { before: positionOf(entries / 2) },
  oldest: { order: 'asc' },
  page100: { offset: 100 * perPage },
  deepestPage: { offset: 50_000 },
  host: { hostId: '777' },
  hostInTheMiddle: { hostId: '777', before: positionOf(entries / 2) },
  type: { type: 'mdm_enrolled' },
  rareType: { type: 'edited_windows_profile' },
  macProfiles: { type: 'created_macos_profile', before: positionOf(entries / 2) },
  actor: { actor: 'ada' },
  rareActor: { actor: 'grace' },
  nobody: { actor: 'nobody' },
  actorInTheMiddle: { actor: 'ad', before: positionOf(entries / 2) },
  changeSet: { changeSet: 'set-4321' },
  hostAndType: { hostId: '777', type: 'transferred_hosts' },
}

/** The feed of a fleet of 20,000 hosts to which a million things happened. */
export const timeline: Benchmark = {
  about: 'ms (median) for a page of 50 of the slowest kind, of 1,000,000 entries; limit: the newest 50 rows of the bare table',
  run: async () => {
    const database = await benchDatabase()
    const pool = openPool({ url: database.url, max: 2, name: 'operations', logger: quiet })
    const store = postgresProjectionStore({ url: database.url, logger: quiet })
    const { read, close } = postgresDatabase({ url: database.url, logger: quiet, connections: 2 })
    try {
      await createOperationalTables(pool)
      await store.prepare(allProjections, true)
      // The tables behind the views: rows keep the position that last changed them.
      const schemas = new Map((await store.states()).map(({ name, schema }) => [name, schema]))
      for (const [table, statement] of filling) await pool.query(`insert into ${schemas.get(table) ?? ''}.${table} ${statement}`)
      await pool.query('analyze')
      const bare = await times(() =>
        read({ text: `select * from timeline order by event_position desc limit ${String(perPage)}`, values: [] }),
      )
      const measured: (readonly [string, readonly number[]])[] = []
      for (const [name, asked] of Object.entries(questions)) {
        const filter = { ...everyActivity, limit: perPage + 1, ...asked }
        measured.push([name, await times(() => read(activityPage(filter)))])
      }
      const slowest = Math.max(...measured.map(([, took]) => quantile(took, 0.5)))
      return result('timeline', slowest, 'ms', quantile(bare, 0.5), {
        entries,
        ...Object.fromEntries(measured.map(([name, took]) => [name, quantile(took, 0.5)])),
        ...Object.fromEntries(measured.map(([name, took]) => [`${name}P99`, quantile(took, 0.99)])),
      })
    } finally {
      await Promise.allSettled([close(), store.close(), pool.end()])
      await database.stop()
    }
  },
}

const place = `lpad(n::text, 20, '0')`
const at = `timestamptz '2026-01-01' + n * interval '10 seconds'`

/** By SQL alone: what is measured is the asking. */
const filling: readonly (readonly [string, string])[] = [
  [
    'hosts',
    `(host_id, hardware_id, serial, name, platform, team_id, stage, discovered_at, updated_at, position)
   select n::text, 'H' || n, 'S' || n, 'Mac ' || n, 'darwin', (n % 20)::text, 'enrolled', ${at}, ${at}, ${place} from generate_series(1, 20000) n`,
  ],
  [
    'teams',
    `(team_id, name, description, created_at, position)
   select n::text, 'Team ' || n, '', ${at}, ${place} from generate_series(1, 20) n`,
  ],
  [
    'profiles',
    `(profile_id, team_id, kind, family, name, identifier, scope, checksum, size, payload_types, variables, secrets, content,
     created_at, uploaded_at, position)
   select 'p' || n, (n % 20)::text, case when n % 7 = 0 then 'declaration' else 'profile' end, case when n % 50 = 0 then 'windows' else 'apple' end,
     'Profile ' || n, 'com.example.' || n, 'System', 'c', 1, '[]', '[]', '[]', '{"gzip":""}', ${at}, ${at}, ${place} from generate_series(1, 500) n`,
  ],
  [
    'timeline',
    `(event_position, at, type, category, subject, actor_kind, actor_id, admin_id, correlation_id, activity, host_id, team_id, profile_id,
     details, position)
   select ${place}, ${at}, a.type, a.category, n::text,
     case when admin is null then 'device' else 'admin' end, coalesce(admin, 'H' || n % 20000), admin,
     'set-' || n / 100, a.activity,
     case when a.category = 'host' then (n % 20000)::text end, case when a.activity = 'transferred_hosts' then (n % 20)::text end,
     case when a.category = 'profile' then 'p' || 1 + n % 500 end, '{}', ${place}
   from generate_series(1, ${String(entries)}) n
   cross join lateral (select (array['EnrollmentStarted', 'HostTransferred', 'ProfileEdited', 'ProfileUploaded', 'CommandsCancelled'])[k] as type,
     (array['host', 'host', 'profile', 'profile', 'host'])[k] as category,
     (array['mdm_enrolled', 'transferred_hosts', 'edited_profile', 'created_profile', 'commands_cancelled'])[k] as activity
     from (select case when n % 100 = 1 then 3 when n % 100 = 2 then 4 when n % 100 < 30 then 1 when n % 100 < 60 then 2 else 5 end as k) k) a
   cross join lateral (select case when n % 10 >= 4 then null when n % 200000 = 1 then 'grace' when n % 10 < 3 then 'ada' else 'admin ' || n % 50 end
     as admin) b`,
  ],
]

const times = async (work: () => Promise<unknown>): Promise<readonly number[]> => {
  const took: number[] = []
  for (let round = 0; round < rounds + 3; round++) {
    const begun = performance.now()
    await work()
    // The first ones find the pages on disk.
    if (round >= 3) took.push(performance.now() - begun)
  }
  return took
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN
