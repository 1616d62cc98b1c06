import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { raw, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { LogUnavailable } from '../../app/ports.ts'
import { certificate } from '../../domain/certificates/certificate.ts'
import type { EnrollmentTerms } from '../../domain/enrollment/terms.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { erased } from '../../kernel/projection.ts'
import { certificateIssuedFor, certificates } from '../../projections/certificates.ts'
import { decodeGetMessage, writeCaCaps, writeCaCert } from '../../protocols/scep/ca.ts'
import { writeCertRep } from '../../protocols/scep/cert-rep.ts'
import { ScepFailure } from '../../protocols/scep/failure.ts'
import { identityContents } from '../../protocols/scep/issue.ts'
import type { PkiRequest } from '../../protocols/scep/server.ts'
import { readPkiMessage } from '../../protocols/scep/server.ts'
import { issueCertificate } from '../../protocols/x509/authority.ts'
import { openCertificate, readCertificate } from '../../protocols/x509/certificate.ts'
import type { AppleEdge } from './settings.ts'

const bodyLimit = 2 * 1024 * 1024

/** Requests of one address per minute. Nobody has shown who they are yet; many devices may stand behind one address. */
const perMinute = 20_000

/** What a client asks for; `message` reads the CMS that came with it. */
type Operation = (message: () => Uint8Array) => Promise<Readonly<{ type: string; body: Uint8Array }>>

/** The certificate authority as devices reach it: SCEP (RFC 8894) at one path. Refusals are CertRep messages with HTTP 200. */
export const scepRoutes = (edge: Pick<AppleEdge, 'app' | 'authority'>): Router => {
  const { app, authority } = edge

  const operations: Readonly<Record<string, Operation>> = {
    GetCACaps: async () => ({ type: 'text/plain', body: Buffer.from(writeCaCaps()) }),
    GetCACert: async () => {
      const { contentType, body } = writeCaCert([openCertificate(authority.certificatePem).raw])
      return { type: contentType, body }
    },
    PKIOperation: async (message) => ({ type: 'application/x-pki-message', body: await answer(message()) }),
  }

  const operate = async (request: Request, response: Response): Promise<void> => {
    try {
      const name = textOf(request.query['operation'])
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
      if (operation === undefined) throw new ParseError('operation', 'The operation is not known.')
      const reply = await operation(() =>
        request.method === 'POST' ? bodyOf(request) : decodeGetMessage(textOf(request.query['message'])),
      )
      response.type(reply.type).send(Buffer.from(reply.body))
    } catch (error) {
      refuse(error, response)
    }
  }

  const answer = async (bytes: Uint8Array): Promise<Uint8Array> => {
    try {
      const request = await readPkiMessage(bytes, { authorities: [authority] })
      return writeCertRep({ authority: request.recipient, request, result: { certificateDer: await issue(request) } })
    } catch (error) {
      if (!(error instanceof ScepFailure)) throw error
      app.logger.warn({ transactionId: error.transactionId, reason: error.text }, 'a certificate request was refused')
      return writeCertRep({ authority, request: error, result: error })
    }
  }

  /** Grants the request or throws `ScepFailure`. The certificate is in the log before the device has it. */
  const issue = async (request: PkiRequest): Promise<Uint8Array> => {
    const { csr, transactionId } = request
    if (request.messageType !== 'PKCSReq') throw new ScepFailure('badRequest', 'Renewal is not offered.', request)
    const { challenge, hash: csrHash } = csr
    const used = challenge === null ? missing : await app.challenges.use(challenge, { transactionId, csrHash })
    if (used.kind !== 'accepted') throw new ScepFailure('badRequest', `The challenge is ${used.kind}.`, request)
    const [before] = await app.read(certificateIssuedFor(transactionId, csrHash))
    if (before?.certificate != null) return Buffer.from(before.certificate, 'base64')
    const issued = issueCertificate({ authority, ...identityContents(csr, { now: app.clock() }) })
    const data = {
      serial: issued.serial,
      subject: readCertificate(issued.certificateDer).subjectText,
      notAfter: issued.notAfter.toISOString(),
      certificate: Buffer.from(issued.certificateDer).toString('base64'),
      transactionId,
      csrHash,
      ...(used.terms === null ? {} : { terms: used.terms as EnrollmentTerms }),
    }
    const id = randomUUID()
    const cause = { id, actor: { kind: 'server', id: 'scep' } as const, correlationId: id, causationId: id }
    const { events } = await app.execute(certificate, issued.fingerprint, { type: 'IssueCertificate', data }, cause)
    // The same request, repeated at once, must find it.
    await app.applyNow([erased(certificates)], events)
    return issued.certificateDer
  }

  const refuse = (error: unknown, response: Response): void => {
    const status = error instanceof ParseError ? 400 : error instanceof LogUnavailable ? 503 : 500
    if (status === 500) app.logger.error({ err: error }, 'a certificate request could not be served')
    response
      .status(status)
      .type('text/plain')
      .send(status === 400 ? 'The request cannot be read.' : 'Try again later.')
  }

  const limit = rateLimit({ windowMs: 60_000, limit: perMinute, standardHeaders: false, legacyHeaders: false })
  return Router()
    .use('/scep', limit)
    .get('/scep', operate)
    .post('/scep', raw({ type: () => true, limit: bodyLimit }), operate)
}

const missing = { kind: 'unknown' } as const

const bodyOf = (request: Request): Uint8Array => (request.body instanceof Uint8Array ? request.body : Buffer.alloc(0))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
