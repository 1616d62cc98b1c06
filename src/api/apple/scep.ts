import type { Request, Response } from 'express'
import { raw, Router } from 'express'
import { rateLimit } from 'express-rate-limit'
import { LogUnavailable } from '../../app/ports.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { decodeGetMessage, writeCaCaps, writeCaCert, writeNextCaCert } from '../../protocols/scep/ca.ts'
import { writeCertRep } from '../../protocols/scep/cert-rep.ts'
import { ScepFailure } from '../../protocols/scep/failure.ts'
import { readPkiMessage } from '../../protocols/scep/server.ts'
import { openCertificate } from '../../protocols/x509/certificate.ts'
import type { Authority } from '../../protocols/x509/open-authority.ts'
import { handedOut, openersOf } from '../authorities.ts'
import { certificateGrants } from './scep-grants.ts'
import type { AppleEdge } from './settings.ts'

export type ScepSettings = Readonly<{
  /** For clients that know no other digest. */
  allowSha1: boolean
  /** A challenge that any number of devices may present; null: none. A secret. */
  staticChallenge: string | null
}>

/** More than a message of 64 KiB (RFC 8894 §3) with its certificates ever has: nobody has shown yet who they are. */
const bodyLimit = 128 * 1024

/** Requests of one address per minute. Nobody has shown who they are yet; many devices may stand behind one address. */
const perMinute = 20_000

type Reply = Readonly<{ contentType: string; body: Uint8Array }>

/** What a client asks for; `message` reads the CMS that came with it. */
type Operation = (message: () => Uint8Array) => Promise<Reply> | Reply

/** The certificate authority as devices reach it: SCEP (RFC 8894) at one path. Refusals are CertRep messages with HTTP 200. */
export const scepRoutes = ({ app, trust }: Pick<AppleEdge, 'app' | 'trust'>, settings: ScepSettings): Router => {
  const { allowSha1, staticChallenge } = settings
  const grant = certificateGrants({ app, trust, staticChallenge })

  const operations: Readonly<Record<string, Operation>> = {
    GetCACaps: () => {
      const next = trust.authorities().next !== null
      return { contentType: 'text/plain', body: Buffer.from(writeCaCaps({ renewal: true, next, oldClients: allowSha1 })) }
    },
    GetCACert: () => writeCaCert(handedOut(trust.authorities(), app.clock()).map(derOf)),
    GetNextCACert: () => {
      const { issuer, next } = trust.authorities()
      if (next === null) throw new ParseError('operation', 'There is no authority to come.')
      return writeNextCaCert(issuer, derOf(next))
    },
    PKIOperation: async (message) => ({ contentType: 'application/x-pki-message', body: await answer(message()) }),
  }

  const operate = async (request: Request, response: Response): Promise<void> => {
    try {
      const name = textOf(request.query['operation'])
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
      if (operation === undefined) throw new ParseError('operation', 'The operation is not known.')
      const { contentType, body } = await operation(() =>
        request.method === 'POST' ? bodyOf(request) : decodeGetMessage(textOf(request.query['message'])),
      )
      response.type(contentType).send(Buffer.from(body))
    } catch (error) {
      refuse(error, response)
    }
  }

  const answer = async (bytes: Uint8Array): Promise<Uint8Array> => {
    const authorities = trust.authorities()
    let { issuer: known } = authorities
    try {
      const request = await readPkiMessage(bytes, { authorities: openersOf(authorities), allowSha1 })
      // Whoever addressed an authority before this one knows no other.
      known = request.recipient
      return writeCertRep({ authority: request.recipient, request, result: { certificateDer: await grant(request) } })
    } catch (error) {
      if (!(error instanceof ScepFailure)) throw error
      app.logger.warn({ transactionId: error.transactionId, reason: error.text }, 'a certificate request was refused')
      return writeCertRep({ authority: known, request: error, result: error })
    }
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

const derOf = ({ certificatePem }: Authority): Uint8Array => openCertificate(certificatePem).raw

const bodyOf = (request: Request): Uint8Array => (request.body instanceof Uint8Array ? request.body : Buffer.alloc(0))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
