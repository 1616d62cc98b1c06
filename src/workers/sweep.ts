import type { App } from '../app/app.ts'
import type { CausedWork } from '../app/operational-ports.ts'
import { inParallel } from '../app/in-parallel.ts'
import { host } from '../domain/host/host.ts'
import { derivedId } from '../kernel/ids.ts'
import { enrolledCount, hostsToWakeAgain, silentHosts } from '../projections/waking.ts'
import { hostsWithExpired } from '../projections/waiting-commands.ts'
import { hostsThatDiffer } from '../projections/rollout.ts'

const page = 2000

/** Makes work again for hosts that do not look like their cohort, in case its row was lost or never made. Walks all hosts in pages. */
export const sweepDifferences = async (app: App): Promise<number> => {
  let found = 0
  for (let after = ''; ;) {
    const hosts = await app.read(hostsThatDiffer(after, page))
    await app.work.addNow(hosts.map(({ host_id }) => swept('reconcile-host', host_id)))
    const last = hosts.at(-1)
    if (last === undefined) return found
    found += hosts.length
    after = last.host_id
  }
}

/** Makes work to push again to hosts whose commands wait, with a pause that grows for those that stay silent. */
export const sweepSilent = async (app: App): Promise<number> => {
  const hosts = await app.read(hostsToWakeAgain(app.clock().toISOString(), page))
  await app.work.addNow(hosts.map(({ host_id }) => swept('wake', host_id)))
  return hosts.length
}

const dayMs = 24 * 60 * 60 * 1000
/** How often silent hosts are looked for, and how many are woken then at most. */
export const livenessEveryMs = 10 * 60 * 1000
const mostSilent = 2000

/** Wakes every host that was not heard of for a day about once a day, a share of them at a time. */
export const sweepLiveness = async (app: App): Promise<number> => {
  const [enrolled] = await app.read(enrolledCount())
  const share = Math.ceil(((enrolled?.count ?? 0) * livenessEveryMs) / dayMs)
  const since = new Date(app.clock().getTime() - dayMs).toISOString()
  const hosts = await app.read(silentHosts(since, Math.min(share, mostSilent)))
  await app.work.addNow(hosts.map(({ host_id }) => swept('wake-silent', host_id)))
  return hosts.length
}

/** Gives up commands that are past their deadline. */
export const sweepExpired = async (app: App): Promise<number> => {
  const now = app.clock().toISOString()
  const hosts = await app.read(hostsWithExpired(now, page))
  const id = derivedId(`expire/${now}`)
  const cause = { id, actor: { kind: 'worker', id: 'sweep-expired' } as const, correlationId: id, causationId: id }
  await inParallel(hosts, 16, async ({ host_id: hostId }) => {
    const { events } = await app.execute(host, hostId, { type: 'ExpireCommands', data: { now } }, cause)
    if (events.length > 0) app.logger.info({ hostId, commands: events.length }, 'commands were given up at their deadline')
  })
  return hosts.length
}

/** A row that nobody but a sweep asked for. */
export const swept = (kind: string, key: string): CausedWork => ({ kind, key, causeId: 'sweep', correlationId: 'sweep' })
