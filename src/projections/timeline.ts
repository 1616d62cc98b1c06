import type { Recorded } from '../kernel/event.ts'
import type { Projection } from '../kernel/projection.ts'
import type { TimelineEvent } from './activity-words.ts'
import { activityOf, roleActivities } from './activity-words.ts'

export type TimelineRow = Readonly<{
  event_position: string
  at: string
  /** The event's name. */
  type: string
  /** What it is called (see `activityOf`); `…_profile` is completed by the kind of the profile when it is told. */
  activity: string
  category: string
  subject: string
  actor_kind: string
  actor_id: string
  /** The actor, where it is an admin: a column of its own, so that the planner knows how many there are. */
  admin_id: string | null
  /** The change set, or the request, that it is part of. */
  correlation_id: string
  host_id: string | null
  team_id: string | null
  profile_id: string | null
  details: object
}>

type Told = Partial<Pick<TimelineRow, 'activity' | 'host_id' | 'team_id' | 'profile_id' | 'details'>>

/** An entry, with what `told` makes of the event's data. */
const as =
  <E extends Recorded>(told: (event: E) => Told = () => ({})) =>
  (event: E) => ({
    where: { event_position: event.position },
    set: {
      at: event.at,
      type: event.type,
      category: event.category,
      subject: event.id,
      actor_kind: event.metadata.actor.kind,
      actor_id: event.metadata.actor.id,
      admin_id: event.metadata.actor.kind === 'admin' ? event.metadata.actor.id : null,
      correlation_id: event.metadata.$correlationId,
      activity: activityOf(event.type),
      host_id: event.category === 'host' ? event.id : null,
      team_id: event.category === 'team' ? event.id : null,
      profile_id: event.category === 'profile' ? event.id : null,
      details: {},
      ...told(event),
    },
  })

const entry = as()
/** A deed that the host was asked for and did not do, with the reason that it gave. */
const failing = as(({ data }: Recorded<Readonly<{ type: string; data: Readonly<{ commandId: string; detail: string }> }>>) => ({
  details: { command_uuid: data.commandId, reason: data.detail },
}))
const resent = as(({ data }: Recorded<Readonly<{ type: string; data: Readonly<{ profileId: string }> }>>) => ({
  profile_id: data.profileId,
}))
const labelled = (id: string, name: string) => ({ label_id: Number(id), label_name: name })
const ofAuthority = () =>
  as(({ data }: Recorded<Readonly<{ type: string; data: Readonly<{ fingerprint: string }> }>>) => ({
    details: { fingerprint: data.fingerprint },
  }))
/** Of the user whose stream it is. */
const ofUser = () => as(({ id }) => ({ details: { user_id: Number(id) } }))

