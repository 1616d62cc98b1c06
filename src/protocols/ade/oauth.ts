import { createHmac, timingSafeEqual } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'

/** What a request is signed with (RFC 5849): who the consumer is, and in whose name. */
export type OauthCredentials = Readonly<{
  consumerKey: string
  consumerSecret: string
  accessToken: string
  accessSecret: string
}>

export type OauthRequest = Readonly<{ method: string; url: string; parameters: Readonly<Record<string, string>> }>

/** The `Authorization` header of a request. `nonce` is never used twice; `timestamp` is in seconds since 1970. */
export const writeOauth = (
  { consumerKey, consumerSecret, accessToken, accessSecret }: OauthCredentials,
  request: Readonly<{ method: string; url: string; nonce: string; timestamp: number }>,
): string => {
  const parameters = {
    oauth_consumer_key: consumerKey,
    oauth_token: accessToken,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(request.timestamp),
    oauth_nonce: request.nonce,
    oauth_version: '1.0',
  }
  const signature = oauthSignature({ ...request, parameters }, consumerSecret, accessSecret)
  const fields = { ...parameters, oauth_signature: signature }
  return `OAuth realm="ADM", ${Object.entries(fields)
    .map(([name, value]) => `${name}="${percentEncode(value)}"`)
    .join(', ')}`
}

/** The signature of a request with HMAC-SHA1, in base64. `realm` and `oauth_signature` are not part of what is signed. */
export const oauthSignature = (request: OauthRequest, consumerSecret: string, tokenSecret: string): string =>
  createHmac('sha1', `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`)
    .update(oauthBaseString(request))
    .digest('base64')

/** RFC 5849 §3.4.1: method, address without its query, and all parameters in their order. A form's fields are given among `parameters`. */
export const oauthBaseString = ({ method, url, parameters }: OauthRequest): string => {
  const { protocol, host, pathname, searchParams } = new URL(url)
  const pairs = [...searchParams, ...Object.entries(parameters)]
    .filter(([name]) => name !== 'realm' && name !== 'oauth_signature')
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
  const normalized = pairs.map(([name, value]) => `${name}=${value}`).join('&')
  return [method.toUpperCase(), `${protocol}//${host}${pathname}`, normalized].map(percentEncode).join('&')
}

/** True when the two signatures are the same; tells nothing by the time that it takes. */
export const isSameSignature = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** The parameters of an `Authorization: OAuth …` header in any order, `realm` too. Throws `ParseError` (field `authorization`). */
export const readOauth = (header: string): Readonly<Record<string, string>> => {
  const fields = /^OAuth\s+(.{1,8000})$/i.exec(header)?.[1]
  if (fields === undefined) throw new ParseError('authorization', 'The request is not signed with OAuth.')
  const pairs = fields.split(',').map((field) => {
    const [, name, value] = /^\s*([a-z_]{1,64})="([^"]{0,1000})"\s*$/.exec(field) ?? []
    if (name === undefined || value === undefined) throw new ParseError('authorization', 'A parameter of OAuth is malformed.')
    return [name, decoded(value)] as const
  })
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length)
    throw new ParseError('authorization', 'A parameter of OAuth is there twice.')
  return Object.fromEntries(pairs)
}

/** RFC 3986's unreserved characters stay; all else of the UTF-8 is written with percent signs. */
export const percentEncode = (value: string): string =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

const decoded = (value: string): string => {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new ParseError('authorization', 'A parameter of OAuth is badly percent-encoded.')
  }
}

/** By bytes: what is percent-encoded is ASCII. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
