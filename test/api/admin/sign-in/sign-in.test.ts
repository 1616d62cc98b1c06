import assert from 'node:assert/strict'
import type { AdminApi, Answer, Call } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

const email = 'grace@example.com'
const password = 'correct horse battery'
const origin = 'https://mdm.example.com'
const hour = 3_600_000

const cookieIn = ({ headers }: Answer): string => headers.get('set-cookie') ?? ''
const pairIn = (answer: Answer): string => cookieIn(answer).split(';')[0] ?? ''

describe('signing in', function () {
  this.timeout(30_000)
  let api: AdminApi
  let userId: string

  beforeEach(async () => {
    api = await startAdminApi()
    const json = { name: 'Grace Hopper', email, password, global_role: 'maintainer' }
    userId = String((await api.call('POST /users', { json })).body.user.id)
  })
  afterEach(() => api.stop())

  const login = (call: Call = {}) => api.call('POST /login', { token: null, json: { email, password }, ...call })
  const browse = (call: Call = {}) => api.call('POST /sessions', { token: null, json: { email, password }, ...call })
  const withCookie = (route: string, answer: Answer, headers: Readonly<Record<string, string>> = {}, json?: unknown) =>
    api.call(route, { token: null, headers: { cookie: `other=1; ${pairIn(answer)}`, ...headers }, json })

  it('gives a script a token that works until it signs out', async () => {
    const { status, body } = await login({ json: { email: ' GRACE@example.com ', password } })
    assert.equal(status, 200)
    assert.match(body.token, /^muster_session_[\w-]{43}$/)
    assert.deepEqual([body.user.email, body.user.global_role], [email, 'maintainer'])
    const { token } = body
    assert.equal((await api.call('GET /me', { token })).body.user.id, Number(userId))
    assert.equal((await api.call('POST /labels', { token, json: { name: 'L' } })).status, 200)
    const { activities } = (await api.call('GET /activities?per_page=1')).body
    assert.equal(activities[0].actor_full_name, email)
    assert.equal((await api.call('GET /users', { token })).status, 403)
    assert.equal((await api.call('POST /logout', { token })).status, 200)
    assert.equal((await api.call('GET /me', { token })).status, 401)
  })

  it('gives a browser a cookie that no script and no other site gets', async () => {
    const answer = await browse()
    assert.match(
      cookieIn(answer),
      /^__Host-muster=muster_session_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
    )
    assert.ok(!answer.bytes.toString().includes(pairIn(answer).split('=')[1] ?? ''), 'the secret is in the cookie alone')
    const me = await withCookie('GET /me', answer)
    assert.deepEqual([me.status, me.body.user.email, me.body.csrf_token], [200, email, answer.body.csrf_token])
    const out = await withCookie('DELETE /sessions/current', answer, { 'x-muster-csrf': answer.body.csrf_token, origin })
    assert.equal(out.status, 200)
    assert.match(cookieIn(out), /^__Host-muster=;.*Expires=Thu, 01 Jan 1970/)
    assert.equal((await withCookie('GET /me', answer)).status, 401)
  })

  it('stores and logs no secret', async () => {
    const [one, other] = [await login(), await browse()]
    const secrets = [password, one.body.token, pairIn(other).split('=')[1] ?? '', other.body.csrf_token]
    const { rows } = await api.pool.query<{ all: string }>("select string_agg(t::text, '') as all from user_sessions t")
    const events = JSON.stringify(await api.app.log.readAll({ after: null, limit: 10_000 }))
    for (const secret of secrets) {
      assert.ok(secret.length > 10)
      for (const place of [rows[0]?.all ?? '', events, JSON.stringify(api.lines)]) assert.ok(!place.includes(secret))
    }
  })

  it('lets a browser change something only with what the console alone knows, from its own pages', async () => {
    const answer = await browse()
    const csrf = answer.body.csrf_token
    const other = (await browse()).body.csrf_token
    const json = { name: 'L' }
    for (const headers of [{}, { origin }, { 'x-muster-csrf': 'guess' }, { 'x-muster-csrf': other, origin }] as const) {
      const refused = await withCookie('POST /labels', answer, headers, json)
      assert.deepEqual([refused.status, refused.body.errors[0].name], [403, 'x-muster-csrf'])
    }
    for (const foreign of ['https://evil.example', 'null', 'http://mdm.example.com']) {
      const refused = await withCookie('POST /labels', answer, { 'x-muster-csrf': csrf, origin: foreign }, json)
      assert.deepEqual([refused.status, refused.body.errors[0].name], [403, 'origin'])
    }
    assert.equal((await withCookie('POST /labels', answer, { 'x-muster-csrf': csrf, origin }, json)).status, 200)
  })

  it('does not take a cookie for a token, nor a token for a cookie', async () => {
    const [script, browser] = [await login(), await browse()]
    assert.equal((await api.call('GET /me', { token: pairIn(browser).split('=')[1] ?? '' })).status, 401)
    assert.equal(
      (await api.call('GET /me', { token: null, headers: { cookie: `__Host-muster=${script.body.token}` } })).status,
      401,
    )
  })

  it('is refused to pages of other sites', async () => {
    for (const signIn of [login, browse]) {
      const { status, body, headers } = await signIn({ headers: { origin: 'https://evil.example' } })
      assert.deepEqual([status, body.errors[0].name, headers.get('set-cookie')], [403, 'origin', null])
    }
  })

  it('is refused in the same words for a wrong password, an unknown address, and whoever is shut out', async () => {
    const create = (more: object) => api.call('POST /users', { json: { name: 'X', global_role: 'observer', ...more } })
    await create({ email: 'sso@example.com', sso_enabled: true })
    const { id } = (await create({ email: 'off@example.com', password })).body.user
    await api.call(`PATCH /users/${String(id)}`, { json: { disabled: true } })
    const told = await Promise.all(
      [
        { email, password: 'wrong' },
        { email: 'nobody@example.com', password },
        { email: 'sso@example.com', password },
        { email: 'off@example.com', password },
      ].map((json) => login({ json })),
    )
    for (const { status, body } of told) {
      assert.equal(status, 401)
      assert.deepEqual(body.errors, [{ name: 'base', reason: 'The e-mail address or the password is wrong.' }])
    }
  })

  it('is refused when the input makes no sense', async () => {
    assert.equal((await login({ json: { email } })).status, 422)
    assert.equal((await login({ json: [] })).status, 400)
    assert.equal((await login({ json: { email, password: 'x'.repeat(2000) } })).status, 422)
    assert.equal((await login({ json: undefined, body: `"${'x'.repeat(20_000)}"` })).status, 413)
  })

  it('is refused for a while after 20 wrong passwords, even side by side, and right ones do not count', async () => {
    for (let index = 0; index < 25; index++) assert.equal((await login()).status, 200)
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, index) => login({ json: { email, password: `guess number ${String(index)}` } })),
    )
    assert.deepEqual(
      [401, 429].map((status) => guesses.filter((guess) => guess.status === status).length),
      [20, 10],
    )
    const locked = await login()
    assert.deepEqual([locked.status, locked.headers.get('retry-after')], [429, '900'])
    api.advance(15 * 60_000)
    assert.equal((await login()).status, 200)
  })

  it('is refused for a while to an address that tried 60 times', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 61; index++)
      statuses.push((await login({ json: { email: `guess${String(index)}@example.com`, password } })).status)
    assert.deepEqual([statuses.indexOf(429), (await browse()).status], [60, 429])
  })

  it('ends when it is not used for eight hours', async () => {
    const { token } = (await login()).body
    api.advance(7 * hour)
    assert.equal((await api.call('GET /me', { token })).status, 200)
    api.advance(7 * hour)
    assert.equal((await api.call('GET /me', { token })).status, 200, 'each use counts')
    api.advance(8 * hour)
    const { status, body } = await api.call('GET /me', { token })
    assert.deepEqual([status, body.errors[0].reason], [401, 'The session has ended; sign in again.'])
  })

  it('ends after five days, however much it is used', async () => {
    const answer = await browse()
    for (let hours = 0; hours < 119; hours += 7) {
      api.advance(7 * hour)
      if (hours + 7 < 120) assert.equal((await withCookie('GET /me', answer)).status, 200)
    }
    api.advance(2 * hour)
    const ended = await withCookie('GET /me', answer)
    assert.deepEqual([ended.status, ended.body.errors[0].reason], [401, 'The session has ended; sign in again.'])
    assert.match(cookieIn(ended), /^__Host-muster=;/, 'the browser is told to forget the cookie')
  })

  it('is over at once when the user is disabled, deleted or given another password', async () => {
    const another = 'another long secret'
    const change = (json: object) => api.call(`PATCH /users/${userId}`, { json })
    const ends: readonly (readonly [string, () => Promise<Answer>])[] = [
      [password, () => change({ disabled: true })],
      [password, () => change({ password: another })],
      [another, () => api.call(`DELETE /users/${userId}`)],
    ]
    for (const [known, end] of ends) {
      const { token } = (await login({ json: { email, password: known } })).body
      assert.equal((await api.call('GET /me', { token })).body.user.email, email)
      assert.equal((await end()).status, 200)
      assert.equal((await api.call('GET /me', { token })).status, 401)
      await change({ disabled: false })
    }
  })

  it('brings the rights that the user has now', async () => {
    const { token } = (await login()).body
    assert.equal((await api.call('GET /users', { token })).status, 403)
    await api.call(`PATCH /users/${userId}`, { json: { global_role: 'admin' } })
    assert.equal((await api.call('GET /users', { token })).status, 200)
  })

  it('shows the user their sessions, and lets them end each, but nobody else’s', async () => {
    const [one, other] = [await login({ headers: { 'user-agent': 'script/1' } }), await browse()]
    const { token } = one.body
    const { sessions } = (await api.call('GET /sessions', { token })).body
    assert.deepEqual(
      sessions.map(({ kind, current, user_agent }: Record<string, unknown>) => [kind, current, user_agent === 'script/1']).sort(),
      [
        ['cookie', false, false],
        ['token', true, true],
      ],
    )
    await api.call('POST /users', { json: { name: 'X', email: 'x@example.com', password, global_role: 'maintainer' } })
    const stranger = (await login({ json: { email: 'x@example.com', password } })).body.token
    const { id } = sessions.find(({ kind }: { kind: string }) => kind === 'cookie')
    assert.equal((await api.call(`GET /sessions?user_id=${userId}`, { token: stranger })).status, 403)
    assert.equal((await api.call(`DELETE /sessions/${id}`, { token: stranger })).status, 403)
    assert.equal((await api.call(`DELETE /sessions/${'0'.repeat(64)}`, { token: stranger })).status, 403)
    assert.equal((await api.call(`DELETE /sessions/${id}`, { token })).status, 200)
    assert.equal((await withCookie('GET /me', other)).status, 401)
    assert.equal((await api.call(`GET /sessions?user_id=${userId}`)).body.sessions.length, 1, 'an admin sees them')
  })

  it('goes on with a password of one’s own choice, and nowhere else', async () => {
    const [here, there] = [(await login()).body.token, (await login()).body.token]
    const change = (json: object) => api.call('POST /me/password', { token: here, json })
    const wrong = await change({ old_password: 'wrong', new_password: 'another long secret' })
    assert.deepEqual([wrong.status, wrong.body.errors[0].name], [422, 'old_password'])
    const weak = await change({ old_password: password, new_password: 'grace hopper' })
    assert.deepEqual([weak.status, weak.body.errors[0].name], [422, 'new_password'])
    assert.equal((await change({ old_password: password, new_password: password })).status, 422)
    assert.equal((await change({ old_password: password, new_password: 'another long secret' })).status, 200)
    assert.equal((await api.call('GET /me', { token: here })).status, 200)
    assert.equal((await api.call('GET /me', { token: there })).status, 401)
    assert.deepEqual(
      [(await login()).status, (await login({ json: { email, password: 'another long secret' } })).status],
      [401, 200],
    )
  })

  it('is nothing that an API token does: it tells its rights, and has neither session nor password', async () => {
    const me = (await api.call('GET /me')).body
    assert.deepEqual([me.user.id, me.user.name, me.user.global_role, me.csrf_token], [null, 'the admin', 'admin', null])
    assert.equal((await api.call('POST /logout')).status, 422)
    assert.deepEqual((await api.call('GET /sessions')).body, { sessions: [] })
    const changed = await api.call('POST /me/password', { json: { old_password: 'x', new_password: 'another long secret' } })
    assert.equal(changed.status, 422)
  })
})
