import type { JWTPayload } from 'jose'
import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import type { Clock } from '../../app/ports.ts'
import type { Config } from '../../config.ts'
import { storable } from '../../kernel/text.ts'

/** Whom a token of Microsoft Entra stands for. */
export type EntraUser = Readonly<{ userName: string; tenantId: string }>

/** Checks a token; throws `EntraRefused` with a sentence for people, and other errors when the keys of the tenant cannot be fetched. */
export type EntraTokens = (jwt: string) => Promise<EntraUser>

export class EntraRefused extends Error {
  override readonly name = 'EntraRefused'
}

export type EntraSettings = Readonly<{
  /** Ids of tenants that are let in. */
  tenants: readonly string[]
  /** Whom a token must be for: the server's URL, its host name or its application's id. */
  audiences: readonly string[]
  /** Where the keys are; `{tenant}` stands for the tenant's id. */
  jwksUrl: string
  clock: Clock
}>

/** As the configuration says; null: no tenant is let in. */
export const entraOf = (config: Config, publicUrl: string, clock: Clock): EntraTokens | null => {
  const { MUSTER_ENTRA_TENANTS: tenants, MUSTER_ENTRA_AUDIENCES: told, MUSTER_ENTRA_JWKS_URL: jwksUrl } = config
  const audiences = told ?? [publicUrl, `${publicUrl}/`, new URL(publicUrl).host]
  return tenants.length === 0 ? null : entraTokens({ tenants, audiences, jwksUrl, clock })
}

/** Clocks may differ by so much, seconds. */
const tolerance = 300
const longest = 16 * 1024

/**
 * The tokens that Windows brings along when an account of an organization joins a device.
 * https://learn.microsoft.com/windows/client-management/azure-active-directory-integration-with-mdm
 */
export const entraTokens = ({ tenants, audiences, jwksUrl, clock }: EntraSettings): EntraTokens => {
  const keys = new Map(
    tenants.map((tenant) => [
      tenant.toLowerCase(),
      createRemoteJWKSet(new URL(jwksUrl.replace('{tenant}', encodeURIComponent(tenant))), { timeoutDuration: 10_000 }),
    ]),
  )
  return async (jwt) => {
    const tenantId = tenantIn(jwt)
    const set = keys.get(tenantId)
    if (set === undefined) return refuse('The account belongs to another organization than this server.')
    const options = { algorithms: ['RS256'], audience: [...audiences], clockTolerance: tolerance, currentDate: clock() }
    const payload = await jwtVerify(jwt, set, options).then(
      (verified) => verified.payload,
      (error: unknown) => refuse(whyOf(error)),
    )
    if (payload.exp === undefined) refuse('The token has no end.')
    if (!textIn(payload, 'scp').split(' ').includes('mdm_delegation')) refuse('The token is not for enrolling a device.')
    const userName = textIn(payload, 'upn') || textIn(payload, 'preferred_username')
    return userName === '' ? refuse('The token names no user.') : { userName: storable(userName, 255), tenantId }
  }
}

const tenantIn = (jwt: string): string => {
  if (jwt.length > longest) return refuse('The token is longer than 16 KB.')
  try {
    return textIn(decodeJwt(jwt), 'tid').toLowerCase()
  } catch {
    return refuse('The token is no JWT.')
  }
}

/** Only what a token is at fault for: keys that cannot be fetched are another's. */
const whyOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'The token has ended.'
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'aud' ? 'The token is for another server.' : `The claim ${error.claim} of the token is wrong.`
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return 'The token is not signed by its tenant.'
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return 'The token cannot be read.'
  throw error
}

const textIn = (payload: JWTPayload, claim: string): string => {
  const value = payload[claim]
  return typeof value === 'string' ? value : ''
}

const refuse = (message: string): never => {
  throw new EntraRefused(message)
}
