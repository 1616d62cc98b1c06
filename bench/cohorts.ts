import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { inParallel } from '../src/app/in-parallel.ts'
import { hostIdOf } from '../src/domain/host/host-id.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { fillLog } from './support/filling.ts'
import { benchProfile, withMuster } from './support/muster.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const hosts = 100_000
const labels = 20
/** Where the stream of a host without profiles ends, as fillLog leaves it. */
const filledRevision = 2
const uploads = 5

/** Every host joins one of twenty labels that settings name; then settings for one label come and go. */
export const cohorts: Benchmark = {
  about: 'label memberships of 100,000 hosts per second, until cohorts and counts show them; limit: appending the same events',
  // Without workers: what is measured is the ideal state, not the commands that follow from it.
  run: () =>
    withMuster({ roles: ['api', 'projector'] }, async ({ client, log }) => {
      const upload = async (index: number, names: readonly string[]): Promise<Readonly<{ uuid: string; ms: number }>> => {
        const begun = performance.now()
        const uuid = await client.profiles.upload(benchProfile(index), null, { labels_include_any: names })
        await client.profiles.status(uuid)
        return { uuid, ms: performance.now() - begun }
      }
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
          await log.append(`host-${hostId}`, [event], filledRevision)
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
    }),
}
