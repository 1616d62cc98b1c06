import assert from 'node:assert/strict'
import type { ProviderSettings } from '../../../../src/api/admin/sign-in/identity-provider.ts'
import { identityProviderOf, openIdProvider } from '../../../../src/api/admin/sign-in/identity-provider.ts'
import { readConfig } from '../../../../src/config.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { eventually } from '../../../support/eventually.ts'
import type { OidcIssuer, SigningIn } from '../../../support/oidc-issuer.ts'
import { startOidcIssuer } from '../../../support/oidc-issuer.ts'

const redirectUri = 'https://mdm.example.com/api/v1/fleet/sso/callback'

type Browser = Readonly<{ location: string; cookie: string; setCookie: string; status: number }>

describe('signing in at an identity provider', function () {
  this.timeout(30_000)
  let issuer: OidcIssuer
  let api: AdminApi

  const start = async (more: Partial<ProviderSettings> = {}): Promise<AdminApi> => {
    const { clientId, clientSecret } = issuer
    const common = { issuer: issuer.issuer, clientId, clientSecret, redirectUri, domains: [], createsUsers: false }
    return startAdminApi(undefined, { identityProvider: openIdProvider({ ...common, clock: () => new Date(), ...more }) })
  }

  before(async () => {
    issuer = await startOidcIssuer()
  })
  after(() => issuer.stop())
  beforeEach(async () => {
    api = await start()
    await create('Grace@example.com', { sso_enabled: true })
  })
  afterEach(() => api.stop())

  const create = (email: string, more: object) =>
    api.call('POST /users', { json: { name: 'Grace', email, global_role: 'maintainer', ...more } })

  /** As a browser that shows its cookie and does not follow by itself. */
  const browse = async (path: string, cookie = ''): Promise<Browser & Readonly<{ text: string }>> => {
    const response = await fetch(`${api.url}${path}`, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } })
    const setCookie = response.headers.get('set-cookie') ?? ''
    const { status } = response
    const pair = setCookie.split(';')[0] ?? ''
    return { status, location: response.headers.get('location') ?? '', cookie: pair, setCookie, text: await response.text() }
  }
  const begin = () => browse('/api/v1/fleet/sso/start')
  const comeBack = (back: URL, cookie: string) => browse(`${back.pathname}${back.search}`, cookie)
  const through = async (as: SigningIn = {}) => {
    const begun = await begin()
    return comeBack(issuer.signIn(begun.location, as), begun.cookie)
  }

  const sessionIn = (setCookie: string): string => /__Host-muster=muster_session_[\w-]{43}/.exec(setCookie)?.[0] ?? ''

  it('leads there and back to the console, with a session', async () => {
    const begun = await begin()
    assert.equal(begun.status, 303)
    assert.match(begun.setCookie, /^__Host-muster-sso=[\w-]{43}; Max-Age=600; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/)
    const asked = new URL(begun.location).searchParams
    assert.deepEqual(
      ['response_type', 'client_id', 'redirect_uri', 'code_challenge_method', 'scope'].map((name) => asked.get(name)),
      ['code', 'muster', redirectUri, 'S256', 'openid email profile'],
    )
    const { status, location, setCookie, text } = await comeBack(issuer.signIn(begun.location), begun.cookie)
    assert.deepEqual([status, location], [303, '/'], text)
    assert.match(setCookie, /__Host-muster=.*SameSite=Strict/)
    const me = await api.call('GET /me', { token: null, headers: { cookie: sessionIn(setCookie) } })
    assert.deepEqual([me.status, me.body.user.email, typeof me.body.csrf_token], [200, 'Grace@example.com', 'string'])
    assert.deepEqual(issuer.complaints, [])
    await api.app.caughtUp({ position: await api.app.log.head() })
    const { activities } = (await api.call('GET /activities?per_page=1')).body
    assert.deepEqual([activities[0].type, activities[0].details.by], ['user_logged_in', 'sso'])
  })

  const refused: readonly (readonly [string, SigningIn, RegExp])[] = [
    ['of another sign-in (its nonce)', { nonce: 'another' }, /not valid for this sign-in/],
    ['for another client', { audience: 'another' }, /not valid for this sign-in/],
    ['of another issuer', { issuer: 'https://evil.example' }, /not valid for this sign-in/],
    ['that has ended', { expiresIn: -60 }, /not valid for this sign-in/],
    ['that somebody else signed', { forged: true }, /not valid for this sign-in/],
    ['of somebody who is no user', { claims: { email: 'nobody@example.com' } }, /no user of this server/],
    ['without an address', { claims: { email: undefined } }, /did not tell an e-mail address/],
    ['with an address that is none', { claims: { email: 'a b@c@d' } }, /did not tell an e-mail address/],
    ['with an address that may be anybody’s', { claims: { email_verified: false } }, /has not verified/],
  ]
  for (const [what, as, reason] of refused)
    it(`ends at a token ${what}`, async () => {
      const { status, setCookie, text } = await through(as)
      assert.deepEqual([status, sessionIn(setCookie)], [403, ''])
      assert.match(text, reason)
    })

  it('leaves a trace when it is refused: by which way, whence, and who was meant [case I4]', async () => {
    const { id } = (await create('off@example.com', { sso_enabled: true })).body.user
    await api.call(`PATCH /users/${String(id)}`, { json: { disabled: true } })
    assert.equal((await through({ claims: { email: 'off@example.com' } })).status, 403)
    const traces = async () => {
      const { activities } = (await api.call('GET /activities?activity_type=user_failed_login')).body
      return activities.map(
        ({ event, details: { by, user_id } }: { event: string; details: object & Record<string, unknown> }) => [
          ...[event, by, user_id],
        ],
      )
    }
    await eventually('it is told', async () => (await traces()).length > 0)
    assert.deepEqual(await traces(), [['SignInRefused', 'sso', id]])
    assert.ok(api.lines.some(({ message }) => message === 'a sign-in was refused'))
  })

  it('leaves a trace without a name when nobody is meant, once a minute for each address [case I4]', async () => {
    for (const as of [{ claims: { email: 'nobody@example.com' } }, { forged: true }])
      assert.equal((await through(as)).status, 403)
    const traces = async () => (await api.call('GET /activities?activity_type=user_failed_login')).body.activities
    await eventually('it is told', async () => (await traces()).length > 0)
    const [first, ...others] = await traces()
    assert.deepEqual([first.details.by, first.details.user_id, others], ['sso', null, []])
    assert.doesNotMatch(JSON.stringify(first), /nobody@example/)
  })

  it('asks the provider for the address when the token does not tell it', async () => {
    const claims = { email: undefined, email_verified: undefined }
    assert.equal((await through({ claims, userInfo: { email: 'grace@example.com' } })).status, 303)
    const unverified = await through({ claims, userInfo: { email: 'grace@example.com', email_verified: false } })
    assert.match(unverified.text, /has not verified/)
    const other = await through({ claims, userInfo: { sub: 'user-2', email: 'grace@example.com' } })
    assert.match(other.text, /not valid for this sign-in/)
  })

  it('ends for a user with a password, and for one who is shut out', async () => {
    await create('password@example.com', { password: 'correct horse battery' })
    const { id } = (await create('off@example.com', { sso_enabled: true })).body.user
    await api.call(`PATCH /users/${String(id)}`, { json: { disabled: true } })
    for (const email of ['password@example.com', 'off@example.com'])
      assert.match((await through({ claims: { email } })).text, /no user of this server/)
  })

  it('works once: whoever repeats the way back gets nothing', async () => {
    const begun = await begin()
    const back = issuer.signIn(begun.location)
    assert.equal((await comeBack(back, begun.cookie)).status, 303)
    const again = await comeBack(back, begun.cookie)
    assert.deepEqual([again.status, sessionIn(again.setCookie)], [403, ''])
    assert.match(again.text, /ended already/)
    const fresh = issuer.signIn(begun.location)
    assert.match((await comeBack(fresh, begun.cookie)).text, /ended already/, 'a fresh code does not help')
  })

  it('works in the browser that began it alone', async () => {
    const [victim, attacker] = [await begin(), await begin()]
    const back = issuer.signIn(attacker.location)
    for (const cookie of ['', victim.cookie, '__Host-muster-sso=guess']) {
      const { status, setCookie } = await comeBack(back, cookie)
      assert.deepEqual([status, sessionIn(setCookie)], [403, ''])
    }
    const forged = issuer.signIn(victim.location)
    forged.searchParams.set('state', 'another')
    assert.equal((await comeBack(forged, victim.cookie)).status, 403)
  })

  it('ends when it takes longer than ten minutes', async () => {
    const begun = await begin()
    api.advance(10 * 60_000)
    assert.match((await comeBack(issuer.signIn(begun.location), begun.cookie)).text, /ended already/)
  })

  it('ends when the provider says no, or names another issuer in its answer', async () => {
    const begun = await begin()
    const denied = issuer.signIn(begun.location)
    denied.searchParams.delete('code')
    denied.searchParams.set('error', 'access_denied')
    assert.match((await comeBack(denied, begun.cookie)).text, /did not let you in/)
    const other = await begin()
    const mixedUp = issuer.signIn(other.location)
    mixedUp.searchParams.set('iss', 'https://evil.example')
    assert.match((await comeBack(mixedUp, other.cookie)).text, /not valid for this sign-in/)
    const wrongCode = await begin()
    const invented = issuer.signIn(wrongCode.location)
    invented.searchParams.set('code', 'invented')
    assert.match((await comeBack(invented, wrongCode.cookie)).text, /does not take the code/)
  })

  it('is for the domains of the organization, if they are named', async () => {
    await api.stop()
    api = await start({ domains: ['example.com'] })
    await create('grace@example.com', { sso_enabled: true })
    await create('grace@example.com.evil.example', { sso_enabled: true })
    assert.equal((await through({ claims: { email: 'Grace@EXAMPLE.com' } })).status, 303)
    assert.match((await through({ claims: { email: 'grace@example.com.evil.example' } })).text, /does not belong/)
  })

  it('makes observers of people whom nobody created, if the configuration wants it', async () => {
    await api.stop()
    api = await start({ domains: ['example.com'], createsUsers: true })
    const { status, setCookie } = await through({ claims: { email: 'new@example.com', name: 'New' } })
    assert.equal(status, 303)
    const me = await api.call('GET /me', { token: null, headers: { cookie: sessionIn(setCookie) } })
    assert.deepEqual([me.body.user.name, me.body.user.global_role, me.body.user.sso_enabled], ['New', 'observer', true])
    assert.equal((await through({ claims: { email: 'new@elsewhere.example' } })).status, 403)
    assert.equal((await through({ claims: { email: 'new@example.com' } })).status, 303, 'the next time they are known')
    assert.equal((await api.call('GET /users')).body.users.length, 1)
  })

  it('says so when the provider cannot be reached', async () => {
    await api.stop()
    api = await start({ issuer: 'http://127.0.0.1:9' })
    const { status, text } = await begin()
    assert.equal(status, 503)
    assert.match(text, /cannot be reached/)
  })

  it('is not begun without end from one address', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 101; index++) statuses.push((await begin()).status)
    assert.deepEqual([statuses.indexOf(429), new Set(statuses.slice(0, 100)).size], [100, 1])
  })

  it('is configured whole or not at all, over TLS or on this machine, and creates users of named domains alone', () => {
    const whole = { MUSTER_OIDC_ISSUER: 'https://id.example.com', MUSTER_OIDC_CLIENT_ID: 'a', MUSTER_OIDC_CLIENT_SECRET: 'b' }
    const { MUSTER_OIDC_CLIENT_SECRET: _, ...half } = whole
    assert.throws(() => readConfig(half), /^ConfigError: MUSTER_OIDC_ISSUER: must be set together/)
    for (const issuer of ['http://id.example.com', 'http://localhost.evil.example', 'ftp://id.example.com', 'nothing'])
      assert.throws(() => readConfig({ ...whole, MUSTER_OIDC_ISSUER: issuer }), /^ConfigError: MUSTER_OIDC_ISSUER: must be a URL/)
    for (const issuer of ['http://localhost', 'http://127.0.0.1:8080/realm', 'http://[::1]:80'])
      assert.equal(readConfig({ ...whole, MUSTER_OIDC_ISSUER: issuer }).MUSTER_OIDC_ISSUER, issuer)
    assert.throws(() => readConfig({ ...whole, MUSTER_OIDC_CREATE_USERS: 'on' }), /^ConfigError: MUSTER_OIDC_DOMAINS: must name/)
    const domains = { MUSTER_OIDC_DOMAINS: 'example.com, Example.ORG', MUSTER_OIDC_CREATE_USERS: 'on' }
    const provider = identityProviderOf(readConfig({ ...whole, ...domains }), 'https://mdm.example.com', () => new Date())
    assert.deepEqual(
      ['a@example.org', 'a@EXAMPLE.com', 'a@sub.example.com'].map((email) => provider?.isOfUs(email)),
      [true, true, false],
    )
    assert.equal(
      identityProviderOf(readConfig({}), 'https://mdm.example.com', () => new Date()),
      null,
    )
  })

  it('does not exist where it is not set up', async () => {
    await api.stop()
    api = await startAdminApi()
    for (const path of ['/api/v1/fleet/sso/start', '/api/latest/fleet/sso/callback?code=1&state=2'])
      assert.equal((await browse(path)).status, 404)
  })
})
