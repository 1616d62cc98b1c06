import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Certificate } from '../../domain/certificates/certificate.ts'
import { certificate } from '../../domain/certificates/certificate.ts'
import type { EnrollmentTerms } from '../../domain/enrollment/terms.ts'
import { host } from '../../domain/host/host.ts'
import type { Actor, Cause } from '../../kernel/event.ts'
import { erased } from '../../kernel/projection.ts'
import { certificateIssuedFor, certificates } from '../../projections/certificates.ts'
import { ScepFailure } from '../../protocols/scep/failure.ts'
import { identityContents, identitySubject } from '../../protocols/scep/issue.ts'
import type { PkiRequest } from '../../protocols/scep/server.ts'
import { issueCertificate } from '../../protocols/x509/authority.ts'
import { fingerprintOf, isIssuedBy, readCertificate } from '../../protocols/x509/certificate.ts'
import { nameText } from '../../protocols/x509/names.ts'
import { openAuthority } from '../../protocols/x509/open-authority.ts'
import type { Trust } from '../trust.ts'

/** Answers a request with its certificate (DER), which is in the log before anybody has it. Throws `ScepFailure`. */
export type Grant = (request: PkiRequest) => Promise<Uint8Array>

type Deps = Readonly<{
  app: App
  trust: Pick<Trust, 'authorities' | 'isRevoked'>
  /** A challenge that any number of devices may present; null: none. A secret. */
  staticChallenge: string | null
}>

/** Why a certificate is given: the terms of the profile whose challenge was presented, or the certificate that it follows. */
type Ground = Readonly<{ terms: EnrollmentTerms | null; follows: string | null; actor: Actor }>

type Granted = Readonly<{ fingerprint: string; certificateDer: Uint8Array; notAfter: string }>

/**
 * Who gets a certificate: whoever presents a challenge (PKCSReq), and whoever holds one already (RenewalReq). A renewed one belongs to the same
 * enrollment at once, because the device shows it with its next message, without a check-in.
 */
export const certificateGrants = ({ app, trust, staticChallenge }: Deps): Grant => {
  const enroll = async (request: PkiRequest): Promise<Uint8Array> => {
    const terms = await termsOf(request)
    const { certificateDer } = await issueOnce(request, { terms, follows: null, actor: { kind: 'server', id: 'scep' } })
    return certificateDer
  }

  const renew = async (request: PkiRequest): Promise<Uint8Array> => {
    const follows = fingerprintOf(request.signer)
    const { state: old } = await app.load(certificate, follows)
    mustMayRenew(request, old)
    const actor: Actor = { kind: 'device', id: old.enrollmentId ?? follows }
    const granted = await issueOnce(request, { terms: null, follows, actor })
    if (old.enrollmentId !== null && old.hostId !== null) await handOver(granted, old.hostId, old.enrollmentId, causeOf(actor))
    return granted.certificateDer
  }

  /** What the challenge was issued with. Which kind of challenge was wrong, and how, is told in words that reveal none. */
  const termsOf = async (request: PkiRequest): Promise<EnrollmentTerms | null> => {
    const { transactionId, csr } = request
    if (csr.challenge === null) throw new ScepFailure('badRequest', 'The request has no challenge.', request)
    if (staticChallenge !== null && isSame(csr.challenge, staticChallenge)) return null
    const used = await app.challenges.use(csr.challenge, { transactionId, csrHash: csr.hash })
    if (used.kind !== 'accepted') throw new ScepFailure('badRequest', `The challenge is ${used.kind}.`, request)
    return used.terms as EnrollmentTerms | null
  }

  const mustMayRenew = (request: PkiRequest, old: Certificate): void => {
    const { signer, csr } = request
    if (!isIssuedBy(signer, trust.authorities().trusted))
      throw new ScepFailure('badCertId', 'The certificate to be renewed was not issued by this server.', request)
    if (!old.issued && old.enrollmentId === null)
      throw new ScepFailure('badCertId', 'The certificate to be renewed is not known to this server.', request)
    if (old.revoked || trust.isRevoked(fingerprintOf(signer)))
      throw new ScepFailure('badCertId', 'The certificate to be renewed was revoked.', request)
    const { notBefore, notAfter, subjectText } = readCertificate(signer.raw)
    const now = app.clock()
    if (now < notBefore || now > notAfter)
      throw new ScepFailure('badTime', 'The certificate to be renewed is not valid at this time.', request)
    if (nameText(identitySubject(csr)) !== subjectText)
      throw new ScepFailure('badRequest', 'The request is for another subject than the certificate to be renewed.', request)
  }

  /** The same request gets the same certificate, however often it comes. */
  const issueOnce = async (request: PkiRequest, ground: Ground): Promise<Granted> => {
    const { csr, transactionId } = request
    const [before] = await app.read(certificateIssuedFor(transactionId, csr.hash, ground.follows))
    if (before?.certificate != null && before.not_after !== null) {
      const certificateDer = Buffer.from(before.certificate, 'base64')
      return { fingerprint: before.fingerprint, certificateDer, notAfter: new Date(before.not_after).toISOString() }
    }
    return issue(request, ground)
  }

  const issue = async (request: PkiRequest, { terms, follows, actor }: Ground): Promise<Granted> => {
    const { csr, transactionId } = request
    const { issuer } = trust.authorities()
    const authority = openAuthority(issuer)
    if (authority.notAfter <= app.clock()) {
      app.logger.error({ notAfter: authority.notAfter }, 'the certificate authority has ended: roll over to a new one')
      throw new ScepFailure('badTime', 'The certificate authority has ended.', request)
    }
    const issued = issueCertificate({ authority: issuer, ...identityContents(csr, { now: app.clock() }) })
    const notAfter = issued.notAfter.toISOString()
    const data = {
      serial: issued.serial,
      subject: readCertificate(issued.certificateDer).subjectText,
      notAfter,
      certificate: Buffer.from(issued.certificateDer).toString('base64'),
      transactionId,
      csrHash: csr.hash,
      issuer: fingerprintOf(authority.certificate),
      ...(terms === null ? {} : { terms }),
      ...(follows === null ? {} : { follows }),
    }
    const command = { type: 'IssueCertificate', data } as const
    const { events } = await app.execute(certificate, issued.fingerprint, command, causeOf(actor))
    // The same request, repeated at once, must find it.
    await app.applyNow([erased(certificates)], events)
    return { fingerprint: issued.fingerprint, certificateDer: issued.certificateDer, notAfter }
  }

  /** Both steps may be repeated: after a crash between them, the device asks again. */
  const handOver = async (granted: Granted, hostId: string, enrollmentId: string, cause: Cause): Promise<void> => {
    const { fingerprint, notAfter } = granted
    await app.execute(certificate, fingerprint, { type: 'BindCertificate', data: { hostId, enrollmentId } }, cause)
    const identity = { certificate: fingerprint, notAfter, terms: null }
    await app.execute(host, hostId, { type: 'ReplaceIdentity', data: { identity } }, cause)
  }

  return (request) => (request.messageType === 'RenewalReq' ? renew(request) : enroll(request))
}

const causeOf = (actor: Actor): Cause => {
  const id = randomUUID()
  return { id, actor, correlationId: id, causationId: id }
}

/** Compares digests, which are of one length, in constant time. */
const isSame = (given: string, secret: string): boolean => timingSafeEqual(digestOf(given), digestOf(secret))

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
