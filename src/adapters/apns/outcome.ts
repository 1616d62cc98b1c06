import type { PushOutcome } from '../../app/ports.ts'

/** What the library says of a push that was not accepted. All of it is optional: a lost connection has neither status nor response. */
export type PushFailure = Readonly<{
  status?: unknown
  response?: Readonly<{ reason?: unknown; timestamp?: unknown }>
  error?: unknown
}>

/**
 * Sorts a failed push by Apple's status and reason, never by a library's wording
 * (https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns).
 * `now` (ms since 1970) stands in for the time of a 410 that names none.
 */
export const outcomeOf = ({ status, response, error }: PushFailure, now: number): PushOutcome => {
  const reason = reasonOf(status, response?.reason)
  if (typeof status !== 'number') return withoutStatus(error)
  if (status === 410) return { kind: 'unregistered', since: timeOf(response?.timestamp) ?? now }
  if (status === 403 || certificateReasons.has(reason)) return { kind: 'certificate-refused', reason }
  if (status === 400 && tokenReasons.has(reason)) return { kind: 'bad-token', reason }
  if (status === 408 || status === 429 || status >= 500) return { kind: 'try-later', reason }
  return { kind: 'refused', reason }
}

const certificateReasons: ReadonlySet<string> = new Set(['BadCertificate', 'BadCertificateEnvironment', 'TopicDisallowed'])

const tokenReasons: ReadonlySet<string> = new Set(['BadDeviceToken', 'DeviceTokenNotForTopic', 'MissingDeviceToken'])

/** Apple's reasons are short words; what is longer is not one, and goes to nobody's log. */
const reasonOf = (status: unknown, reason: unknown): string =>
  typeof reason === 'string' && /^[\w-]{1,64}$/.test(reason) ? reason : `status ${String(status)}`

const timeOf = (timestamp: unknown): number | undefined => {
  const time = Number(timestamp)
  return Number.isSafeInteger(time) && time > 0 ? time : undefined
}

/** No reply: the connection never came to be, broke, or stayed silent. Only a TLS alert about our certificate is more than weather. */
const withoutStatus = (error: unknown): PushOutcome => {
  const codes = causesOf(error).map(codeOf)
  const alert = codes.find((code) => /^ERR_SSL_.*ALERT_(?:.*CERTIFICATE|UNKNOWN_CA)/.test(code))
  if (alert !== undefined) return { kind: 'certificate-refused', reason: alert }
  return { kind: 'try-later', reason: codes.find((code) => code !== '') ?? 'connection lost or no reply' }
}

const causesOf = (error: unknown, depth = 0): readonly Error[] => {
  if (!(error instanceof Error) || depth > 5) return []
  const { cause } = error
  return [error, ...causesOf(typeof cause === 'function' ? (cause as () => unknown).call(error) : cause, depth + 1)]
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
