import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { inParallel } from '../src/app/in-parallel.ts'
import { musterClient } from '../src/client/muster-client.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { hostIdOf } from '../src/domain/host/host-id.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { writePlist } from '../src/protocols/plist/write.ts'
import { benchDatabase } from './support/database.ts'
import { fillLog } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const hosts = 100_000
const labels = 20
const uploads = 5

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

/** Every host joins one of twenty labels that settings name; then settings for one label come and go. */
export const cohorts: Benchmark = {
  about: 'label memberships of 100,000 hosts per second, until cohorts and counts show them; limit: appending the same events',
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
    // Without workers: what is measured is the ideal state, not the commands that follow from it.
    const muster = await compose({ ...readConfig(settings), roles: ['api', 'projector'] }, quiet)
    const client = musterClient({ url: `http://localhost:${String(muster.port)}`, token: muster.firstToken ?? '' })
    const log = await postgresEventLog({ url: database.url })
    const upload = async (index: number, names: readonly string[]): Promise<Readonly<{ uuid: string; ms: number }>> => {
      const begun = performance.now()
      const file = { name: 'bench.mobileconfig', bytes: profile(index) }
      const uuid = await client.profiles.upload(file, null, { labels_include_any: names })
      await client.profiles.status(uuid)
      return { uuid, ms: performance.now() - begun }
    }
    try {
      await fillLog(log, { from: 0, to: hosts, profiles: 0 })
      while ((await client.hosts.count()) < hosts) await pause(200)
      const ids: string[] = []
      for (let index = 0; index < labels; index++) {
        const { id, name } = await client.labels.create({ name: `Label ${String(index)}`, hosts: [] })
        await upload(index, [name])
        ids.push(String(id))
      }
      const members = async () => (await client.labels.list()).reduce((sum, { host_count = 0 }) => sum + host_count, 0)

      const begun = performance.now()
      await inParallel(
        Array.from({ length: hosts }, (_, index) => index),
        128,
        async (index) => {
          const hostId = hostIdOf(derivedId(`filled/${String(index)}`))
          const joined = [ids[index % labels] ?? '']
          const metadata = {
            $correlationId: 'bench',
            $causationId: 'bench',
            actor: { kind: 'agent', id: 'bench' },
            at: new Date().toISOString(),
            hostIds: [hostId],
          } as const
          const event = {
            type: 'LabelMembershipChanged',
            data: { joined, left: [], learned: [], because: 'listed' },
            eventId: randomUUID(),
            metadata,
          }
          await log.append(`host-${hostId}`, [event], 'any')
        },
      )
      const appended = performance.now() - begun
      while ((await members()) < hosts) await pause(50)
      const shown = performance.now() - begun

      const [took, gone]: [number[], number[]] = [[], []]
      for (let round = 0; round < uploads; round++) {
        const { uuid, ms } = await upload(labels + round, ['Label 3', 'Label 7'])
        const { pending } = await client.profiles.status(uuid)
        if (pending !== (2 * hosts) / labels) throw new Error(`${String(pending)} hosts are pending.`)
        took.push(ms)
        const removing = performance.now()
        await client.profiles.delete(uuid)
        gone.push(performance.now() - removing)
      }
      return result('cohorts', (hosts * 1000) / shown, 'memberships/s', (hosts * 1000) / appended, {
        ...{ hosts, labels, seconds: Math.round(shown / 100) / 10 },
        ...{ profileAddedMs: Math.round(median(took)), profileRemovedMs: Math.round(median(gone)) },
      })
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
