import { ParseError } from '../../kernel/parse-error.ts'
import type { OauthCredentials } from '../../protocols/ade/oauth.ts'
import { isSameSignature, oauthSignature, readOauth } from '../../protocols/ade/oauth.ts'

/** A server token as the service knows it. */
export type KnownToken = OauthCredentials & { readonly expiresAt: Date; readonly server: string; revoked: boolean }

export type Refused = Readonly<{ status: number; word: string }>

/** Clocks may differ by so much. */
const mostSkewMs = 5 * 60_000

/** Checks the signature of a request for a session as RFC 5849 demands; `nonces` are those that were used. */
export const checkOauth = (
  header: string | undefined,
  request: Readonly<{ url: string; now: Date; tokens: ReadonlyMap<string, KnownToken>; nonces: Set<string> }>,
): KnownToken | Refused => {
  const parameters = parametersOf(header)
  if (parameters === null) return { status: 400, word: 'BAD_REQUEST' }
  const { oauth_signature: signature = '', ...signed } = parameters
  const { oauth_consumer_key: consumerKey = '', oauth_token: accessToken, oauth_timestamp: timestamp = '' } = signed
  const { oauth_nonce: nonce = '', oauth_signature_method: method, oauth_version: version = '1.0' } = signed
  if (signature === '' || nonce === '' || method !== 'HMAC-SHA1' || version !== '1.0' || !/^\d{1,12}$/.test(timestamp))
    return { status: 400, word: 'BAD_REQUEST' }
  const token = request.tokens.get(consumerKey)
  if (token === undefined || token.accessToken !== accessToken || token.revoked) return { status: 401, word: 'token_rejected' }
  if (token.expiresAt <= request.now) return { status: 401, word: 'token_expired' }
  if (Math.abs(Number(timestamp) * 1000 - request.now.getTime()) > mostSkewMs) return { status: 401, word: 'timestamp_refused' }
  const wanted = { method: 'GET', url: request.url, parameters: signed }
  if (!isSameSignature(oauthSignature(wanted, token.consumerSecret, token.accessSecret), signature))
    return { status: 401, word: 'signature_invalid' }
  const once = `${consumerKey} ${timestamp} ${nonce}`
  if (request.nonces.has(once)) return { status: 401, word: 'nonce_used' }
  request.nonces.add(once)
  return token
}

const parametersOf = (header: string | undefined): Readonly<Record<string, string>> | null => {
  try {
    return readOauth(header ?? '')
  } catch (error) {
    if (error instanceof ParseError) return null
    throw error
  }
}
