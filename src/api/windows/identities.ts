import { createHash, randomBytes } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { certificate } from '../../domain/certificates/certificate.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { erased } from '../../kernel/projection.ts'
import { certificates } from '../../projections/certificates.ts'
import { waitingCommands } from '../../projections/waiting-commands.ts'
import { hostsWithHardware, windowsEnrollments } from '../../projections/windows-enrollments.ts'
import type { WindowsDeviceFacts } from '../../protocols/windows/enrollment/device-facts.ts'
import { readDeviceFacts } from '../../protocols/windows/enrollment/device-facts.ts'
import type { DeviceRequest } from '../../protocols/windows/enrollment/device-csr.ts'
import { readDeviceCsr, readRenewal } from '../../protocols/windows/enrollment/device-csr.ts'
import type { CertificateStore } from '../../protocols/windows/enrollment/provisioning.ts'
import { writeProvisioningDocument, writeRenewalDocument } from '../../protocols/windows/enrollment/provisioning.ts'
import type { EnrollmentBody } from '../../protocols/windows/enrollment/read-request.ts'
import { credentialHash } from '../../protocols/windows/syncml/digest.ts'
import { issueCertificate } from '../../protocols/x509/authority.ts'
import { fingerprintOf } from '../../protocols/x509/certificate.ts'
import { nameOf } from '../../protocols/x509/names.ts'
import { openAuthority } from '../../protocols/x509/open-authority.ts'
import { raise } from './fault.ts'
import type { Grant } from './grants.ts'
import type { WindowsEdge } from './settings.ts'
import { credentialContext, paths, providerId, termsPurpose } from './settings.ts'

type Issue = Extract<EnrollmentBody, { kind: 'issue' }>
type Renew = Extract<EnrollmentBody, { kind: 'renew' }>

/** Gives devices their identities: both answer the provisioning document. Throws `FaultRaised` and `ParseError`. */
export type Identities = Readonly<{
  enroll: (body: Issue, grant: Grant) => Promise<string>
  renew: (body: Renew) => Promise<string>
}>

const dayMs = 24 * 60 * 60 * 1000
/** How long an identity is valid, days. */
export const validityDays = 365
/** Clocks and schedules of devices are not exact: a renewal may come so much too early. */
const earlyMs = 7 * dayMs
/** Certificates begin this long before they are made, for clocks that are slow. */
const skewMs = 60 * 60_000

const storeOf = { Full: 'User', Device: 'System' } as const satisfies Record<string, CertificateStore>

