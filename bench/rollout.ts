import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { musterClient } from '../src/client/muster-client.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { benchDatabase } from './support/database.ts'
import { fillLog } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const few = 1_000
const many = 100_000
const uploads = 7

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

export const rollout: Benchmark = {
  about: 'ms until an upload is answered and its pending count is right at 100,000 hosts; limit: the same at 1,000',
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
    }
    // Without workers: what is measured is the answer, not the commands that follow from it.
    const muster = await compose({ ...readConfig(settings), roles: ['api', 'projector'] }, quiet)
    const client = musterClient({ url: `http://localhost:${String(muster.port)}`, token: muster.firstToken ?? '' })
    const log = await postgresEventLog({ url: database.url })
    try {
      const known = async (hosts: number): Promise<void> => {
        while ((await client.hosts.count()) < hosts || (await client.summary(null)).pending < 0) await pause(200)
      }
      let uploaded = 0
      const measure = async (hosts: number): Promise<number> => {
        const took: number[] = []
        for (let upload = 0; upload < uploads; upload++) {
          const begun = performance.now()
          const uuid = await client.profiles.upload({ name: 'bench.mobileconfig', bytes: profile(uploaded++) }, null)
          const { pending } = await client.profiles.status(uuid)
          took.push(performance.now() - begun)
          if (pending !== hosts) throw new Error(`${String(pending)} hosts are pending, not ${String(hosts)}.`)
        }
        return median(took)
      }
      await fillLog(log, { from: 0, to: few, profiles: 0 })
      await known(few)
      const limit = await measure(few)
      await fillLog(log, { from: few, to: many, profiles: 0 })
      await known(many)
      const figure = await measure(many)
      return result('rollout', figure, 'ms', limit, { hosts: many, hostsOfLimit: few, uploads })
    } finally {
      client.close()
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
