/** Why what an admin did cannot be undone; null: it can, as far as nobody changed it since. */
type Lasting = string | null

const shown = 'What was shown to somebody cannot be unseen.'
const values = 'The server does not set secrets back; set them again.'
const elsewhere = 'This is not undone by the server; change it back by hand.'

/** What admins do, by the event that tells of it. All else follows from it. */
export const intents: Readonly<Record<string, Lasting>> = {
  ProfileUploaded: null,
  ProfileEdited: null,
  ProfileRetargeted: null,
  ProfileDeleted: null,
  LabelCreated: null,
  LabelEdited: null,
  LabelListed: null,
  LabelDeleted: null,
  TeamCreated: null,
  TeamRenamed: null,
  TeamDeleted: null,
  HostTransferred: null,
  // Undone with the moves of its hosts.
  TransferRequested: null,
  // Undone by taking their command back.
  CommandsQueued: null,
  LockRequested: null,
  WipeRequested: null,
  UnlockRequested: null,
  UnenrollmentRequested: null,
  HostReadmitted: 'A host that was readmitted is sent away again by asking it to leave.',
  CommandsCancelled: 'A command that was taken back is not given again; ask for it anew.',
  ProfileResendAsked: 'What was sent again stays where it is.',
  DeclarationResendAsked: 'What was sent again stays where it is.',
  SecretVariableSet: values,
  SecretVariableDeleted: values,
  EnrollSecretAdded: values,
  EnrollSecretRemoved: values,
  EnrollSecretsShown: shown,
  EscrowedSecretViewed: shown,
  PinViewed: shown,
  CarveViewed: shown,
  AuthorityExported: shown,
  HostsMerged: elsewhere,
  HostsSplit: elsewhere,
  YaraRuleSet: elsewhere,
  YaraRuleDeleted: elsewhere,
  AccountEnrollmentOffered: elsewhere,
  AccountEnrollmentWithdrawn: elsewhere,
  AccountKeyStored: elsewhere,
  PackageUploaded: elsewhere,
  PackageDeleted: elsewhere,
  ManifestUploaded: elsewhere,
  ManifestDeleted: elsewhere,
  CertificateRevoked: 'A revocation is for ever.',
  AuthorityPrepared: elsewhere,
  AuthorityRolledOver: elsewhere,
  AuthorityImported: elsewhere,
  AuthorityRetired: elsewhere,
  PushCertificateUploaded: elsewhere,
  ApiTokenIssued: elsewhere,
  ApiTokenRevoked: elsewhere,
  ChangeSetUndone: null,
}

export const intentTypes: readonly string[] = Object.keys(intents)
