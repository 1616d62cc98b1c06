import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the person at the provider is, and what of the answer is not as it should be. */
export type SigningIn = Readonly<{
  claims?: Readonly<Record<string, unknown>>
  issuer?: string
  audience?: string
  nonce?: string
  /** Seconds from now until the token ends. */
  expiresIn?: number
  /** What the provider tells when it is asked for more than the token holds. */
  userInfo?: Readonly<Record<string, unknown>>
  /** Signed with a key that the issuer does not publish. */
  forged?: boolean
}>

/** An OpenID provider over HTTP on 127.0.0.1 that checks what a provider checks: client, code, redirect URI and PKCE. */
export type OidcIssuer = Readonly<{
  issuer: string
  clientId: string
  clientSecret: string
  /** Signs a person in at the page that `authorizationUrl` names. Answers the URL that the browser is sent back to. */
  signIn: (authorizationUrl: string, as?: SigningIn) => URL
  /** What was wrong in requests to the token endpoint. */
  complaints: readonly string[]
  stop: () => Promise<void>
}>

type Grant = Readonly<{ parameters: URLSearchParams; as: SigningIn }>

export const startOidcIssuer = async (): Promise<OidcIssuer> => {
  const [clientId, clientSecret] = ['muster', 'client secret/+%']
  const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' }
  const grants = new Map<string, Grant>()
  const userInfos = new Map<string, object>()
  const complaints: string[] = []
  const at = { issuer: '' }

  const idToken = ({ parameters, as }: Grant): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', ...as.claims }
    return new SignJWT({ ...claims, nonce: as.nonce ?? parameters.get('nonce') })
      .setProtectedHeader({ alg: 'RS256', kid: 'own' })
      .setIssuer(as.issuer ?? at.issuer)
      .setSubject('user-1')
      .setAudience(as.audience ?? clientId)
      .setIssuedAt(Math.min(now, now + (as.expiresIn ?? 300) - 300))
      .setExpirationTime(now + (as.expiresIn ?? 300))
      .sign((as.forged === true ? foreign : own).privateKey)
  }

  const tokens = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const grant = grants.get(form.get('code') ?? '')
    grants.delete(form.get('code') ?? '')
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
    const told = basic.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
    const fromForm = [form.get('client_id'), form.get('client_secret')]
    const isClient = [told, fromForm].some(([id, secret]) => id === clientId && secret === clientSecret)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const wrong = [
      ...(isClient ? [] : ['client']),
      ...(grant === undefined ? ['code'] : []),
      ...(grant?.parameters.get('code_challenge') === challenge ? [] : ['code_verifier']),
      ...(grant?.parameters.get('redirect_uri') === form.get('redirect_uri') ? [] : ['redirect_uri']),
    ]
    complaints.push(...wrong)
    if (grant === undefined || wrong.length > 0) return [400, { error: 'invalid_grant' }]
    const accessToken = randomUUID()
    userInfos.set(accessToken, { sub: 'user-1', ...grant.as.userInfo })
    return [200, { access_token: accessToken, token_type: 'Bearer', expires_in: 300, id_token: await idToken(grant) }]
  }

  const answers: Readonly<Record<string, (request: IncomingMessage) => Promise<readonly [number, object]>>> = {
    '/.well-known/openid-configuration': () =>
      Promise.resolve([
        200,
        {
          ...{ issuer: at.issuer, authorization_endpoint: `${at.issuer}/authorize`, token_endpoint: `${at.issuer}/token` },
          ...{
            jwks_uri: `${at.issuer}/jwks`,
            userinfo_endpoint: `${at.issuer}/userinfo`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
          },
          ...{ id_token_signing_alg_values_supported: ['RS256'], code_challenge_methods_supported: ['S256'] },
          authorization_response_iss_parameter_supported: true,
        },
      ]),
    '/jwks': () => Promise.resolve([200, { keys: [jwk] }]),
    '/token': tokens,
    '/userinfo': ({ headers }) =>
      Promise.resolve([200, userInfos.get((headers.authorization ?? '').replace('Bearer ', '')) ?? {}]),
  }

  const web = createServer((request, response) => {
    const answer = answers[request.url ?? ''] ?? (() => Promise.resolve([404, {}] as const))
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  at.issuer = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`

  return {
    ...{ issuer: at.issuer, clientId, clientSecret, complaints },
    signIn: (authorizationUrl, as = {}) => {
      const parameters = new URL(authorizationUrl).searchParams
      const code = randomUUID()
      grants.set(code, { parameters, as })
      const back = new URL(parameters.get('redirect_uri') ?? '')
      for (const [name, value] of [
        ['code', code],
        ['state', parameters.get('state') ?? ''],
        ['iss', at.issuer],
      ] as const)
        back.searchParams.set(name, value)
      return back
    },
    stop: async () => {
      web.closeAllConnections()
      web.close()
      await once(web, 'close')
    },
  }
}
