import type { FieldProblem } from './api-error.ts'
import { ApiError } from './api-error.ts'

/** A call that got no answer at all, or none that could be taken. */
export const noAnswer = (base: string, cause: unknown): ApiError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reason = reasons[code] ?? (cause instanceof Error ? cause.message || code : String(cause))
  return new ApiError(0, `${base} gave no answer: ${reason}.`, { cause })
}

const untrusted = 'its certificate is not trusted; name its authority with --ca or MUSTER_CA'

/** What people can make sense of; the rest says what Node says. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  ECONNRESET: 'the connection broke',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
}

/** The JSON of an answer. Throws `ApiError` with status 0. */
export const jsonOf = (content: Buffer): unknown => {
  try {
    return JSON.parse(content.toString('utf8'))
  } catch (cause) {
    throw new ApiError(0, 'The answer is no JSON; is this the URL of a Muster server?', { cause })
  }
}

/** What the server said no with. */
export const refusal = (status: number, content: Buffer): ApiError => {
  const { message, errors } = problemIn(content)
  const reasons = errors.map(({ reason }) => reason).filter((reason) => reason !== '')
  const told = reasons.length > 0 ? reasons.join(' ') : (message ?? `The server answered with status ${String(status)}.`)
  return new ApiError(status, told, { errors })
}

/** What a refusal says, if it is of this API; a proxy in between may say anything. */
const problemIn = (content: Buffer): Readonly<{ message: string | null; errors: readonly FieldProblem[] }> => {
  const body = objectOf(content)
  const errors = Array.isArray(body['errors']) ? (body['errors'] as readonly unknown[]) : []
  return {
    message: typeof body['message'] === 'string' ? body['message'] : null,
    errors: errors.flatMap((error) => {
      if (typeof error !== 'object' || error === null || !('reason' in error) || typeof error.reason !== 'string') return []
      return [{ name: 'name' in error && typeof error.name === 'string' ? error.name : 'base', reason: error.reason }]
    }),
  }
}

const objectOf = (content: Buffer): Readonly<Record<string, unknown>> => {
  try {
    const body: unknown = JSON.parse(content.toString('utf8'))
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
