import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { musterClient } from '../src/client/muster-client.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { hostIdOf } from '../src/domain/host/host-id.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { benchDatabase } from './support/database.ts'
import { fillLog } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const hosts = 30_000
const profiles = 15
const atOnce = 10_000
const limitMs = 300_000

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

/** All hosts of no team are moved to a team with settings; ends when every host's commands are in the log and in the read models. */
export const transfer: Benchmark = {
  about: 's until 30,000 hosts x 15 profiles are decided after a move to another team; limit: 60 s',
  run: async () => {
    const database = await benchDatabase()
    const data = await mkdtemp(join(tmpdir(), 'muster-bench-'))
    const settings = {
      DATABASE_URL: database.url,
      MUSTER_MASTER_KEY: randomBytes(32).toString('base64'),
      MUSTER_DATA: data,
      MUSTER_PORT: '0',
      MUSTER_TLS: 'off',
      MUSTER_AUTHORITY_KEY_BITS: '2048',
      MUSTER_DECLARATIONS: 'off',
    }
    const muster = await compose(readConfig(settings), quiet)
    const client = musterClient({ url: `http://localhost:${String(muster.port)}`, token: muster.firstToken ?? '' })
    const log = await postgresEventLog({ url: database.url })
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    try {
      const team = await client.teams.create({ name: 'Another' })
      for (let index = 0; index < profiles; index++)
        await client.profiles.upload({ name: 'bench.mobileconfig', bytes: profile(index) }, team.id)
      await fillLog(log, { from: 0, to: hosts, profiles: 0 })
      while ((await client.hosts.count()) < hosts) await pause(200)
      const ids = Array.from({ length: hosts }, (_, index) => Number(hostIdOf(derivedId(`filled/${String(index)}`))))
      const decided = async (): Promise<number> => {
        const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from host_profiles')
        return rows[0]?.count ?? 0
      }
      const begun = performance.now()
      for (let from = 0; from < hosts; from += atOnce) await client.hosts.transfer(ids.slice(from, from + atOnce), team.id)
      const transferred = performance.now() - begun
      while ((await decided()) < hosts * profiles) {
        if (performance.now() - begun > limitMs) throw new Error(`Only ${String(await decided())} profiles are decided.`)
        await pause(200)
      }
      const seconds = (performance.now() - begun) / 1000
      return result('transfer', Math.round(seconds * 10) / 10, 's', 60, {
        hosts,
        profiles,
        transferredMs: Math.round(transferred),
      })
    } finally {
      client.close()
      await pool.end()
      await log.close()
      await muster.stop()
      await database.stop()
      await rm(data, { recursive: true, force: true })
    }
  },
}

const profile = (index: number): Uint8Array =>
  Buffer.from(
    writePlist({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadIdentifier: `com.example.bench.${String(index)}`,
      PayloadUUID: `bench-${String(index)}`,
      PayloadDisplayName: `Bench ${String(index)}`,
      PayloadContent: [],
    }),
  )
