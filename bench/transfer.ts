import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { hostIdOf } from '../src/domain/host/host-id.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { fillLog } from './support/filling.ts'
import { benchProfile, withMuster } from './support/muster.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const hosts = 30_000
const profiles = 15
const atOnce = 10_000
const limitMs = 300_000

/** All hosts of no team are moved to a team with settings; ends when every host's commands are in the log and in the read models. */
export const transfer: Benchmark = {
  about: 's until 30,000 hosts x 15 profiles are decided after a move to another team; limit: 60 s',
  run: () =>
    withMuster({ settings: { MUSTER_DECLARATIONS: 'off' } }, async ({ client, log, databaseUrl }) => {
      const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
      try {
        const team = await client.teams.create({ name: 'Another' })
        for (let index = 0; index < profiles; index++) await client.profiles.upload(benchProfile(index), team.id)
        await fillLog(log, { from: 0, to: hosts, profiles: 0 })
        while ((await client.hosts.count()) < hosts) await pause(200)
        const ids = Array.from({ length: hosts }, (_, index) => Number(hostIdOf(derivedId(`filled/${String(index)}`))))
        const decided = async (): Promise<number> => {
          const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from host_profiles')
          return rows[0]?.count ?? 0
        }
        const begun = performance.now()
        let longest = 0
        for (let from = 0; from < hosts; from += atOnce) {
          const asked = performance.now()
          await client.hosts.transfer(ids.slice(from, from + atOnce), team.id)
          longest = Math.max(longest, performance.now() - asked)
        }
        while ((await decided()) < hosts * profiles) {
          if (performance.now() - begun > limitMs) throw new Error(`Only ${String(await decided())} profiles are decided.`)
          await pause(200)
        }
        const seconds = (performance.now() - begun) / 1000
        return result('transfer', Math.round(seconds * 10) / 10, 's', 60, {
          hosts,
          profiles,
          longestRequestMs: Math.round(longest),
        })
      } finally {
        await pool.end()
      }
    }),
}