export const windowsIdentities = ({ app, trust, publicUrl, pollMinutes, renewDays, tickets }: WindowsEdge): Identities => {
  /** A certificate for the device, in the log before anybody has it. */
  const issue = async (
    { publicKey }: DeviceRequest,
    { deviceId, hostId, follows, cause }: Readonly<{ deviceId: string; hostId: string; follows: string | null; cause: Cause }>,
  ): Promise<Issued> => {
    const { issuer } = trust.authorities()
    const authority = openAuthority(issuer)
    const now = app.clock().getTime()
    if (authority.notAfter.getTime() <= now)
      return raise('CertificateRequest', 'The certificate authority of this server has ended.')
    const issued = issueCertificate({
      ...{ authority: issuer, subject: nameOf({ commonName: deviceId, organizationalUnit: providerId }), publicKey },
      ...{ notBefore: new Date(now - skewMs), notAfter: new Date(now + validityDays * dayMs), extKeyUsage: 'clientAuth' },
      keyUsage: ['digitalSignature', 'keyEncipherment'],
    })
    const { fingerprint, certificateDer } = issued
    const notAfter = issued.notAfter.toISOString()
    const csrHash = sha256(publicKey.export({ type: 'spki', format: 'der' }))
    const data = {
      ...{ serial: issued.serial, subject: issued.subject, notAfter, transactionId: cause.id, csrHash },
      certificate: Buffer.from(certificateDer).toString('base64'),
      issuer: fingerprintOf(authority.certificate),
      ...(follows !== null && { follows }),
    }
    const made = await app.execute(certificate, fingerprint, { type: 'IssueCertificate', data }, cause)
    const bind = { type: 'BindCertificate', data: { hostId, enrollmentId: deviceId } } as const
    const bound = await app.execute(certificate, fingerprint, bind, cause)
    await app.applyNow([erased(certificates)], [...made.events, ...bound.events])
    return { fingerprint, certificateDer, notAfter, root: authority.certificate }
  }

  /** Whether what the page of the terms of use gave to this user came along. */
  const hasAccepted = async (items: Issue['items'], { userName }: Grant): Promise<boolean> => {
    const blob = items.find(({ name }) => name === 'EnrollmentData')?.value
    const [told] = blob === undefined ? [] : ((await tickets.read(termsPurpose, blob)) ?? [])
    return told !== undefined && told.toLowerCase() === userName?.toLowerCase()
  }

  /** The host itself, or the one that lives on in its place. */
  const living = async (hostId: string): Promise<string> => (await app.load(host, hostId)).state.merging.into ?? hostId

  /** An agent knows its host; any other device is found by its hardware, unless several have that. */
  const placeOf = async ({ hardwareId }: WindowsDeviceFacts, grant: Grant) => {
    const known = await app.read(hostsWithHardware(hardwareId))
    const [only, another] = known
    const found = only !== undefined && another === undefined ? only.host_id : hostIdOf(hardwareId)
    const hostId = await living(grant.hostId ?? found)
    return { hostId, sharedWith: known.find((one) => one.host_id !== hostId && one.ended_at === null)?.host_id ?? null }
  }

  return {
    enroll: async ({ csr, items }, grant) => {
      const facts = attempt('EnrollmentServer', () => readDeviceFacts(items))
      const request = attempt('CertificateRequest', () => readDeviceCsr(csr))
      const { deviceId, hardwareId: hardwareHash, enrollmentType, name, osVersion, inSetup } = facts
      const { hostId, sharedWith } = await placeOf(facts, grant)
      const { state } = await app.load(host, hostId)
      await grant.use()
      const cause = causeOf(deviceId)
      const issued = await issue(request, { deviceId, hostId, follows: null, cause })
      const devicePassword = randomBytes(32).toString('base64url')
      const hash = Buffer.from(credentialHash(deviceId, devicePassword))
      const data = {
        ...{ deviceId, hardwareHash, enrollmentType, by: grant.by, userName: grant.userName, inSetup, sharedWith },
        credential: await app.vault.seal(hostId, credentialContext, hash),
        hardwareId: state.enrollment.hardwareId ?? hardwareHash,
        facts: { ...(name !== null && { name }), ...(osVersion !== null && { osVersion }) },
        teamId: grant.teamId,
        ...((await hasAccepted(items, grant)) && { termsAccepted: true as const }),
        identity: { certificate: issued.fingerprint, notAfter: issued.notAfter },
      }
      const { events } = await app.execute(host, hostId, { type: 'EnrollWindows', data }, cause)
      // Its first session comes a moment later.
      await app.applyNow([erased(windowsEnrollments), erased(waitingCommands)], events)
      if (sharedWith !== null && events.length > 0) {
        const note = { type: 'NoteHardwareCollision', data: { hardwareHash, with: hostId } } as const
        await app.execute(host, sharedWith, note, cause)
      }
      return writeProvisioningDocument({
        ...{ rootDer: issued.root.raw, certificateDer: issued.certificateDer, store: storeOf[enrollmentType], providerId },
        ...{ managementUrl: `${publicUrl}${paths.management[0] ?? ''}`, deviceId, deviceName: name, devicePassword },
        ...{
          serverSecret: randomBytes(32).toString('base64url'),
          nonce: randomBytes(16),
          pollMinutes,
          renewDaysBefore: renewDays,
        },
      })
    },

    renew: async ({ signed, items }) => {
      const request = attempt('CertificateRequest', () => readRenewal(signed))
      const follows = request.fingerprint
      const { state: old } = await app.load(certificate, follows)
      const { enrollmentId: deviceId, hostId, notAfter } = old
      if (!old.issued || deviceId === null || hostId === null || notAfter === null)
        return raise('Authentication', 'The certificate to be renewed was not issued by this server.', 'NotEligibleToRenew')
      if (old.revoked || trust.isRevoked(follows))
        return raise('Authorization', 'The certificate to be renewed was revoked.', 'NotEligibleToRenew')
      if (Date.parse(notAfter) < app.clock().getTime())
        return raise(
          'Authorization',
          'The certificate to be renewed has ended; the device must enroll again.',
          'NotEligibleToRenew',
        )
      if (Date.parse(notAfter) - renewDays * dayMs - earlyMs > app.clock().getTime())
        return raise(
          'Authorization',
          `The certificate is renewed within ${String(renewDays)} days of its end, not before.`,
          'NotEligibleToRenew',
        )
      const told = items.find(({ name }) => name === 'DeviceID')?.value
      if (told !== undefined && told.toUpperCase() !== deviceId)
        return raise('Authorization', 'The certificate to be renewed belongs to another device.', 'NotEligibleToRenew')
      const { state } = await app.load(host, hostId)
      if (state.enrollment.stage !== 'enrolled' || state.enrollment.enrollmentId !== deviceId)
        return raise('Authorization', 'The device is not enrolled.', 'NotEligibleToRenew')
      const cause = causeOf(deviceId)
      const issued = await issue(request, { deviceId, hostId, follows, cause })
      const identity = { certificate: issued.fingerprint, notAfter: issued.notAfter, terms: null }
      await app.execute(host, hostId, { type: 'ReplaceIdentity', data: { identity } }, cause)
      const type = items.find(({ name }) => name === 'EnrollmentType')?.value === 'Device' ? 'Device' : 'Full'
      return writeRenewalDocument({ certificateDer: issued.certificateDer, store: storeOf[type], providerId })
    },
  }
}

type Issued = Readonly<{ fingerprint: string; certificateDer: Uint8Array; notAfter: string; root: X509Certificate }>

/** What is wrong with a part of the message has a subcode of its own. */
const attempt = <T>(subcode: 'CertificateRequest' | 'EnrollmentServer', read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return subcode === 'EnrollmentServer'
      ? raise('MessageFormat', `${error.field}: ${error.message}`, 'EnrollmentDataInvalid')
      : raise(subcode, error.message)
  }
}

const causeOf = (deviceId: string): Cause => {
  const id = randomBytes(16).toString('hex')
  return { id, actor: { kind: 'device', id: deviceId }, correlationId: id, causationId: id }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
