import type { Configuration, CustomFetch } from 'openid-client'
import * as openId from 'openid-client'
import type { Clock } from '../../../app/ports.ts'
import type { Config } from '../../../config.ts'

/** Whom the identity provider vouches for. */
export type Vouched = Readonly<{ email: string; name: string }>

/** What one sign-in is bound by; nobody but the browser that began it can repeat them. */
export type Bound = Readonly<{ state: string; nonce: string; codeVerifier: string }>

/** Where people sign in. Throws `SsoRefused`, and other errors when it cannot be reached. */
export type IdentityProvider = Readonly<{
  /** Where the browser goes to sign in. */
  begin: (bound: Bound) => Promise<URL>
  /** What the provider says of the one who came back with this query. */
  finish: (query: string, bound: Bound) => Promise<Vouched>
  /** True when users with this address may be let in. */
  isOfUs: (email: string) => boolean
  /** Whether somebody whom nobody created becomes an observer. */
  createsUsers: boolean
}>

/** The message is a sentence for people; `code` says more to an operator, where the protocol has a word. */
export class SsoRefused extends Error {
  override readonly name = 'SsoRefused'
  readonly code: string | null
  /** The user that was meant; null: none that there is. */
  readonly userId: string | null

  constructor(message: string, code: string | null = null, userId: string | null = null) {
    super(message)
    this.code = code
    this.userId = userId
  }
}

export type ProviderSettings = Readonly<{
  issuer: string
  clientId: string
  clientSecret: string
  /** Domains of e-mail addresses, lower case; none: any, of users that exist. */
  domains: readonly string[]
  createsUsers: boolean
  /** Where the provider sends people back to. */
  redirectUri: string
  clock: Clock
}>

/** As the configuration says; null: there is none. */
export const identityProviderOf = (config: Config, publicUrl: string, clock: Clock): IdentityProvider | null => {
  const { MUSTER_OIDC_ISSUER: issuer, MUSTER_OIDC_CLIENT_ID: clientId, MUSTER_OIDC_CLIENT_SECRET: clientSecret } = config
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null
  return openIdProvider({
    ...{ issuer, clientId, clientSecret, redirectUri: `${publicUrl}${callbackPath}`, clock },
    domains: config.MUSTER_OIDC_DOMAINS.map((domain) => domain.toLowerCase()),
    createsUsers: config.MUSTER_OIDC_CREATE_USERS,
  })
}

const callbackPath = '/api/v1/fleet/sso/callback'

/** What one answer of the provider may hold, bytes, and how long it may take, s. */
const largestAnswer = 1024 * 1024
const patience = 10
/** How long what the provider publishes of itself is believed, ms. */
const believedMs = 60 * 60_000

/** OpenID Connect, authorization code flow with PKCE. https://openid.net/specs/openid-connect-core-1_0.html */
export const openIdProvider = (settings: ProviderSettings): IdentityProvider => {
  const { issuer, clientId, clientSecret, redirectUri, domains, createsUsers, clock } = settings
  const found: { configuration: Configuration; at: number }[] = []

  const configuration = async (): Promise<Configuration> => {
    const now = clock().getTime()
    const [known] = found
    if (known !== undefined && now - known.at < believedMs) return known.configuration
    // It is marked as deprecated so that nobody uses it by mistake; a provider on this machine is one for trying things out.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const execute = [openId.enableNonRepudiationChecks, ...(isOnThisMachine(issuer) ? [openId.allowInsecureRequests] : [])]
    const options = { execute, timeout: patience, [openId.customFetch]: boundedFetch }
    const discovered = await openId.discovery(new URL(issuer), clientId, clientSecret, undefined, options)
    found.splice(0, 1, { configuration: discovered, at: now })
    return discovered
  }

  return {
    begin: async ({ state, nonce, codeVerifier }) =>
      openId.buildAuthorizationUrl(await configuration(), {
        ...{ redirect_uri: redirectUri, scope: 'openid email profile', state, nonce },
        ...{ code_challenge: await openId.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256' },
      }),

    finish: async (query, { state, nonce, codeVerifier }) => {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true }
      const url = new URL(redirectUri)
      url.search = query
      const known = await configuration()
      const tokens = await openId.authorizationCodeGrant(known, url, checks).catch(refuseBecause)
      const inToken: Claims = tokens.claims() ?? {}
      // Some providers say in the token no more than who it is.
      const asked = textIn(inToken, 'email') === '' && known.serverMetadata().userinfo_endpoint !== undefined
      const subject = textIn(inToken, 'sub')
      const said = asked ? await openId.fetchUserInfo(known, tokens.access_token, subject).catch(refuseBecause) : {}
      const claims: Claims = { ...said, ...inToken }
      const [email, name] = [textIn(claims, 'email'), textIn(claims, 'name')]
      if (!/^[^\s@]{1,128}@[^\s@]{1,126}$/.test(email)) return refuse('The identity provider did not tell an e-mail address.')
      if (claims['email_verified'] === false) return refuse('The identity provider has not verified the e-mail address.')
      return { email, name: name === '' ? email : name.slice(0, 255) }
    },

    isOfUs: (email) => domains.length === 0 || domains.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase()),
    createsUsers,
  }
}

/** Only there what is said may go in clear. */
const isOnThisMachine = (url: string): boolean =>
  new URL(url).protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

const boundedFetch: CustomFetch = async (url, options) => {
  const { body, signal, ...rest } = options
  const sent = { ...rest, redirect: 'manual', body: body ?? null, ...(signal !== undefined && { signal }) } as const
  const response = await fetch(url, sent)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > largestAnswer) throw new Error('The identity provider answered with more than 1 MiB.')
    chunks.push(chunk)
  }
  const { status, headers } = response
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers })
}

/** Only what the answer is at fault for: a provider that cannot be reached is another matter, and rises. */
const refuseBecause = (error: unknown): never => {
  if (error instanceof openId.AuthorizationResponseError) return refuse('The identity provider did not let you in.', error.error)
  if (error instanceof openId.ResponseBodyError)
    return refuse('The identity provider does not take the code of this sign-in.', error.error)
  if (error instanceof openId.ClientError && error.code !== undefined && refusals.has(error.code))
    return refuse('What the identity provider answered is not valid for this sign-in.', error.code)
  throw error
}

/** https://github.com/panva/openid-client: the codes of answers that were read and found wrong. */
const refusals: ReadonlySet<string> = new Set([
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_PARSE_ERROR',
  'OAUTH_UNSUPPORTED_OPERATION',
])

type Claims = Readonly<Record<string, unknown>>

const textIn = (claims: Claims, name: string): string => {
  const value = claims[name]
  return typeof value === 'string' ? value : ''
}

const refuse = (message: string, code: string | null = null): never => {
  throw new SsoRefused(message, code === null ? null : code.slice(0, 100))
}
