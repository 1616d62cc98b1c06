import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import { allEnrollSecrets, enrollSecrets } from '../domain/enroll-secrets/enroll-secrets.ts'
import { host } from '../domain/host/host.ts'
import { profile } from '../domain/profiles/profile.ts'
import { noTeam } from '../domain/teams/events.ts'
import { team } from '../domain/teams/team.ts'
import { hostIdsOfTeam } from '../projections/hosts.ts'
import { profilesOfTeam } from '../projections/profiles.ts'
import type { WorkKind } from './worker.ts'
import { causeOf, done, leaseMs } from './worker.ts'

const page = 500
const atOnce = 64

/** Takes a deleted team apart: nobody enrolls into it, its hosts go to no team, its profiles are deleted. Done again it finds nothing left. */
export const dissolveTeam = (app: App): WorkKind => ({
  name: 'dissolve-team',
  batch: 1,
  do: async ([work]) => {
    if (work === undefined) return []
    // Brought back meanwhile: what is left of it stays.
    const isBack = async () => (await app.load(team, work.key)).state.stage === 'present'
    if (await isBack()) return [done(work)]
    const cause = causeOf(work)
    const because = 'team-deleted' as const
    const noSecrets = { type: 'SetEnrollSecrets', data: { teamId: work.key, secrets: [], because } } as const
    await app.execute(enrollSecrets, allEnrollSecrets, noSecrets, cause)
    for (let after = ''; ;) {
      const ids = await app.read(hostIdsOfTeam(work.key, after, page))
      await inParallel(ids, atOnce, ({ host_id }) =>
        app.execute(host, host_id, { type: 'TransferHost', data: { teamId: noTeam, because, from: work.key } }, cause),
      )
      const last = ids.at(-1)
      if (last === undefined) break
      if (await isBack()) return [done(work)]
      await app.work.extend([work], leaseMs)
      after = last.host_id
    }
    for (const { profile_id } of await app.read(profilesOfTeam(work.key, 10_000, 0))) {
      await app.execute(profile, profile_id, { type: 'DeleteProfile', data: { because } }, cause)
      await app.work.extend([work], leaseMs)
    }
    return [done(work)]
  },
})
