import type { CommandEvent, QueuedCommand } from '../domain/commands/events.ts'
import { holdReasons } from '../domain/commands/words.ts'
import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { HostProfileEvent } from '../domain/host-profiles/events.ts'
import type { AssignedDeclaration, DeclarationEvent } from '../domain/declarations/events.ts'
import type { ProfileScope, SettingsKind } from '../domain/profiles/events.ts'
import type { Change, Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type HostProfileRow = Readonly<{
  host_id: string
  profile_id: string
  kind: SettingsKind
  identifier: string
  checksum: string
  /** When its secrets last changed before it was sent; null: never. */
  secrets_at: string | null
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
export const hostProfiles: Projection<HostProfileEvent | DeclarationEvent | CommandEvent | EnrollmentEvent, HostProfileRow> = {
  name: 'host_profiles',
  version: 2,
  schema: `
    host_id text not null,
    profile_id text not null,
    kind text not null default 'profile',
    identifier text not null,
    checksum text not null,
    secrets_at timestamptz,
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
    CommandHeld: ({ id, at, data: { profileId, because } }) =>
      profileId === null
        ? []
        : { where: { host_id: id, profile_id: profileId }, change: { detail: holdReasons[because], changed_at: at } },
    CommandSent: ({ id, data: { profileId } }) =>
      profileId === undefined ? [] : { where: { host_id: id, profile_id: profileId }, change: { detail: null } },
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
    ProfileKept: ({ id, at, data: { from, to, commandId, ...kept } }) => {
      const stands = { ...kept, operation: 'install' as const, command_id: commandId, failures: 0, changed_at: at }
      if (from === to) return { where: { host_id: id, profile_id: to }, change: stands }
      return [
        { where: { host_id: id, profile_id: from }, remove: true },
        { where: { host_id: id, profile_id: to }, set: stands },
      ]
    },
    ProfileForgotten: ({ id, data }) => ({ where: { host_id: id, profile_id: data.profileId }, remove: true }),
    ProfileRefused: ({ id, at, data: { profileId, identifier, checksum, scope, detail } }) => ({
      where: { host_id: id, profile_id: profileId },
      set: { identifier, checksum, scope, operation: 'install', status: 'failed', command_id: null, detail, changed_at: at },
    }),
    ProfilesObserved: ({ id, at, data: { seen, missed } }) => [
      ...seen.map((profileId) => ({
        where: { host_id: id, profile_id: profileId },
        change: { status: 'verified' as const, detail: null, changed_at: at },
      })),
      ...missed.map(({ profileId, willRetry, attempt, detail }) => ({
        where: { host_id: id, profile_id: profileId },
        change: {
          status: willRetry ? ('waiting' as const) : ('failed' as const),
          failures: attempt,
          detail,
          command_id: null,
          changed_at: at,
        },
      })),
    ],
    DeclarationsAssigned: ({ id, at, data: { assigned, withdrawn } }) => [
      ...assigned.map(({ profileId, identifier, checksum, scope, ...how }) => ({
        where: { host_id: id, profile_id: profileId },
        set: {
          ...{
            kind: 'declaration' as const,
            identifier,
            checksum,
            scope,
            secrets_at: null,
            operation: 'install' as const,
            failures: 0,
          },
          ...{ command_id: null, changed_at: at, reason: { code: 'declarations-changed' } },
          ...standingOf(how),
        },
      })),
      ...withdrawn.map((profileId) => ({
        where: { host_id: id, profile_id: profileId },
        change: { operation: 'remove' as const, status: 'pending' as const, detail: null, changed_at: at },
      })),
    ],
    DeclarationsTaken: ({ id, at, data }) =>
      data.profileIds.map((profileId) => ({
        where: { host_id: id, profile_id: profileId },
        change: { status: 'verifying', changed_at: at },
      })),
    DeclarationsUnreported: ({ id, at, data: { profileIds, detail } }) =>
      profileIds.map((profileId) => ({
        where: { host_id: id, profile_id: profileId },
        change: { status: 'failed', detail, changed_at: at },
      })),
    DeclarationsReported: ({ id, at, data: { changed, lost = [] } }) => [
      ...lost.map((profileId) => ({
        where: { host_id: id, profile_id: profileId },
        change: {
          status: 'verifying' as const,
          detail: 'The host reported it before, and reports it so no more.',
          changed_at: at,
        },
      })),
      ...changed.flatMap(({ profileId, status, detail }) =>
        profileId === undefined
          ? []
          : [{ where: { host_id: id, profile_id: profileId }, change: { status, detail, changed_at: at } }],
      ),
    ],
    DeclarationsDropped: ({ id, data }) =>
      data.profileIds.map((profileId) => ({ where: { host_id: id, profile_id: profileId }, remove: true })),
    DeclarationResendAsked: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: { status: 'waiting', detail: null, changed_at: at },
    }),
    ProfileResendAsked: ({ id, at, data }) => ({
      where: { host_id: id, profile_id: data.profileId },
      change: { status: 'waiting', failures: 0, detail: null, changed_at: at },
    }),
  },
}

/** How a declaration stands that was just given to a host. */
const standingOf = ({
  missing,
  refused,
  told,
}: Pick<AssignedDeclaration, 'missing' | 'refused' | 'told'>): Pick<HostProfileRow, 'status' | 'detail'> => {
  if (missing !== undefined)
    return { status: 'failed', detail: `Nothing is known of this host that $FLEET_VAR_${missing} could stand for.` }
  if (refused !== undefined) return { status: 'failed', detail: refused.detail }
  return told ?? { status: 'pending', detail: null }
}

const underWay = (
  hostId: string,
  at: string,
  { commandId, request, reason }: QueuedCommand,
): readonly Change<HostProfileRow>[] => {
  const common = { status: 'pending', command_id: commandId, detail: null, reason, changed_at: at } as const
  if (request.kind === 'install-profile') {
    const { identifier, checksum, scope, secretsAt = null } = request
    const where = { host_id: hostId, profile_id: request.profileId }
    return [
      { where, set: { ...common, kind: 'profile', identifier, checksum, secrets_at: secretsAt, scope, operation: 'install' } },
    ]
  }
  if (request.kind !== 'remove-profile' || request.profileId === null) return []
  return [{ where: { host_id: hostId, profile_id: request.profileId }, change: { ...common, operation: 'remove' } }]
}

/** One host's profiles, with those that its cohort wants and that it knows nothing of yet. */
export const profilesOfHost = (hostId: string) =>
  query<HostProfileRow & { name: string | null }>`
    select h.host_id, h.profile_id, h.kind, h.identifier, h.checksum, h.secrets_at, h.scope, h.operation, h.status, h.command_id, h.failures, h.detail,
           h.reason, h.changed_at, p.name
    from host_profiles h left join profiles p on p.profile_id = h.profile_id
    where h.host_id = ${hostId}
    union all
    select c.host_id, d.profile_id, d.kind, d.identifier, d.checksum, d.secrets_at, d.scope, 'install', 'waiting', null, 0, null, null, d.since, d.name
    from cohort_hosts c join desired_profiles d on d.cohort_id = c.cohort_id
    where c.host_id = ${hostId} and c.enrolled
      and not exists (select from host_profiles h where h.host_id = c.host_id and h.profile_id = d.profile_id)
    order by name, profile_id`
