import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { musterClient } from '../src/client/muster-client.ts'
import type { TakenProfile } from './support/filling.ts'
import { fillLog } from './support/filling.ts'
import { benchGround, benchProfile } from './support/muster.ts'
import { ownServer } from './support/own-process.ts'
import type { Benchmark, Result } from './support/report.ts'
import { median, result } from './support/report.ts'

const hosts = Number(process.env.FLEET_HOSTS ?? 100_000)
const profilesEach = 5
/** Every tenth host is in the label. */
const labelledOf = 10
const perPage = 20
/** The thousandth page of 20, or the last that there is. */
const deepPage = Math.min(1000, Math.floor(hosts / perPage) - 1)
const asked = 15

type Page = Readonly<{ hosts: readonly object[] }>
type Ask = <T>(path: string) => Promise<T>

/** What is asked of a fleet all day. Each says whether the answer has as many hosts as it should. */
const questions = (
  ask: Ask,
  { profile, label }: Readonly<{ profile: string; label: number }>,
): Readonly<Record<string, () => Promise<boolean>>> => {
  const page = async (filter: string) => (await ask<Page>(`/hosts?per_page=${String(perPage)}&${filter}`)).hosts.length
  const count = async (filter: string) => (await ask<Readonly<{ count: number }>>(`/hosts/count?${filter}`)).count
  const serial = `query=S${String(hosts - 7)}`
  const status = `profile_uuid=${profile}&profile_status=verifying`
  return {
    'first-page': async () => (await page('')) === perPage,
    'deep-page': async () => (await page(`page=${String(deepPage)}`)) === perPage,
    'by-name': async () => (await page('order_key=display_name')) === perPage,
    'by-serial': async () => (await page(serial)) === 1,
    count: async () => (await count('')) === hosts,
    'count-by-serial': async () => (await count(serial)) === 1,
    summary: async () => (await ask<Readonly<{ totals_hosts_count: number }>>('/host_summary')).totals_hosts_count === hosts,
    'by-profile-status': async () => (await page(status)) === perPage,
    'count-by-profile-status': async () => (await count(status)) === hosts,
    'by-settings': async () => (await page('os_settings=verifying')) === perPage,
    'by-label': async () => (await page(`label_id=${String(label)}`)) === perPage,
    'count-by-label': async () => (await count(`label_id=${String(label)}`)) === Math.ceil(hosts / labelledOf),
  }
}

/** How long each of so many calls took, ms. */
const timesOf = async (call: () => Promise<unknown>): Promise<readonly number[]> => {
  const took: number[] = []
  for (let time = 0; time < asked; time++) {
    const begun = performance.now()
    await call()
    took.push(performance.now() - begun)
  }
  return took
}

const mebibytes = (bytes: number): number => bytes / 1024 / 1024

export const fleet: Benchmark = {
  about:
    'a fleet (FLEET_HOSTS, 100,000 unless told) with 5 profiles each: read models, lists, memory, restart, sizes; several figures',
  run: async () => {
    const enders: (() => unknown)[] = []
    try {
      const { databaseUrl, settings: environment } = await benchGround(enders)
      const sql = new pg.Client(databaseUrl)
      await sql.connect()
      enders.push(() => sql.end())
      const one = async <T extends object>(text: string): Promise<T> => {
        const [row] = (await sql.query<T>(text)).rows
        if (row === undefined) throw new Error('The database answered nothing.')
        return row
      }
      const until = async (text: string): Promise<void> => {
        while (!(await one<{ so: boolean }>(text)).so) await pause(100)
      }

      const first = await ownServer(environment)
      enders.push(first.stop)
      const { now: empty } = await first.memory()
      const token = first.token ?? ''
      const client = musterClient({ url: `http://localhost:${String(first.port)}`, token })
      enders.push(client.close)
      for (let index = 0; index < profilesEach; index++) await client.profiles.upload(benchProfile(index), null)
      const profiles = (
        await sql.query<TakenProfile>('select profile_id as "profileId", identifier, checksum, scope from profiles')
      ).rows
      const label = await client.labels.create({ name: 'Tenth', hosts: [] })

      const log = await postgresEventLog({ url: databaseUrl })
      enders.push(log.close)
      const before = Number((await log.head()) ?? 0)
      const begun = performance.now()
      const isLabelled = (index: number) => (index % labelledOf === 0 ? String(label.id) : null)
      const events = await fillLog(log, { from: 0, to: hosts, profiles, label: isLabelled })
      const filled = performance.now() - begun
      const head = String(before + events).padStart(20, '0')
      await until(`select min(position) >= '${head}' as so from projection_state where status <> 'retired'`)
      const level = performance.now() - begun
      const perSecond = (ms: number): number => (events * 1000) / ms
      // What follows from enrolling is work of its own, and not measured.
      await until('select not exists (select from work where parked_at is null and due_at <= now()) as so')
      const { peak } = await first.memory()
      client.close()
      await first.stop()
      await sql.query('vacuum analyze')

      const { bytes, table, many, data_bytes } = await one<Readonly<Record<'bytes' | 'table' | 'many' | 'data_bytes', number>>>(
        `select pg_database_size(current_database())::float as bytes, pg_total_relation_size('event_log.events')::float as table,
           (select count(*)::float from event_log.events) as many, (select avg(octet_length(data::text))::float from event_log.events) as data_bytes`,
      )

      const second = await ownServer(environment)
      enders.push(second.stop)
      await pause(5_000)
      const { now: idle } = await second.memory()
      const address = `http://localhost:${String(second.port)}/api/v1/fleet`
      const ask: Ask = async <T>(path: string) => {
        const answer = await fetch(address + path, { headers: { authorization: `Bearer ${token}` } })
        if (!answer.ok) throw new Error(`${path} is answered with ${String(answer.status)}.`)
        return (await answer.json()) as T
      }

      const of = (
        name: string,
        [figure, limit]: readonly [number, number],
        unit: string,
        detail: Result['detail'] = {},
      ): Result => result(`fleet/${name}`, figure, unit, limit, { hosts, ...detail })
      const answer = median(await timesOf(() => ask('/teams')))
      const lists: Result[] = []
      const all = questions(ask, { profile: profiles[0]?.profileId ?? '', label: label.id })
      for (const [name, question] of Object.entries(all)) {
        const took = await timesOf(async () => {
          if (!(await question())) throw new Error(`The fleet answers ${name} with other hosts.`)
        })
        lists.push(of(name, [median(took), answer], 'ms', { worst: Math.max(...took) }))
      }
      return [
        of('level', [perSecond(level), perSecond(filled)], 'events/s', { events }),
        of('bytes-per-event', [table / many, data_bytes], 'bytes'),
        of('database', [mebibytes(bytes), mebibytes(table)], 'MiB'),
        of('memory-peak', [mebibytes(peak), mebibytes(empty)], 'MiB'),
        of('memory-idle', [mebibytes(idle), mebibytes(empty)], 'MiB'),
        of('restart', [second.took, first.took], 'ms'),
        ...lists,
      ]
    } finally {
      for (const end of enders.reverse()) await end()
    }
  },
}
