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
import type { TransferEvent } from '../domain/transfers/events.ts'
import type { UserEvent } from '../domain/users/events.ts'
import type { AccountKeyEvent } from '../domain/tokens/events.ts'
import type { YaraRuleEvent } from '../domain/yara-rules/events.ts'

/** What the feed of activities tells of. */
export type TimelineEvent =
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
  | TransferEvent

/** What Fleet calls it, where it has a word; `…_profile` is completed by the kind of the profile when it is told. */
const fleetWords: Readonly<Partial<Record<string, string>>> = {
  ProfileEdited: 'edited_profile',
  ProfileRetargeted: 'edited_profile',
  ProfileSecretsChanged: 'edited_profile',
  AgentEnrolled: 'fleet_enrolled',
  UnlockRequested: 'unlocked_host',
  WipeRequested: 'wiped_host',
  EnrollmentStarted: 'mdm_enrolled',
  EnrollmentEnded: 'mdm_unenrolled',
  HostTransferred: 'transferred_hosts',
  TransferRequested: 'began_transfer',
  TransferEnded: 'ended_transfer',
  ProfileUploaded: 'created_profile',
  ProfileDeleted: 'deleted_profile',
  SecretVariableSet: 'edited_custom_variable',
  SecretVariableDeleted: 'deleted_custom_variable',
  LabelCreated: 'created_label',
  LabelEdited: 'edited_label',
  LabelListed: 'edited_label',
  LabelDeleted: 'deleted_label',
  YaraRuleSet: 'edited_yara_rule',
  YaraRuleDeleted: 'deleted_yara_rule',
  HostForgotten: 'forgot_host',
  TeamCreated: 'created_team',
  TeamDeleted: 'deleted_team',
  LockRequested: 'locked_host',
  SignInRefused: 'user_failed_login',
  UserCreated: 'created_user',
  UserDeleted: 'deleted_user',
  UserSignedIn: 'user_logged_in',
  AuditExported: 'exported_audit',
  BackupTaken: 'took_backup',
  ChangeSetUndone: 'undid_change_set',
  CommandsQueued: 'ran_custom_mdm_command',
  ProfileResendAsked: 'resent_configuration_profile',
  DeclarationResendAsked: 'resent_configuration_profile',
} satisfies Partial<Record<TimelineEvent['type'], string>>

/** What a change of a user's rights is called: by whether they are of single teams. */
export const roleActivities = { global: 'changed_user_global_role', team: 'changed_user_team_role' } as const

/** What an event is called in the feed: Fleet's word, or its own name. */
export const activityOf = (type: string): string => fleetWords[type] ?? type.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
