import { setTimeout as pause } from 'node:timers/promises'
import { fillLog } from './support/filling.ts'
import { benchProfile, withMuster } from './support/muster.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const few = 1_000
const many = 100_000
const uploads = 7

export const rollout: Benchmark = {
  about: 'ms until an upload is answered and its pending count is right at 100,000 hosts; limit: the same at 1,000',
  // Without workers: what is measured is the answer, not the commands that follow from it.
  run: () =>
    withMuster({ roles: ['api', 'projector'] }, async ({ client, log }) => {
      const known = async (hosts: number): Promise<void> => {
        while ((await client.hosts.count()) < hosts || (await client.summary(null)).pending < 0) await pause(200)
      }
      let uploaded = 0
      const measure = async (hosts: number): Promise<number> => {
        const took: number[] = []
        for (let upload = 0; upload < uploads; upload++) {
          const begun = performance.now()
          const uuid = await client.profiles.upload(benchProfile(uploaded++), null)
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
    }),
}
