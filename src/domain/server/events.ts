import type { Sealed } from '../../kernel/content.ts'

/** `gitops` keeps the settings: it writes them, and touches no host. */
export type Role = 'admin' | 'maintainer' | 'observer' | 'gitops'

/** A certificate authority by `fingerprint`: SHA-256 of the certificate's DER, lower-case hex. The key is sealed for the owner `server`. */
export type AuthorityEvent =
  /** Made at the first start, to issue; its key is sealed in the context `authority-key`, others' in `authority-key/<fingerprint>`. */
  | { type: 'AuthorityCreated'; data: { fingerprint: string; certificatePem: string; key: Sealed } }
  /** The next one: trusted from now on, and issuing once it is rolled over to. */
  | { type: 'AuthorityPrepared'; data: { fingerprint: string; certificatePem: string; key: Sealed } }
  /** `from` issues no more. What it issued stays trusted, and requests addressed to it are still opened. */
  | { type: 'AuthorityRolledOver'; data: { from: string; to: string } }
  /** From another server, to go on issuing in place of `replaces`, or only for what it issued there. */
  | {
      type: 'AuthorityImported'
      data: { fingerprint: string; certificatePem: string; key: Sealed | null; as: 'issuer' | 'trusted'; replaces: string | null }
    }
  /** Certificate and key were handed out, the key encrypted with a passphrase. */
  | { type: 'AuthorityExported'; data: { fingerprint: string } }
  /** What it issued opens nothing any more. */
  | { type: 'AuthorityRetired'; data: { fingerprint: string } }

export type ServerEvent =
  | AuthorityEvent
  /** The key waits for the certificate that Apple makes of the request; sealed in the context `push-request/<public key>`. */
  | { type: 'PushCertificateRequested'; data: { publicKey: string; csrPem: string; key: Sealed } }
  | { type: 'PushCertificateUploaded'; data: { topic: string; certificatePem: string; key: Sealed; notAfter: string } }
  /** `teams`: the ids of the only teams in which the role counts; absent: it counts everywhere. */
  | { type: 'ApiTokenIssued'; data: { name: string; role: Role; tokenHash: string; teams?: readonly string[] } }
  | { type: 'ApiTokenRevoked'; data: { tokenHash: string } }

export type SignInWay = 'password' | 'token' | 'sso'

/** What was refused: for auditors, at a bounded rate. */
export type SecurityEvent = DeviceRefused | SignInRefused

/** `userId` is the user that was meant; null: none that there is, or nobody knows. `address` is where it came from. */
type SignInRefused = { type: 'SignInRefused'; data: { by: SignInWay; address: string; userId: string | null } }

/** At a device edge. */
export type DeviceRefused = {
  type: 'DeviceRefused'
  data: {
    why:
      | 'certificate-in-use'
      | 'certificate-not-associated'
      | 'certificate-revoked'
      | 'certificate-foreign'
      | 'signature-invalid'
      | 'identity-conflict'
    enrollmentId: string
    certificate: string | null
    messageType: string
    address: string
  }
}
