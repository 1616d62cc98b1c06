import { createHash, randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { EnrollmentTerms } from '../../domain/enrollment/terms.ts'
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

/** Enrollment profiles: what one is to say, and the signed file (DER) with a one-time challenge, for one device. */
export type EnrollmentProfiles = Readonly<{
  /** For a device that joins this team when it enrolls for the first time; null: it stays where it is, or in no team. */
  termsFor: (wish: Readonly<{ teamId: string | null }>) => Promise<EnrollmentTerms>
  sign: (terms: EnrollmentTerms) => Promise<Uint8Array>
}>

export const enrollmentProfiles = (
  { challenges }: Pick<App, 'challenges'>,
  settings: EnrollmentSettings,
): EnrollmentProfiles => ({
  termsFor: async ({ teamId }) => ({
    identifier: enrollmentProfileIdentifier,
    serverUrl: `${settings.publicUrl}/mdm/apple/mdm`,
    checkInUrl: `${settings.publicUrl}/mdm/apple/mdm`,
    topic: await settings.topic(),
    accessRights: allAccessRights,
    capabilities,
    account: null,
    teamId,
    renews: null,
  }),

  sign: async (terms) => {
    const { publicUrl, organization, authority, signer, identity } = settings
    const anchor = openCertificate(authority.certificatePem).raw
    const { checkInUrl, account } = terms
    const profile = writeEnrollmentProfile({
      identifier: terms.identifier,
      uuid: randomUUID(),
      displayName: `${organization}: device management`,
      organization,
      serverUrl: terms.serverUrl,
      ...(checkInUrl === null ? {} : { checkInUrl }),
      topic: terms.topic,
      scep: {
        url: `${publicUrl}/mdm/apple/scep`,
        name: 'Muster',
        challenge: await challenges.issue(challengeValidMs, terms),
        subject: [
          ['O', organization],
          ['CN', '%SerialNumber%'],
        ],
        caFingerprint: createHash('sha256').update(anchor).digest(),
        keySize: 2048,
      },
      caCertificates: [anchor],
      accessRights: terms.accessRights,
      serverCapabilities: terms.capabilities,
      checkOutWhenRemoved: true,
      signMessage: identity.kind === 'mdm-signature',
      ...(account === null ? {} : { enrollmentMode: account.mode, assignedManagedAppleId: account.managedAppleAccount }),
    })
    return signAttached(Buffer.from(profile), signer)
  },
})
