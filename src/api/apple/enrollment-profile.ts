import { createHash, randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { allAccessRights, writeEnrollmentProfile } from '../../protocols/apple/enrollment-profile.ts'
import { signAttached } from '../../protocols/cms/sign.ts'
import type { Authority } from '../../protocols/x509/open-authority.ts'
import { openCertificate } from '../../protocols/x509/certificate.ts'
import type { IdentitySource } from './settings.ts'

export type EnrollmentSettings = Readonly<{
  /** Where devices reach this server, without a trailing slash. Frozen in every profile that was handed out. */
  publicUrl: string
  organization: string
  authority: Authority
  /** Signs the profile; issued by the authority. */
  signer: Readonly<{ certificatePem: string; keyPem: string }>
  identity: IdentitySource
  topic: () => Promise<string>
}>

/** How long the challenge in a profile may be used, ms: slow networks and pauses in Setup Assistant included. */
const challengeValidMs = 24 * 60 * 60 * 1000

/** Bootstrap tokens and GetToken are not answered yet, so they are not promised. */
const capabilities = ['com.apple.mdm.per-user-connections']

/** The profile that carries the enrollment itself; removing it ends the enrollment. */
export const enrollmentProfileIdentifier = 'com.muster.mdm.apple'

/** Makes a signed enrollment profile (DER) with a one-time challenge: for one device. */
export const enrollmentProfiles =
  ({ challenges }: Pick<App, 'challenges'>, settings: EnrollmentSettings) =>
  async (): Promise<Uint8Array> => {
    const { publicUrl, organization, authority, signer, identity } = settings
    const anchor = openCertificate(authority.certificatePem).raw
    const profile = writeEnrollmentProfile({
      identifier: enrollmentProfileIdentifier,
      uuid: randomUUID(),
      displayName: `${organization}: device management`,
      organization,
      serverUrl: `${publicUrl}/mdm/apple/mdm`,
      checkInUrl: `${publicUrl}/mdm/apple/mdm`,
      topic: await settings.topic(),
      scep: {
        url: `${publicUrl}/mdm/apple/scep`,
        name: 'Muster',
        challenge: await challenges.issue(challengeValidMs),
        subject: [
          ['O', organization],
          ['CN', '%SerialNumber%'],
        ],
        caFingerprint: createHash('sha256').update(anchor).digest(),
        keySize: 2048,
      },
      caCertificates: [anchor],
      accessRights: allAccessRights,
      serverCapabilities: capabilities,
      checkOutWhenRemoved: true,
      signMessage: identity.kind === 'mdm-signature',
    })
    return signAttached(Buffer.from(profile), signer)
  }
