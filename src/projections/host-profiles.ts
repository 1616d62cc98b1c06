import type { CommandEvent, QueuedCommand } from '../domain/commands/events.ts'
import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { HostProfileEvent } from '../domain/host-profiles/events.ts'
import type { ProfileScope } from '../domain/profiles/events.ts'
import type { Change, Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type HostProfileRow = Readonly<{
  host_id: string
  profile_id: string
  identifier: string
  checksum: string
  scope: ProfileScope
  operation: 'install' | 'remove'
  status: 'waiting' | 'pending' | 'verifying' | 'verified' | 'failed'
  command_id: string | null
  failures: number
  detail: string | null
  reason: object | null
  changed_at: string
}>

/** The current state: what is known to be on each host, or on its way. */
export const hostProfiles: Projection<HostProfileEvent | CommandEvent | EnrollmentEvent, HostProfileRow> = {
  name: 'host_profiles',
  version: 1,
  schema: `
    host_id text not null,
    profile_id text not null,
    identifier text not null,
    checksum text not null,
    scope text not null,
    operation text not null,
    status text not null,
    command_id text,
    failures integer not null default 0,
    detail text,
    reason jsonb,
    changed_at timestamptz not null`,
  key: ['host_id', 'profile_id'],
  indexes: ['(profile_id, operation, status, checksum)'],

  on: {
    EnrollmentStarted: ({ id }) => ({ where: { host_id: id }, remove: true }),
    EnrollmentEnded: ({ id }) => ({ where: { host_id: id }, remove: true }),
    CommandsQueued: ({ id, at, data }) => data.commands.flatMap((command) => underWay(id, at, command)),
    ProfileInstalled: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: { status: data.status, failures: 0, detail: null, changed_at: at },
    }),
    ProfileInstallFailed: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: {
        status: data.willRetry ? 'waiting' : 'failed',
        failures: data.attempt,
        detail: data.detail,
        command_id: null,
        changed_at: at,
      },
    }),
    ProfileRemoved: ({ id, data }) => ({ where: { host_id: id, profile_id: data.profileId }, remove: true }),
    ProfileRemovalFailed: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: { status: 'failed', detail: data.detail, command_id: null, changed_at: at },
    }),
    ProfileKept: ({ id, at, data: { from, to, commandId, ...kept } }) => [
      { where: { host_id: id, profile_id: from }, remove: true },
      {
        where: { host_id: id, profile_id: to },
        set: { ...kept, operation: 'install', command_id: commandId, failures: 0, changed_at: at },
      },
    ],
    ProfileForgotten: ({ id, data }) => ({ where: { host_id: id, profile_id: data.profileId }, remove: true }),
    ProfileRefused: ({ id, at, data: { profileId, identifier, checksum, scope, detail } }) => ({
      where: { host_id: id, profile_id: profileId },
      set: { identifier, checksum, scope, operation: 'install', status: 'failed', command_id: null, detail, changed_at: at },
    }),
    ProfileResendAsked: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: { status: 'waiting', failures: 0, detail: null, changed_at: at },
    }),
  },
}

const underWay = (
  hostId: string,
  at: string,
  { commandId, request, reason }: QueuedCommand,
): readonly Change<HostProfileRow>[] => {
  const common = { status: 'pending', command_id: commandId, detail: null, reason, changed_at: at } as const
  if (request.kind === 'install-profile') {
    const { identifier, checksum, scope } = request
    const where = { host_id: hostId, profile_id: request.profileId }
    return [{ where, set: { ...common, identifier, checksum, scope, operation: 'install' } }]
  }
  if (request.kind !== 'remove-profile' || request.profileId === null) return []
  return [{ where: { host_id: hostId, profile_id: request.profileId }, change: { ...common, operation: 'remove' } }]
}

/** One host's profiles, with those that its cohort wants and that it knows nothing of yet. */
export const profilesOfHost = (hostId: string) =>
  query<HostProfileRow & { name: string | null }>`
    select h.host_id, h.profile_id, h.identifier, h.checksum, h.scope, h.operation, h.status, h.command_id, h.failures, h.detail,
           h.reason, h.changed_at, p.name
    from host_profiles h left join profiles p on p.profile_id = h.profile_id
    where h.host_id = ${hostId}
    union all
    select c.host_id, d.profile_id, d.identifier, d.checksum, d.scope, 'install', 'waiting', null, 0, null, null, d.since, d.name
    from cohort_hosts c join desired_profiles d on d.cohort_id = c.cohort_id
    where c.host_id = ${hostId} and c.enrolled
      and not exists (select from host_profiles h where h.host_id = c.host_id and h.profile_id = d.profile_id)
    order by name, profile_id`
