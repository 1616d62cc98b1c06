/**
 * Why Apple's service does not answer with what was asked for, as a closed list:
 * - `token-refused`: the server token is expired, revoked or replaced, or this server's clock is wrong.
 * - `session-ended`: a new session is needed; never seen outside of the client.
 * - `terms-not-signed`: an administrator of the organisation must accept Apple's new terms first.
 * - `access-denied`: the organisation may not make this call.
 * - `cursor-…`: the page cannot be had; what follows from each is in their names.
 * - `not-found`: no such profile, device or address.
 * - `beta-program-off`: the organisation does not take part in Apple's beta programme.
 * - `profile-refused`: the profile of Setup Assistant breaks one of Apple's rules; `word` names it.
 * - `request-refused`: Apple finds another fault with what was asked; `word` names it, if Apple did.
 * - `throttled`, `failing`, `unreachable`: asking later may do.
 * - `unintelligible`: the answer is none of this protocol, such as a proxy's page.
 */
export type AdeRefusalCode = (typeof adeRefusalCodes)[number]

/** All of them. */
export const adeRefusalCodes = [
  ...(['token-refused', 'session-ended', 'terms-not-signed', 'access-denied'] as const),
  ...(['cursor-required', 'cursor-invalid', 'cursor-expired', 'cursor-exhausted'] as const),
  ...(['not-found', 'beta-program-off', 'profile-refused', 'request-refused'] as const),
  ...(['throttled', 'failing', 'unreachable', 'unintelligible'] as const),
] as const

/** `status`: null when there was no answer. `word`: Apple's, such as `T_C_NOT_SIGNED`. `retryAfterMs`: when Apple says how long to wait. */
export type AdeRefusal = Readonly<{
  code: AdeRefusalCode
  status: number | null
  word: string | null
  retryAfterMs: number | null
  message: string
}>

export type AdeErrorAnswer = Readonly<{ status: number; body: string; retryAfter: string | null; now: Date }>

/** Reads an answer that is no success. `call` is the path, for people. */
export const readRefusal = (call: string, { status, body, retryAfter, now }: AdeErrorAnswer): AdeRefusal => {
  const word = wordIn(body)
  const code = (word === null ? undefined : codeOfWord(word)) ?? codeOfStatus(status, body)
  const said = word ?? `status ${String(status)}`
  return {
    ...{ code, status, word },
    retryAfterMs: retryAfter === null ? null : waitOf(retryAfter, now),
    message: `${explained[code]} Apple answered ${call} with ${said}.`,
  }
}

/** There was no answer, or none that is whole; `reason` is half a sentence. */
export const noAnswer = (call: string, reason: string): AdeRefusal => ({
  ...{ code: 'unreachable', status: null, word: null, retryAfterMs: null },
  message: `${explained.unreachable} Of ${call}: ${reason}.`,
})

/** The answer was a success, and not what the protocol says. */
export const unintelligible = (call: string, status: number, problem: string): AdeRefusal => ({
  ...{ code: 'unintelligible', status, word: null, retryAfterMs: null },
  message: `Apple's answer to ${call} makes no sense. ${problem}`,
})

/** Apple has asked for patience, and is not asked again before. */
export const stillThrottled = (waitMs: number): AdeRefusal => ({
  ...{ code: 'throttled', status: null, word: null, retryAfterMs: waitMs },
  message: `Apple asked to come again later: not before ${String(Math.ceil(waitMs / 1000))} s from now.`,
})

/** Longer waits than a day are asked again after a day: no header may put a token to sleep for ever. */
const longestWaitMs = 24 * 3600_000

/** https://www.rfc-editor.org/rfc/rfc9110#field.retry-after: seconds, or a date. */
const waitOf = (retryAfter: string, now: Date): number | null => {
  const ms = /^\s*\d{1,9}\s*$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now.getTime()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1000), longestWaitMs) : null
}

/** Bodies are plain text, bare or in quotation marks, or JSON that holds the word somewhere; the word is the one thing that counts. */
const wordIn = (body: string): string | null => {
  const start = body.slice(0, 2000)
  const known = [...words.keys()].find((word) => new RegExp(`(?<![A-Za-z_])${word}(?![A-Za-z_])`, 'i').test(start))
  if (known !== undefined) return known
  return /^\s*"?([A-Z][A-Z_]{2,63})"?\s*$/.exec(start)?.[1] ?? null
}

