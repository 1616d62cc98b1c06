import type { AccountEnrollmentEvent } from '../domain/account-enrollments/events.ts'
import type { AuditEvent } from '../domain/audit/events.ts'
import type { ChangeSetEvent } from '../domain/change-sets/events.ts'
import type { CertificateEvent } from '../domain/certificates/events.ts'
import type { EnrollSecretEvent } from '../domain/enroll-secrets/events.ts'
import type { HostEvent } from '../domain/host/events.ts'
import type { LabelEvent } from '../domain/labels/events.ts'
import type { ManifestEvent, PackageEvent } from '../domain/packages/events.ts'
import type { ProfileEvent } from '../domain/profiles/events.ts'
import type { ServerKeyEvent } from '../domain/server-keys/events.ts'
import type { SecurityEvent, ServerEvent } from '../domain/server/events.ts'
import type { SecretVariableEvent } from '../domain/secret-variables/events.ts'
import type { TeamEvent } from '../domain/teams/events.ts'
import type { UserEvent } from '../domain/users/events.ts'
import type { AccountKeyEvent } from '../domain/tokens/events.ts'
import type { YaraRuleEvent } from '../domain/yara-rules/events.ts'
import type { Recorded } from '../kernel/event.ts'
import type { Projection } from '../kernel/projection.ts'

type TimelineEvent =
  | HostEvent
  | ProfileEvent
  | TeamEvent
  | CertificateEvent
  | ServerEvent
  | SecurityEvent
  | ServerKeyEvent
  | EnrollSecretEvent
  | AccountEnrollmentEvent
  | AccountKeyEvent
  | PackageEvent
  | ManifestEvent
  | LabelEvent
  | SecretVariableEvent
  | YaraRuleEvent
  | UserEvent
  | AuditEvent
  | ChangeSetEvent

export type TimelineRow = Readonly<{
  event_position: string
  at: string
  /** The event's name. */
  type: string
  /** What Fleet calls it, where it has a word; `…_profile` is completed by the kind of the profile when it is told. */
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

/** An entry, in Fleet's words if `told` has them. */
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
      activity: event.type.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase(),
      host_id: event.category === 'host' ? event.id : null,
      team_id: event.category === 'team' ? event.id : null,
      profile_id: event.category === 'profile' ? event.id : null,
      details: {},
      ...told(event),
    },
  })

const entry = as()
const named = (activity: string) => as(() => ({ activity }))
const resent = as(({ data }: Recorded<Readonly<{ type: string; data: Readonly<{ profileId: string }> }>>) => ({
  activity: 'resent_configuration_profile',
  profile_id: data.profileId,
}))
/** Of the user whose stream it is. */
const ofUser = () => as(({ id }) => ({ details: { user_id: Number(id) } }))

