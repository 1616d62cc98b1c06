import type { AccountEnrollmentEvent } from '../domain/account-enrollments/events.ts'
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
import type { AccountKeyEvent } from '../domain/tokens/events.ts'
import type { Recorded } from '../kernel/event.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

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

export type TimelineRow = Readonly<{
  event_position: string
  at: string
  type: string
  category: string
  subject: string
  actor_kind: string
  actor_id: string
}>

const entry = (event: Recorded) => ({
  where: { event_position: event.position },
  set: {
    at: event.at,
    type: event.type,
    category: event.category,
    subject: event.id,
    actor_kind: event.metadata.actor.kind,
    actor_id: event.metadata.actor.id,
  },
})

/** What happened, over all hosts and settings. The travel of single commands is left to each host's own history. */
export const timeline: Projection<TimelineEvent, TimelineRow> = {
  name: 'timeline',
  version: 6,
  schema: `
    event_position text collate "C" not null,
    at timestamptz not null,
    type text not null,
    category text not null,
    subject text not null,
    actor_kind text not null,
    actor_id text not null`,
  key: ['event_position'],

  on: {
    HostDiscovered: entry,
    EnrollmentStarted: entry,
    ChannelOpened: entry,
    EnrollmentEnded: entry,
    HostTransferred: entry,
    CommandsQueued: entry,
    CommandsCancelled: entry,
    UnknownCommandReported: entry,
    ProfileInstallFailed: entry,
    ProfileRemovalFailed: entry,
    ProfileRefused: entry,
    ProfileResendAsked: entry,
    ProfileUploaded: entry,
    ProfileEdited: entry,
    ProfileDeleted: entry,
    ProfileRetargeted: entry,
    ProfileSecretsChanged: entry,
    SecretVariableSet: entry,
    SecretVariableDeleted: entry,
    LabelCreated: entry,
    LabelEdited: entry,
    LabelListed: entry,
    LabelDeleted: entry,
    AgentEnrolled: entry,
    IdentityConflictDetected: entry,
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
    TeamCreated: entry,
    TeamRenamed: entry,
    TeamDeleted: entry,
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
    LockRequested: entry,
    UnlockRequested: entry,
    WipeRequested: entry,
    HostWiped: entry,
    UnenrollmentRequested: entry,
    IdentityRenewed: entry,
    IdentityRenewalFailed: entry,
    PushCertificateRequested: entry,
    PushCertificateUploaded: entry,
    ApiTokenIssued: entry,
    ApiTokenRevoked: entry,
    DeviceRefused: entry,
  },
}

/** The newest entries before a position (or from the end), newest first. */
export const timelinePage = (before: string | null, limit: number) =>
  query<TimelineRow>`
    select * from timeline where ${before}::text is null or event_position < ${before} collate "C"
    order by event_position desc limit ${limit}`