/** What happened, over all hosts and settings. Commands that follow from settings, and the travel of single ones, are left to each host's own history. */
export const timeline: Projection<TimelineEvent, TimelineRow> = {
  name: 'timeline',
  version: 17,
  schema: `
    event_position text collate "C" not null,
    at timestamptz not null,
    type text not null,
    category text not null,
    subject text not null,
    actor_kind text not null,
    actor_id text not null,
    admin_id text,
    correlation_id text not null,
    activity text not null,
    host_id text,
    team_id text,
    profile_id text,
    details jsonb not null`,
  key: ['event_position'],
  indexes: [
    '(at)',
    '(host_id, event_position)',
    '(activity, event_position)',
    '(correlation_id, event_position)',
    '(admin_id, event_position) where admin_id is not null',
    '(profile_id, event_position) where profile_id is not null',
  ],

  on: {
    HostDiscovered: entry,
    EnrollmentStarted: as(({ data }) => ({
      details: { installed_from_dep: false, mdm_platform: data.topic === '' ? 'microsoft' : 'apple', because: data.because },
    })),
    ChannelOpened: entry,
    WindowsDeviceEnrolled: entry,
    HardwareIdCollided: entry,
    EnrollmentEnded: as(({ data }) => ({ details: { installed_from_dep: false, because: data.because } })),
    HostTransferred: as(({ id, data }) => ({ team_id: data.teamId, details: { host_ids: [Number(id)], because: data.because } })),
    TransferRequested: as(({ data }) => ({ team_id: data.teamId, details: { hosts: data.hosts } })),
    TransferEnded: as(({ data: { moved, alreadyThere, left } }) => ({
      details: { moved, already_there: alreadyThere, left: left.map(({ because, hosts }) => ({ because, hosts })) },
    })),
    CommandsQueued: (event) => {
      const [asked] = event.data.commands.filter(({ reason, request }) => reason.code === 'asked' && !ownWords.has(request.kind))
      if (asked === undefined) return []
      const details = { command_uuid: asked.commandId, request_type: asked.request.kind }
      return as(() => ({ details }))(event)
    },
    CommandsCancelled: entry,
    UnknownCommandReported: entry,
    ProfileInstallFailed: as(({ data }) => ({ profile_id: data.profileId })),
    ProfileRemovalFailed: as(({ data }) => ({ profile_id: data.profileId })),
    ProfileRefused: as(({ data }) => ({ profile_id: data.profileId })),
    ProfileResendAsked: resent,
    DeclarationResendAsked: resent,
    ProfileUploaded: as(({ data }) => ({ team_id: data.teamId })),
    ProfileEdited: entry,
    ProfileDeleted: as(({ data }) => ({ team_id: data.teamId, details: { because: data.because } })),
    ProfileRetargeted: entry,
    ProfileSecretsChanged: entry,
    SecretVariableSet: as(({ data }) => ({ details: { custom_variable_name: data.name } })),
    SecretVariableDeleted: as(({ data }) => ({ details: { custom_variable_name: data.name } })),
    LabelCreated: as(({ id, data }) => ({ details: labelled(id, data.name) })),
    LabelEdited: as(({ id, data }) => ({ details: labelled(id, data.name) })),
    LabelListed: as(({ id }) => ({ details: { label_id: Number(id) } })),
    LabelDeleted: as(({ id, data }) => ({ details: labelled(id, data.name) })),
    MdmReported: entry,
    DiskEncryptionReported: entry,
    AgentEnrolled: entry,
    IdentityConflictDetected: entry,
    CarveStarted: entry,
    CarveViewed: entry,
    YaraRuleSet: as(({ data }) => ({ details: { name: data.name } })),
    YaraRuleDeleted: as(({ data }) => ({ details: { name: data.name } })),
    HostsMerged: entry,
    HostsSplit: entry,
    HostForgotten: as(({ data }) => ({ details: { because: data.because, reason: data.reason } })),
    HostKeyDestroyed: entry,
    HostCameBack: entry,
    TokenIssued: entry,
    ServerKeyCreated: entry,
    EnrollSecretAdded: as(({ data }) => ({ team_id: data.teamId })),
    EnrollSecretRemoved: as(({ data }) => ({ team_id: data.teamId, details: { because: data.because } })),
    EnrollSecretsShown: as(({ data }) => ({ team_id: data.teamId, details: { count: data.count } })),
    AccountEnrollmentOffered: as(({ data }) => ({
      team_id: data.teamId,
      details: { managed_apple_account: data.managedAccount },
    })),
    AccountEnrollmentAccepted: entry,
    AccountEnrollmentUsed: entry,
    AccountEnrollmentWithdrawn: entry,
    AccountKeyStored: entry,
    PackageUploaded: as(({ data }) => ({ details: { name: data.name } })),
    PackageDeleted: as(({ data }) => ({ details: { name: data.name } })),
    ManifestUploaded: as(({ data }) => ({ details: { name: data.name } })),
    ManifestDeleted: as(({ data }) => ({ details: { name: data.name } })),
    TeamCreated: as(({ data }) => ({ details: { team_name: data.name } })),
    TeamRenamed: as(({ data }) => ({ details: { team_name: data.name } })),
    TeamDeleted: as(({ data }) => ({ details: { team_name: data.name } })),
    CertificateIssued: entry,
    CertificateRevoked: entry,
    AuthorityCreated: ofAuthority(),
    AuthorityPrepared: ofAuthority(),
    AuthorityRolledOver: entry,
    AuthorityImported: ofAuthority(),
    AuthorityExported: ofAuthority(),
    AuthorityRetired: ofAuthority(),
    EscrowedSecretViewed: entry,
    PinViewed: entry,
    LockRequested: as(({ data }) => ({ details: { view_pin: data.pin !== null } })),
    LockFailed: failing,
    UnlockRequested: entry,
    UnlockFailed: failing,
    WipeRequested: entry,
    HostWiped: entry,
    WipeFailed: failing,
    UnenrollmentRequested: entry,
    HostReadmitted: entry,
    PushRefused: as(({ data }) => ({ details: { reason: data.reason } })),
    PushTaken: entry,
    IdentityRenewed: entry,
    IdentityRenewalFailed: entry,
    PushCertificateRequested: entry,
    PushCertificateUploaded: as(({ data }) => ({ details: { topic: data.topic, not_after: data.notAfter } })),
    ApiTokenIssued: as(({ data }) => ({ details: { name: data.name, role: data.role } })),
    ApiTokenRevoked: entry,
    DeviceRefused: as(({ data }) => ({ details: { why: data.why, enrollment_id: data.enrollmentId, public_ip: data.address } })),
    SignInRefused: as(({ data }) => ({
      details: { by: data.by, public_ip: data.address, user_id: data.userId === null ? null : Number(data.userId) },
    })),
    UserCreated: as(({ id, data }) => ({
      details: { user_id: Number(id), user_name: data.name, user_email: data.email, because: data.because },
    })),
    UserRenamed: as(({ id, data }) => ({ details: { user_id: Number(id), user_name: data.name } })),
    UserRightsChanged: as(({ id, data: { rights } }) => ({
      activity: rights.globalRole === null ? roleActivities.team : roleActivities.global,
      details: {
        user_id: Number(id),
        role: rights.globalRole,
        teams: rights.teams.map((team) => ({ id: Number(team.id), role: team.role })),
      },
    })),
    UserPasswordChanged: ofUser(),
    UserSsoEnabled: ofUser(),
    UserDisabled: ofUser(),
    UserEnabled: ofUser(),
    UserDeleted: as(({ id, data }) => ({ details: { user_id: Number(id), user_name: data.name, user_email: data.email } })),
    UserSignedIn: as(({ id, data }) => ({ details: { user_id: Number(id), public_ip: data.address, by: data.by } })),
    AuditExported: as(({ data }) => ({ details: { ...data } })),
    BackupTaken: as(({ data }) => ({ details: { ...data } })),
    ChangeSetUndone: as(({ id, data }) => ({ details: { change_set: id, by: data.by } })),
  },
}

/** Requests that have an entry of their own. */
const ownWords: ReadonlySet<string> = new Set(['lock', 'unlock', 'wipe', 'enable-lost-mode', 'disable-lost-mode'])
