import { LogUnavailable, UnreadableEvent } from '../../app/ports.ts'
import type { App } from '../../app/app.ts'
import type { RejectionCode } from '../../domain/rejections.ts'
import type { DeviceRefused } from '../../domain/server/events.ts'
import { security } from '../../domain/server/security.ts'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { BodyRefused } from '../bodies.ts'
import { CertificateRefused } from './device-certificate.ts'

/** What a device is told when a rule says no. Never 401: it would take that as the end of its enrollment. */
const statusOf: Record<RejectionCode, 400 | 404 | 409> = {
  'not-found': 404,
  'already-exists': 400,
  'name-taken': 400,
  'name-reserved': 400,
  'not-enrolled': 400,
  'identity-conflict': 400,
  'certificate-in-use': 400,
  'certificate-not-associated': 400,
  'certificate-revoked': 400,
  'command-not-waiting': 400,
  'command-sent': 400,
  'already-locked': 400,
  'already-unlocked': 400,
  'already-wiped': 400,
  'not-supported': 400,
  'still-in-progress': 400,
  'still-enrolled': 400,
  forgotten: 400,
  'topic-changed': 400,
  'sent-away': 400,
  'last-admin': 400,
}

/** The HTTP status for whatever went wrong while a device was served. The message is for the log alone. */
export const deviceStatusOf = (error: unknown): number => {
  if (error instanceof CertificateRefused || error instanceof ParseError || error instanceof BodyRefused) return 400
  if (error instanceof Rejection) return statusOf[error.code as RejectionCode]
  // Whoever comes again finds the log, or a version that reads what this one cannot.
  return error instanceof LogUnavailable || error instanceof UnreadableEvent ? 503 : 500
}

type Why = DeviceRefused['data']['why']

const alarming: readonly string[] = [
  'certificate-in-use',
  'certificate-not-associated',
  'certificate-revoked',
  'identity-conflict',
] satisfies Why[]

/** How many refusals are recorded: so many per enrollment and minute, so many in all. An attacker must not fill the log. */
const perEnrollment = 1
const inAll = 60

/** Records refusals that an auditor wants to see, at a bounded rate. Never fails: the refusal itself stands. */
export const refusalRecorder = ({ execute, clock, logger }: Pick<App, 'execute' | 'clock' | 'logger'>) => {
  let minute = 0
  let counts = new Map<string, number>()

  const mayRecord = (enrollmentId: string): boolean => {
    const now = Math.floor(clock().getTime() / 60_000)
    if (now !== minute) {
      minute = now
      counts = new Map()
    }
    const one = counts.get(enrollmentId) ?? 0
    const all = counts.get('') ?? 0
    if (one >= perEnrollment || all >= inAll) return false
    counts.set(enrollmentId, one + 1).set('', all + 1)
    return true
  }

  return async (error: unknown, address: string, told: Told, cause: Cause): Promise<void> => {
    const why = whyOf(error)
    if (why === null || !mayRecord(told.enrollmentId)) return
    const { enrollmentId, messageType, certificate } = told
    try {
      const day = clock().toISOString().slice(0, 10)
      const data = { why, enrollmentId, certificate, messageType, address }
      await execute(security, day, { type: 'RecordRefusal', data }, cause)
    } catch (fault) {
      logger.warn({ err: fault, why, enrollmentId }, 'a refusal was not recorded')
    }
  }
}

/** What the refused message said of itself. */
export type Told = Readonly<{ enrollmentId: string; messageType: string; certificate: string | null }>

const whyOf = (error: unknown): Why | null => {
  if (error instanceof CertificateRefused) return error.why
  return error instanceof Rejection && alarming.includes(error.code) ? (error.code as Why) : null
}
