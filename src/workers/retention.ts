import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { host } from '../domain/host/host.ts'
import { derivedId } from '../kernel/ids.ts'
import { Rejection } from '../kernel/rejection.ts'
import { hostsToForget } from '../projections/forgotten-hosts.ts'

const dayMs = 24 * 60 * 60 * 1000

/** How often old hosts are looked for, and how many are forgotten then at most. */
export const retentionEveryMs = 10 * 60_000
const most = 500
const atOnce = 8

/** Forgets hosts whose enrollment ended more than `days` ago and of which no agent told anything since. Answers how many. */
export const forgetOldHosts =
  (days: number) =>
  async (app: App): Promise<number> => {
    const until = new Date(app.clock().getTime() - days * dayMs).toISOString()
    const hosts = await app.read(hostsToForget(until, most))
    const forgotten = await inParallel(hosts, atOnce, async ({ host_id: hostId, ended_at }) => {
      const id = derivedId(`retention/${hostId}/${ended_at}`)
      const cause = { id, actor: { kind: 'worker', id: 'retention' } as const, correlationId: id, causationId: id }
      const reason = `Its enrollment ended at ${ended_at}, more than ${String(days)} days ago.`
      const data = { because: 'retention', reason, force: false } as const
      return app.execute(host, hostId, { type: 'ForgetHost', data }, cause).then(
        ({ events }) => events.length,
        (error: unknown) => {
          // It enrolled again a moment ago.
          if (error instanceof Rejection) return 0
          throw error
        },
      )
    })
    const count = forgotten.filter((events) => events > 0).length
    if (count > 0) app.logger.info({ hosts: count }, 'hosts were forgotten, because their enrollment ended long ago')
    return count
  }
