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
  /** In DER: the authorities that a device is to trust; the issuing one when absent. */
  anchors?: readonly Uint8Array[]
  /** Signs the profile; issued by the authority. */
  signer: Readonly<{ certificatePem: string; keyPem: string }>
  identity: IdentitySource
  topic: () => Promise<string>
  /** Devices take pushes from Apple's development service. */
  developmentPush?: boolean
  /** In DER: what must stand in the chain of this server's TLS certificate; none: any chain that the device trusts will do. */
  pins?: readonly Uint8Array[]
}>

/** How long the challenge in a profile may be used, ms: slow networks and pauses in Setup Assistant included. */
const challengeValidMs = 24 * 60 * 60 * 1000

/** Channels of users (macOS, Shared iPad), bootstrap tokens, GetToken. */
const capabilities = ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken', 'com.apple.mdm.token']

/** What profiles are sent as. */
export const profileType = 'application/x-apple-aspen-config'

/** The profile that carries the enrollment itself; removing it ends the enrollment. */
export const enrollmentProfileIdentifier = 'com.muster.mdm.apple'

/** For whom a profile is: the team that the device joins (null: it stays where it is, or in no team), the account that signed in. */
export type EnrollmentWish = Readonly<{ teamId: string | null; account?: NonNullable<EnrollmentTerms['account']> }>

/** Enrollment profiles: what one is to say, and the signed file (DER) with a one-time challenge, for one device. */
export type EnrollmentProfiles = Readonly<{
  termsFor: (wish: EnrollmentWish) => Promise<EnrollmentTerms>
  sign: (terms: EnrollmentTerms) => Promise<Uint8Array>
}>

export const enrollmentProfiles = (
  { challenges }: Pick<App, 'challenges'>,
  settings: EnrollmentSettings,
): EnrollmentProfiles => ({
  termsFor: async ({ teamId, account = null }) => ({
    identifier: enrollmentProfileIdentifier,
    serverUrl: `${settings.publicUrl}/mdm/apple/mdm`,
    checkInUrl: `${settings.publicUrl}/mdm/apple/mdm`,
    topic: await settings.topic(),
    accessRights: allAccessRights,
    capabilities,
    account,
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
      description: `Lets ${organization} manage this device. Removing this profile ends the management and takes away what came with it.`,
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
          ['CN', subjectOf(terms)],
        ],
        caFingerprint: createHash('sha256').update(anchor).digest(),
        keySize: 2048,
      },
      caCertificates: settings.anchors ?? [anchor],
      accessRights: terms.accessRights,
      serverCapabilities: terms.capabilities,
      checkOutWhenRemoved: true,
      signMessage: identity.kind === 'mdm-signature',
      useDevelopmentApns: settings.developmentPush === true,
      pinnedCertificates: settings.pins ?? [],
      ...(account === null ? {} : { enrollmentMode: account.mode, assignedManagedAppleId: account.managedAppleAccount }),
    })
    return signAttached(Buffer.from(profile), signer)
  },
})

/** Devices fill in variables at a first enrollment only, and none of hardware where the device is a person's own. */
const subjectOf = ({ renews, account }: EnrollmentTerms): string => {
  if (renews !== null) return `Host ${renews.hostId}`
  return account === null ? '%SerialNumber%' : account.managedAppleAccount.slice(0, 64)
}
