import type { KeyObject } from 'node:crypto'
import { sign } from 'node:crypto'

/** A signed JSON Web Token (RFC 7519, compact) with RS256. `claims` are written as they are; times are in seconds since 1970. */
export const signJwt = (claims: Readonly<Record<string, string | number>>, rsaKey: KeyObject): string => {
  if (rsaKey.asymmetricKeyType !== 'rsa') throw new Error('RS256 needs an RSA key.')
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), rsaKey).toString('base64url')}`
}

const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
