import type { ErrorRequestHandler } from 'express'
import { MulterError } from 'multer'
import type { Log } from '../app/ports.ts'
import { AppendTooLarge, LogUnavailable, RevisionConflict, SecretGone, TookTooLong, UnreadableEvent } from '../app/ports.ts'
import { StoreUnavailable } from '../app/projection-store.ts'
import type { RejectionCode } from '../domain/rejections.ts'
import { ParseError } from '../kernel/parse-error.ts'
import { Rejection } from '../kernel/rejection.ts'
import { BodyRefused } from './bodies.ts'
import { TooBusy } from './passwords.ts'
import { requestIdOf } from './request-id.ts'

/** One thing wrong with a request: the field (`base` when none is at fault) and a sentence. */
export type FieldError = Readonly<{ name: string; reason: string }>

/** What a refused or failed request is answered with, before it is JSON. `retryAfter` in seconds. */
export type Problem = Readonly<{ status: number; errors: readonly FieldError[]; retryAfter?: number }>

/** An edge saying no by itself: a field that makes no sense, a missing right. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal'
  readonly status: number
  readonly errors: readonly FieldError[]

  constructor(status: number, errors: readonly FieldError[]) {
    super(errors.map(({ reason }) => reason).join(' '))
    this.status = status
    this.errors = errors
  }
}

/** Refuses with one field and one sentence. */
export const refuse = (status: number, field: string, reason: string): never => {
  throw new HttpRefusal(status, [{ name: field, reason }])
}

/** Every way in which a rule says no, as the admin API answers it. */
export const statusOf: Readonly<Record<RejectionCode, number>> = {
  'not-found': 404,
  'already-exists': 409,
  'name-taken': 409,
  'name-reserved': 422,
  'not-enrolled': 409,
  'identity-conflict': 409,
  'certificate-in-use': 409,
  'certificate-not-associated': 409,
  'certificate-revoked': 409,
  'command-not-waiting': 409,
  'command-sent': 409,
  'already-locked': 409,
  'already-unlocked': 409,
  'already-wiped': 409,
  'not-supported': 422,
  'still-in-progress': 409,
  'still-enrolled': 409,
  forgotten: 410,
  'topic-changed': 409,
  'sent-away': 409,
  'last-admin': 409,
}

/** What an error means to the caller; null for a fault, whose nature is the log's business. */
export const problemOf = (error: unknown): Problem | null => {
  if (error instanceof HttpRefusal) return { status: error.status, errors: error.errors }
  if (error instanceof Rejection) {
    const status = (statusOf as Readonly<Record<string, number | undefined>>)[error.code]
    return status === undefined ? null : one(status, error.field ?? 'base', error.message)
  }
  if (error instanceof BodyRefused) return one(error.status, 'base', error.message)
  if (error instanceof ParseError) return one(400, error.field, error.message)
  if (error instanceof AppendTooLarge) return one(413, 'base', 'The request asks for more than one event can hold: 1 MiB.')
  if (error instanceof SecretGone) return one(410, 'base', 'What was asked for was erased: its key is gone.')
  if (error instanceof RevisionConflict)
    return { ...one(503, 'base', 'Too many changes are made to this at the same time.'), retryAfter: 1 }
  if (error instanceof LogUnavailable) return { ...one(503, 'base', 'The event log cannot be reached now.'), retryAfter: 5 }
  if (error instanceof UnreadableEvent) return one(409, 'base', error.message)
  if (error instanceof TookTooLong) return { ...one(503, 'base', error.message), retryAfter: 10 }
  if (error instanceof StoreUnavailable) return { ...one(503, 'base', 'The read models cannot be reached now.'), retryAfter: 5 }
  if (error instanceof TooBusy) return { ...one(503, 'base', 'Too many people sign in at the same time.'), retryAfter: 2 }
  if (error instanceof MulterError)
    return one(error.code === 'LIMIT_FILE_SIZE' ? 413 : 400, error.field ?? 'base', `${error.message}.`)
  return bodyProblem(error)
}

/** What is answered when a request fails: the status, when to come again (seconds), and the body as an object. */
export type Failure = Readonly<{ status: number; retryAfter: number | null; body: object }>

type Failed = Readonly<{ requestId: string; method: string; path: string }>

/**
 * Answers an error as `{message, errors: [{name, reason}]}`, and with what `more` adds for those who read something else. Faults are logged, once, and
 * answered with no more than the id under which they were.
 */
export const failureOf =
  (logger: Log, more: (errors: readonly FieldError[]) => object = () => ({})) =>
  (error: unknown, failed: Failed): Failure => {
    const problem = problemOf(error)
    if (problem === null || problem.status === 503) logger.error({ err: error, ...failed }, 'a request failed')
    const { status, errors, retryAfter } =
      problem ?? one(500, 'base', `The server failed; its log says why under ${failed.requestId}.`)
    const body = { message: messages[status] ?? 'The request was refused.', errors, ...more(errors) }
    // Whoever is told to wait is told how long; most limits count by the minute.
    return { status, retryAfter: retryAfter ?? (status === 429 ? 60 : null), body }
  }

/** Answers errors of the routes before it; see `failureOf`. */
export const errorHandler = (logger: Log): ErrorRequestHandler => {
  const answerTo = failureOf(logger)
  return (error: unknown, request, response, next) => {
    const { method, path } = request
    const { status, retryAfter, body } = answerTo(error, { requestId: requestIdOf(response), method, path })
    if (response.headersSent) return next(error)
    if (retryAfter !== null && (status !== 429 || !response.hasHeader('retry-after')))
      response.set('retry-after', String(retryAfter))
    response.status(status).json(body)
  }
}

const one = (status: number, name: string, reason: string): Problem => ({ status, errors: [{ name, reason }] })

/** Errors of Express and its body parsers carry a status of their own; their texts may quote the input and are not passed on. */
const bodyProblem = (error: unknown): Problem | null => {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null
  const { status } = error
  if (status < 400 || status > 499) return null
  const type = 'type' in error && typeof error.type === 'string' ? error.type : ''
  if (type === 'entity.too.large') return one(413, 'base', tooLarge(error))
  return one(status, 'base', bodyReasons[type] ?? 'The request cannot be read.')
}

/** The body parsers say what they take, and what was announced where it was. */
const tooLarge = (error: Error): string => {
  const { limit, length } = error as Readonly<{ limit?: unknown; length?: unknown }>
  const most = typeof limit === 'number' ? `the ${String(limit)} bytes that are taken here` : 'this server takes'
  return `The body is larger than ${most}${typeof length === 'number' ? `: it has ${String(length)}` : ''}.`
}

const bodyReasons: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is no well-formed JSON.',
  'encoding.unsupported': 'The body is encoded in a way that this server does not know.',
  'charset.unsupported': 'The body is in a character set that this server does not know.',
  'request.aborted': 'The request ended before its body did.',
  'request.size.invalid': 'The body is not as long as its header says.',
}

const messages: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Authentication required',
  403: 'Forbidden',
  404: 'Resource not found',
  409: 'Conflict',
  410: 'Resource gone',
  413: 'Request too large',
  415: 'Unsupported media type',
  422: 'Validation failed',
  429: 'Too many requests',
  500: 'Internal server error',
  503: 'Service unavailable',
}