const codeOfWord = (word: string): AdeRefusalCode | undefined => words.get(word)

const codeOfStatus = (status: number, body: string): AdeRefusalCode => {
  if (status === 401) return 'session-ended'
  if (status === 429 || status === 503) return 'throttled'
  if (status >= 500) return 'failing'
  if (/^\s*</.test(body)) return 'unintelligible'
  if (status === 403) return 'access-denied'
  if (status === 404) return 'not-found'
  return status >= 400 ? 'request-refused' : 'unintelligible'
}

const words: ReadonlyMap<string, AdeRefusalCode> = new Map<string, AdeRefusalCode>([
  ...(['UNAUTHORIZED', 'FORBIDDEN'] as const).map((word) => [word, 'session-ended'] as const),
  ...(
    ['token_rejected', 'token_expired', 'signature_invalid', 'nonce_used', 'timestamp_refused', 'consumer_key_unknown'] as const
  ).map((word) => [word, 'token-refused'] as const),
  ['T_C_NOT_SIGNED', 'terms-not-signed'],
  ['ACCESS_DENIED', 'access-denied'],
  ['CURSOR_REQUIRED', 'cursor-required'],
  ['INVALID_CURSOR', 'cursor-invalid'],
  ['EXPIRED_CURSOR', 'cursor-expired'],
  ['EXHAUSTED_CURSOR', 'cursor-exhausted'],
  ...(['DEVICE_NOT_FOUND', 'NOT_FOUND'] as const).map((word) => [word, 'not-found'] as const),
  ['APPLE_SEED_FOR_IT_TURNED_OFF', 'beta-program-off'],
  ...(['CONFIG_URL_REQUIRED', 'CONFIG_URL_INVALID', 'CONFIG_NAME_REQUIRED', 'CONFIG_NAME_INVALID', 'FLAGS_INVALID'] as const).map(
    (word) => [word, 'profile-refused'] as const,
  ),
  ...(['DEPARTMENT_INVALID', 'SUPPORT_PHONE_INVALID', 'SUPPORT_EMAIL_INVALID', 'MAGIC_INVALID', 'LOCALE_INVALID'] as const).map(
    (word) => [word, 'profile-refused'] as const,
  ),
  ...(['MALFORMED_REQUEST_BODY', 'DEVICE_ID_REQUIRED', 'PROFILE_UUID_REQUIRED'] as const).map(
    (word) => [word, 'request-refused'] as const,
  ),
  ...(['USER_AGENT_MISSING', 'USER_AGENT_INVALID'] as const).map((word) => [word, 'request-refused'] as const),
  ...(['MDM_SERVICE_DISCOVERY_URL_REQUIRED', 'MDM_SERVICE_DISCOVERY_URL_NOT_VALID'] as const).map(
    (word) => [word, 'request-refused'] as const,
  ),
])

const explained: Readonly<Record<AdeRefusalCode, string>> = {
  'token-refused': "Apple does not take the server token: it is expired, revoked or replaced, or this server's clock is wrong.",
  'session-ended': 'The session with Apple has ended.',
  'terms-not-signed': "Apple's new terms are not accepted: an administrator of the organisation must sign in and accept them.",
  'access-denied': 'Apple does not let this organisation make the call.',
  'cursor-required': 'Apple wants a cursor.',
  'cursor-invalid': 'Apple does not know the cursor: all devices must be fetched anew.',
  'cursor-expired': 'The cursor is too old for Apple: all devices must be fetched anew.',
  'cursor-exhausted': 'All devices have been fetched with this cursor.',
  'not-found': 'Apple does not know what was asked for.',
  'beta-program-off': "The organisation does not take part in Apple's beta programme.",
  'profile-refused': 'Apple refuses the profile of Setup Assistant.',
  'request-refused': 'Apple finds fault with the request.',
  throttled: 'Apple asks to come again later.',
  failing: "Apple's service fails.",
  unreachable: "Apple's service cannot be reached.",
  unintelligible: 'The answer does not come from the service of Apple that was asked.',
}