/** What happened, over all hosts and settings. Commands that follow from settings, and the travel of single ones, are left to each host's own history. */
export const timeline: Projection<TimelineEvent, TimelineRow> = {
  name: 'timeline',
  version: 15,
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
      activity: 'mdm_enrolled',
      details: { installed_from_dep: false, mdm_platform: data.topic === '' ? 'microsoft' : 'apple', because: data.because },
    })),
    ChannelOpened: entry,
    WindowsDeviceEnrolled: entry,
    HardwareIdCollided: entry,
    EnrollmentEnded: as(({ data }) => ({
      activity: 'mdm_unenrolled',
      details: { installed_from_dep: false, because: data.because },
    })),
    HostTransferred: as(({ id, data }) => ({
      activity: 'transferred_hosts',
      team_id: data.teamId,
      details: { host_ids: [Number(id)], because: data.because },
    })),
    CommandsQueued: (event) => {
      const [asked] = event.data.commands.filter(({ reason, request }) => reason.code === 'asked' && !ownWords.has(request.kind))
      if (asked === undefined) return []
      const details = { command_uuid: asked.commandId, request_type: asked.request.kind }
      return as(() => ({ activity: 'ran_custom_mdm_command', details }))(event)
    },
    CommandsCancelled: entry,
    UnknownCommandReported: entry,
    ProfileInstallFailed: entry,
    ProfileRemovalFailed: entry,
    ProfileRefused: entry,
    ProfileResendAsked: resent,
    DeclarationResendAsked: resent,
    ProfileUploaded: as(({ data }) => ({ activity: 'created_profile', team_id: data.teamId })),
    ProfileEdited: named('edited_profile'),
    ProfileDeleted: as(({ data }) => ({ activity: 'deleted_profile', team_id: data.teamId, details: { because: data.because } })),
    ProfileRetargeted: named('edited_profile'),
    ProfileSecretsChanged: named('edited_profile'),
    SecretVariableSet: as(({ data }) => ({ activity: 'edited_custom_variable', details: { custom_variable_name: data.name } })),
    SecretVariableDeleted: as(({ data }) => ({
      activity: 'deleted_custom_variable',
      details: { custom_variable_name: data.name },
    })),
    LabelCreated: named('created_label'),
    LabelEdited: named('edited_label'),
    LabelListed: named('edited_label'),
    LabelDeleted: named('deleted_label'),
    MdmReported: entry,
    DiskEncryptionReported: entry,
    AgentEnrolled: named('fleet_enrolled'),
    IdentityConflictDetected: entry,
    CarveStarted: entry,
    CarveViewed: entry,
    YaraRuleSet: as(({ data }) => ({ activity: 'edited_yara_rule', details: { name: data.name } })),
    YaraRuleDeleted: as(({ data }) => ({ activity: 'deleted_yara_rule', details: { name: data.name } })),
    HostsMerged: entry,
    HostsSplit: entry,
    HostForgotten: as(({ data }) => ({ activity: 'forgot_host', details: { because: data.because, reason: data.reason } })),
    HostKeyDestroyed: entry,
    HostCameBack: entry,
    TokenIssued: entry,
    ServerKeyCreated: entry,
    EnrollSecretAdded: entry,
    EnrollSecretRemoved: entry,
    EnrollSecretsShown: entry,
    AccountEnrollmentOffered: entry,
    AccountEnrollmentAccepted: entry,
    AccountEnrollmentUsed: entry,
    AccountEnrollmentWithdrawn: entry,
    AccountKeyStored: entry,
    PackageUploaded: entry,
    PackageDeleted: entry,
    ManifestUploaded: entry,
    ManifestDeleted: entry,
    TeamCreated: as(({ data }) => ({ activity: 'created_team', details: { team_name: data.name } })),
    TeamRenamed: entry,
    TeamDeleted: as(({ data }) => ({ activity: 'deleted_team', details: { team_name: data.name } })),
    CertificateIssued: entry,
    CertificateRevoked: entry,
    AuthorityCreated: entry,
    AuthorityPrepared: entry,
    AuthorityRolledOver: entry,
    AuthorityImported: entry,
    AuthorityExported: entry,
    AuthorityRetired: entry,
    EscrowedSecretViewed: entry,
    PinViewed: entry,
    LockRequested: as(({ data }) => ({ activity: 'locked_host', details: { view_pin: data.pin !== null } })),
    UnlockRequested: named('unlocked_host'),
    WipeRequested: named('wiped_host'),
    HostWiped: entry,
    UnenrollmentRequested: entry,
    HostReadmitted: entry,
    IdentityRenewed: entry,
    IdentityRenewalFailed: entry,
    PushCertificateRequested: entry,
    PushCertificateUploaded: entry,
    ApiTokenIssued: entry,
    ApiTokenRevoked: entry,
    DeviceRefused: entry,
    UserCreated: as(({ id, data }) => ({
      activity: 'created_user',
      details: { user_id: Number(id), user_name: data.name, user_email: data.email, because: data.because },
    })),
    UserRenamed: ofUser(),
    UserRightsChanged: as(({ id, data: { rights } }) => ({
      activity: rights.globalRole === null ? 'changed_user_team_role' : 'changed_user_global_role',
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
    UserDeleted: as(({ id, data }) => ({
      activity: 'deleted_user',
      details: { user_id: Number(id), user_name: data.name, user_email: data.email },
    })),
    UserSignedIn: as(({ id, data }) => ({
      activity: 'user_logged_in',
      details: { user_id: Number(id), public_ip: data.address, by: data.by },
    })),
    AuditExported: as(({ data }) => ({ activity: 'exported_audit', details: { ...data } })),
    ChangeSetUndone: as(({ id, data }) => ({ activity: 'undid_change_set', details: { change_set: id, by: data.by } })),
  },
}

/** Requests that have an entry of their own. */
const ownWords: ReadonlySet<string> = new Set(['lock', 'unlock', 'wipe', 'enable-lost-mode', 'disable-lost-mode'])
