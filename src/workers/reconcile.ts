import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import { host } from '../domain/host/host.ts'
import type { DesiredProfile } from '../domain/host-profiles/state.ts'
import type { Cause } from '../kernel/event.ts'
import { grouped } from '../kernel/grouped.ts'
import type { HostToReconcile } from '../projections/rollout.ts'
import { asDesired, cohortsOf, desiredOfHost, desiredSets, hostsOfTeam, teamOfProfile } from '../projections/rollout.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { causeOf, done, failed, leaseMs } from './worker.ts'

/** How many hosts are decided for at once: bounded by what the log takes in flight. */
const hostsAtOnce = 64
/** How many hosts of a team are looked at per page. */
const page = 1000

type Sets = ReadonlyMap<string, readonly DesiredProfile[]>

/** Makes single hosts look like their cohort: after enrollment, a move, a failed installation. */
export const reconcileHosts = (app: App): WorkKind => ({
  name: 'reconcile-host',
  batch: 500,
  do: async (work) => {
    const places = new Map((await app.read(cohortsOf(work.map(({ key }) => key)))).map((place) => [place.host_id, place]))
    const sets = await desiredOf(app, [...new Set([...places.values()].map(({ cohort_id }) => cohort_id))])
    return inParallel(work, hostsAtOnce, (row) => reconcileOne(app, row, places.get(row.key), sets))
  },
})

/** After the time that user settings wait for a user has passed, a last look at the host. */
export const refuseUserSettings = (app: App): WorkKind => ({ ...reconcileHosts(app), name: 'refuse-user-settings' })

/** Makes all hosts of a team look like their cohorts: after one of its settings changed. */
export const reconcileTeams = (app: App): WorkKind => ({
  name: 'reconcile-team',
  batch: 1,
  do: async ([work]) => {
    if (work === undefined) return []
    await reconcileTeam(app, work.key, work)
    return [done(work)]
  },
})

/** As `reconcile-team`, for the team of an edited profile. */
export const reconcileProfiles = (app: App): WorkKind => ({
  name: 'reconcile-profile',
  batch: 1,
  do: async ([work]) => {
    if (work === undefined) return []
    const [profile] = await app.read(teamOfProfile(work.key))
    if (profile !== undefined) await reconcileTeam(app, profile.team_id, work)
    return [done(work)]
  },
})

/** Page by page in order of host id. A host that fails becomes work of its own and holds up nobody. */
const reconcileTeam = async (app: App, teamId: string, work: ClaimedWork): Promise<void> => {
  for (let after = ''; ;) {
    const places = await app.read(hostsOfTeam(teamId, after, page))
    const last = places.at(-1)
    if (last === undefined) return
    const sets = await desiredOf(app, [...new Set(places.map(({ cohort_id }) => cohort_id))])
    const failures = await inParallel(places, hostsAtOnce, (place) => failureOf(decide(app, place, sets, causeOf(work))))
    const { causeId, correlationId } = work
    const again = places.filter((_, index) => failures[index] !== null)
    await app.work.addNow(again.map(({ host_id: key }) => ({ kind: 'reconcile-host', key, causeId, correlationId })))
    if (again.length > 0)
      app.logger.warn({ teamId, hosts: again.length, err: failures.find(Boolean) }, 'hosts are reconciled later')
    after = last.host_id
    await app.work.extend([work], leaseMs)
  }
}

const reconcileOne = async (app: App, row: ClaimedWork, place: HostToReconcile | undefined, sets: Sets): Promise<Outcome> => {
  if (place === undefined) return done(row)
  const failure = await failureOf(decide(app, place, sets, causeOf(row)))
  return failure === null ? done(row) : failed(row, failure)
}

/** The host's own stream decides: what it has is known there exactly, whatever the read models have seen. */
const decide = async (
  app: App,
  { host_id: hostId, cohort_id: cohortId }: HostToReconcile,
  sets: Sets,
  cause: Cause,
): Promise<void> => {
  const desired = await withoutStaleRemovals(app, hostId, sets.get(cohortId) ?? [])
  const data = { desired, declarationsToken: app.declarationsToken, now: app.clock().toISOString() }
  await app.execute(host, hostId, { type: 'ReconcileProfiles', data }, cause)
}

/**
 * The sets were read before a whole page of hosts was decided for. A host that has more than its set says may have got it since: nothing is taken
 * away from it before another look.
 */
const withoutStaleRemovals = async (
  app: App,
  hostId: string,
  desired: readonly DesiredProfile[],
): Promise<readonly DesiredProfile[]> => {
  const { state } = await app.load(host, hostId)
  const wanted = new Set(desired.map(({ profileId }) => profileId))
  const has = [...Object.keys(state.hostProfiles), ...Object.keys(state.declarations.assigned)]
  return has.every((profileId) => wanted.has(profileId)) ? desired : (await app.read(desiredOfHost(hostId))).map(asDesired)
}

const desiredOf = async (app: App, cohortIds: readonly string[]): Promise<Sets> => {
  const rows = await app.read(desiredSets(cohortIds))
  const sets = grouped(rows, ({ cohort_id }) => cohort_id)
  return new Map([...sets].map(([cohortId, set]) => [cohortId, set.map(asDesired)]))
}

const failureOf = (promise: Promise<void>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )
