import type { AccountEnrollmentEvent } from './account-enrollments/events.ts'
import type { AuditEvent } from './audit/events.ts'
import type { CertificateEvent } from './certificates/events.ts'
import type { ChangeSetEvent } from './change-sets/events.ts'
import type { EnrollSecretEvent } from './enroll-secrets/events.ts'
import { story } from './host/story.ts'
import type { LabelEvent } from './labels/events.ts'
import type { NameEvent } from './names/events.ts'
import type { ManifestEvent, PackageEvent } from './packages/events.ts'
import type { ProfileEvent } from './profiles/events.ts'
import type { SecretVariableEvent } from './secret-variables/events.ts'
import type { ServerKeyEvent } from './server-keys/events.ts'
import type { SecurityEvent, ServerEvent } from './server/events.ts'
import type { TeamEvent } from './teams/events.ts'
import type { AccountKeyEvent } from './tokens/events.ts'
import type { TransferEvent } from './transfers/events.ts'
import type { AdminsEvent, UserEvent } from './users/events.ts'
import type { YaraRuleEvent } from './yara-rules/events.ts'

/** A name for each of these events: a missing one does not compile, nor one that is none of them. */
type Named<E extends { type: string }> = Readonly<Record<E['type'], true>>

const typesOf = <E extends { type: string }>(named: Named<E>): readonly string[] => Object.keys(named)

/** The types of all events that can be stored, by the category of their streams. */
export const eventTypes = {
  accountEnrollment: typesOf<AccountEnrollmentEvent>({
    AccountEnrollmentOffered: true,
    AccountEnrollmentAccepted: true,
    AccountEnrollmentUsed: true,
    AccountEnrollmentWithdrawn: true,
  }),
  accountKeys: typesOf<AccountKeyEvent>({ AccountKeyStored: true }),
  admins: typesOf<AdminsEvent>({ AdminListed: true, AdminReleased: true }),
  audit: typesOf<AuditEvent>({ AuditCheckpointed: true, AuditExported: true, BackupTaken: true }),
  certificate: typesOf<CertificateEvent>({
    CertificateIssued: true,
    CertificateBound: true,
    CertificateEndSeen: true,
    CertificateRevoked: true,
  }),
  changeSet: typesOf<ChangeSetEvent>({ ChangeSetUndone: true }),
  enrollSecrets: typesOf<EnrollSecretEvent>({ EnrollSecretAdded: true, EnrollSecretRemoved: true, EnrollSecretsShown: true }),
  host: Object.keys(story),
  label: typesOf<LabelEvent>({ LabelCreated: true, LabelEdited: true, LabelListed: true, LabelDeleted: true }),
  manifest: typesOf<ManifestEvent>({ ManifestUploaded: true, ManifestDeleted: true }),
  names: typesOf<NameEvent>({ NamesClaimed: true, NamesReleased: true }),
  package: typesOf<PackageEvent>({ PackageUploaded: true, PackageDeleted: true }),
  profile: typesOf<ProfileEvent>({
    ProfileUploaded: true,
    ProfileEdited: true,
    ProfileRetargeted: true,
    ProfileSecretsChanged: true,
    ProfileDeleted: true,
  }),
  secretVariables: typesOf<SecretVariableEvent>({ SecretVariableSet: true, SecretVariableDeleted: true }),
  security: typesOf<SecurityEvent>({ DeviceRefused: true, SignInRefused: true }),
  server: typesOf<ServerEvent>({
    AuthorityCreated: true,
    AuthorityPrepared: true,
    AuthorityRolledOver: true,
    AuthorityImported: true,
    AuthorityExported: true,
    AuthorityRetired: true,
    PushCertificateRequested: true,
    PushCertificateUploaded: true,
    ApiTokenIssued: true,
    ApiTokenRevoked: true,
  }),
  serverKey: typesOf<ServerKeyEvent>({ ServerKeyCreated: true }),
  team: typesOf<TeamEvent>({ TeamCreated: true, TeamRenamed: true, TeamDeleted: true }),
  transfer: typesOf<TransferEvent>({ TransferRequested: true, TransferContinued: true, TransferEnded: true }),
  user: typesOf<UserEvent>({
    UserCreated: true,
    UserRenamed: true,
    UserRightsChanged: true,
    UserPasswordChanged: true,
    UserSsoEnabled: true,
    UserDisabled: true,
    UserEnabled: true,
    UserDeleted: true,
    UserSignedIn: true,
  }),
  yaraRules: typesOf<YaraRuleEvent>({ YaraRuleSet: true, YaraRuleDeleted: true }),
} as const satisfies Readonly<Record<string, readonly string[]>>
