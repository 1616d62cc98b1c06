import type { Moment } from '../../../app/moment.ts'
import type { Replayed } from '../../../app/replay.ts'
import type { Custody } from '../../../domain/custody/state.ts'
import type { Host } from '../../../domain/host/host.ts'
import type { ShownHost, ShownProfile } from '../hosts/host-presentation.ts'
import { desiredThen } from '../cohorts/desired.ts'
import type { LookingBack } from './looking-back.ts'
import type { AsOf } from './moments.ts'
import { asOf } from './moments.ts'
import type { PastHost } from './past-host.ts'

/** A host as it was, and what that rests on. */
export type HostAsOf = Readonly<{ host: ShownHost; profiles: readonly ShownProfile[]; custody: Custody; asOf: AsOf }>

/** Replays a host up to a moment. 404 when there is no such host, or it was not known yet; then in the name of `field`. */
export const pastOfHost = async (
  { host, forgottenRevision }: Pick<LookingBack, 'host' | 'forgottenRevision'>,
  hostId: string,
  moment: Moment,
  field = 'at',
): Promise<Replayed<PastHost> & Readonly<{ asOf: AsOf }>> => {
  const [replayed, forgottenAt] = await Promise.all([host(hostId, moment), forgottenRevision(hostId)])
  const rests = asOf(replayed, { moment, field, what: `The host ${hostId}` })
  // Of a host that was forgotten later, its past no longer tells whose it was.
  return { ...replayed, state: rests.revision < forgottenAt ? withoutNames(replayed.state) : replayed.state, asOf: rests }
}

/** As `GET /hosts/:id` shows it, with the profiles that its cohort wanted and that it knew nothing of yet. */
export const hostAsOf = async (past: LookingBack, hostId: string, moment: Moment): Promise<HostAsOf> => {
  const { state, first, asOf: rests } = await pastOfHost(past, hostId, moment)
  const { membership, custody } = state.host
  const has = [...state.profiles.values()]
  const ids = has.map(({ profile_id }) => profile_id)
  const [names, { settings }, teamName] = await Promise.all([
    past.settingNames(ids, moment),
    desiredThen(past, state.host, moment),
    past.teamName(membership.teamId, moment),
  ])
  const awaited = settings
    .filter(({ mode, profileId }) => mode === 'wanted' && !ids.includes(profileId))
    .map(({ profileId, name, identifier, scope }) => ({ profile_id: profileId, name, identifier, scope, ...notYet }))
  const profiles = [...has.map((row) => ({ ...row, name: names.get(row.profile_id) ?? null })), ...awaited]
  return {
    host: { ...shown(state.host, first?.at ?? rests.at, rests.at), host_id: hostId, team_name: teamName },
    profiles: profiles.sort((one, other) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1)),
    custody,
    asOf: rests,
  }
}

const withoutNames = ({ host, profiles }: PastHost): PastHost => {
  const { name: _, serial: __, ...facts } = host.enrollment.facts
  return { host: { ...host, enrollment: { ...host.enrollment, facts } }, profiles }
}

const notYet = { operation: 'install', status: 'waiting', detail: null } as const

const shown = (
  { enrollment, membership }: Host,
  discoveredAt: string,
  updatedAt: string,
): Omit<ShownHost, 'host_id' | 'team_name'> => ({
  hardware_id: enrollment.hardwareId ?? '',
  serial: enrollment.facts.serial ?? null,
  name: enrollment.facts.name ?? null,
  model: enrollment.facts.model ?? null,
  os_version: enrollment.facts.osVersion ?? null,
  build_version: enrollment.facts.buildVersion ?? null,
  platform: enrollment.platform,
  team_id: membership.teamId,
  stage: enrollment.stage === 'never' ? 'known' : enrollment.stage,
  enrolled_at: enrollment.enrolledAt,
  discovered_at: discoveredAt,
  updated_at: updatedAt,
  // Last-seen times are telemetry, and telemetry has no past.
  seen_at: null,
})
