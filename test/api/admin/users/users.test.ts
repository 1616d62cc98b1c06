import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

const password = 'correct horse battery'

describe('users in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const create = (email: string, more: object = {}) =>
    api.call('POST /users', { json: { name: 'Someone', email, password, global_role: 'observer', ...more } })
  const idOf = async (email: string, more: object = {}): Promise<string> => String((await create(email, more)).body.user.id)
  const signsIn = async (email: string, secret = password) =>
    (await api.call('POST /login', { token: null, json: { email, password: secret } })).status === 200

  it('are created, shown, listed and deleted, without a word of their passwords', async () => {
    const { status, body } = await create('Grace@Example.com', { name: ' Grace Hopper ' })
    assert.equal(status, 200)
    const { id, created_at, updated_at, ...rest } = body.user
    assert.ok(Number.isSafeInteger(id))
    assert.equal(created_at, updated_at)
    assert.deepEqual(rest, {
      ...{ name: 'Grace Hopper', email: 'Grace@Example.com', global_role: 'observer', teams: [], sso_enabled: false },
      ...{ disabled: false, api_only: false, force_password_reset: false },
    })
    assert.deepEqual((await api.call(`GET /users/${String(id)}`)).body, body)
    const listed = await api.call('GET /users?query=hopper')
    assert.deepEqual(listed.body.users, [body.user])
    const events = JSON.stringify(await api.app.log.readAll({ after: null, limit: 10_000 }))
    assert.ok(!events.includes(password) && !events.includes('$scrypt$'))
    assert.equal((await api.call(`DELETE /users/${String(id)}`)).status, 200)
    assert.equal((await api.call(`GET /users/${String(id)}`)).status, 404)
    assert.equal(await signsIn('grace@example.com'), false)
    assert.equal((await create('grace@example.com')).status, 200, 'the address is free again')
  })

  it('have addresses that no other user has, whatever the case', async () => {
    await create('ada@example.com')
    const again = await create('ADA@example.com')
    assert.deepEqual(
      [again.status, again.body.errors],
      [409, [{ name: 'email', reason: 'A user with the e-mail address ADA@example.com already exists.' }]],
    )
    const raced = await Promise.all([create('race@example.com'), create('Race@example.com'), create('RACE@example.com')])
    assert.deepEqual(raced.map(({ status }) => status).sort(), [200, 409, 409])
  })

  it('are not named as a token is, nor a token as a user', async () => {
    await api.call('POST /api_tokens', { json: { name: 'bot@example.com', role: 'observer' } })
    assert.equal((await create('BOT@example.com')).status, 409)
    await create('human@example.com')
    const token = await api.call('POST /api_tokens', { json: { name: 'human@example.com', role: 'observer' } })
    assert.deepEqual([token.status, token.body.errors[0].name], [409, 'name'])
  })

  it('have roles in teams, told with the names of the teams', async () => {
    const { id } = (await api.call('POST /teams', { json: { name: 'Office' } })).body.team
    const { body } = await create('team@example.com', { global_role: null, teams: [{ id, role: 'maintainer' }] })
    assert.deepEqual([body.user.global_role, body.user.teams], [null, [{ id, name: 'Office', role: 'maintainer' }]])
    const patched = await api.call(`PATCH /users/${String(body.user.id)}`, { json: { global_role: 'gitops' } })
    assert.deepEqual([patched.body.user.global_role, patched.body.user.teams], ['gitops', []])
    await api.call(`PATCH /users/${String(body.user.id)}`, { json: { teams: [{ id, role: 'observer' }] } })
    const inTeam = await api.call(`GET /users?team_id=${String(id)}`)
    assert.deepEqual(
      inTeam.body.users.map(({ email }: { email: string }) => email),
      ['team@example.com'],
    )
    await api.call(`DELETE /teams/${String(id)}`)
    assert.deepEqual((await api.call(`GET /users/${String(body.user.id)}`)).body.user.teams, [])
  })

  it('are renamed, given another password, and shut out for a while', async () => {
    const id = await idOf('change@example.com')
    const renamed = await api.call(`PATCH /users/${id}`, { json: { name: 'Other', email: 'CHANGE@example.com' } })
    assert.equal(renamed.body.user.name, 'Other')
    await api.call(`PATCH /users/${id}`, { json: { password: 'another long secret' } })
    assert.deepEqual(
      [await signsIn('change@example.com'), await signsIn('change@example.com', 'another long secret')],
      [false, true],
    )
    assert.equal((await api.call(`PATCH /users/${id}`, { json: { disabled: true } })).body.user.disabled, true)
    assert.equal(await signsIn('change@example.com', 'another long secret'), false)
    await api.call(`PATCH /users/${id}`, { json: { disabled: false } })
    assert.equal(await signsIn('change@example.com', 'another long secret'), true)
    await api.call(`PATCH /users/${id}`, { json: { sso_enabled: true } })
    assert.equal(await signsIn('change@example.com', 'another long secret'), false)
  })

  it('take their secrets with them when they go', async () => {
    const id = await idOf('gone@example.com')
    await api.call(`DELETE /users/${id}`)
    const { rows } = await api.pool.query('select wrapped from vault_keys where owner = $1', [`user-${id}`])
    assert.deepEqual(rows, [{ wrapped: null }])
    assert.equal((await api.call(`DELETE /users/${id}`)).status, 404)
  })

  it('tell in the activities what became of them', async () => {
    const id = await idOf('told@example.com', { name: 'Told' })
    await signsIn('told@example.com')
    await api.call(`DELETE /users/${id}`)
    const { activities } = (await api.call('GET /activities?per_page=3')).body
    const told = activities.map(({ type, actor_full_name, details }: Record<string, unknown>) => [type, actor_full_name, details])
    const common = { user_id: Number(id), user_name: 'Told', user_email: 'told@example.com' }
    assert.deepEqual(
      told.map(([type, actor]: readonly string[]) => [type, actor]),
      [
        ['deleted_user', 'the admin'],
        ['user_logged_in', 'told@example.com'],
        ['created_user', 'the admin'],
      ],
    )
    assert.deepEqual([told[0][2], told[2][2]], [common, { ...common, because: 'asked' }])
  })

  const refused: readonly (readonly [string, object, number, string, RegExp])[] = [
    ['without a role', { global_role: undefined }, 422, 'global_role', /needs a global_role/],
    ['with an unknown role', { global_role: 'king' }, 422, 'global_role', /Invalid option/],
    ['with both kinds of roles', { teams: [{ id: 5, role: 'admin' }] }, 422, 'teams', /not both/],
    ['in an unknown team', { global_role: null, teams: [{ id: 5, role: 'admin' }] }, 404, 'team_id', /does not exist/],
    ['in no team', { global_role: null, teams: [{ id: 0, role: 'admin' }] }, 422, 'teams', /global_role alone/],
    ['without an address', { email: 'nobody' }, 422, 'email', /name@domain/],
    ['with an empty name', { name: ' ' }, 422, 'name', /needs a name/],
    ['with a short password', { password: 'short' }, 422, 'password', /at least 12/],
    ['with a password of their address', { password: 'refused@example.com' }, 422, 'password', /name or the e-mail/],
    ['without a password', { password: undefined }, 422, 'password', /needs a password/],
    ['with a password beside SSO', { sso_enabled: true }, 422, 'password', /has no password here/],
  ]
  for (const [what, more, status, field, reason] of refused)
    it(`are not created ${what}`, async () => {
      const answer = await create('refused@example.com', more)
      assert.deepEqual([answer.status, answer.body.errors[0].name], [status, field])
      assert.match(answer.body.errors[0].reason, reason)
    })

  it('keep their address, and all else when one part of a change is refused', async () => {
    const id = await idOf('whole@example.com')
    const moved = await api.call(`PATCH /users/${id}`, { json: { email: 'other@example.com' } })
    assert.deepEqual([moved.status, moved.body.errors[0].name], [422, 'email'])
    const half = await api.call(`PATCH /users/${id}`, { json: { name: 'Half', global_role: 'admin', password: 'short' } })
    assert.equal(half.status, 422)
    const { user } = (await api.call(`GET /users/${id}`)).body
    assert.deepEqual([user.name, user.global_role], ['Someone', 'observer'])
  })
})

describe('the last admin', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const admin = async (email: string): Promise<string> => {
    const json = { name: 'Admin', email, password, global_role: 'admin' }
    return String((await api.call('POST /users', { json })).body.user.id)
  }

  it('can be neither demoted, nor disabled, nor deleted, until another one is there', async () => {
    const first = await admin('first@example.com')
    for (const [route, json] of [
      [`PATCH /users/${first}`, { global_role: 'observer' }],
      [`PATCH /users/${first}`, { disabled: true }],
      [`DELETE /users/${first}`, undefined],
    ] as const) {
      const { status, body } = await api.call(route, { json })
      assert.equal(status, 409)
      assert.match(body.errors[0].reason, /last admin/)
    }
    const second = await admin('second@example.com')
    assert.equal((await api.call(`PATCH /users/${first}`, { json: { global_role: 'observer' } })).status, 200)
    assert.equal((await api.call(`DELETE /users/${second}`)).status, 409)
    assert.equal((await api.call(`PATCH /users/${first}`, { json: { global_role: 'admin' } })).status, 200)
    assert.equal((await api.call(`DELETE /users/${second}`)).status, 200)
    assert.equal((await api.call(`PATCH /users/${first}`, { json: { disabled: true } })).status, 409)
  })

  it('is left, however many are taken away at the same time', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => admin(`${name}@example.com`)))
    const outcomes = await Promise.all(
      ids.flatMap((id) => [
        api.call(`DELETE /users/${id}`),
        api.call(`PATCH /users/${id}`, { json: { global_role: 'maintainer' } }),
        api.call(`PATCH /users/${id}`, { json: { global_role: 'admin' } }),
      ]),
    )
    assert.deepEqual(
      outcomes.map(({ status }) => status).filter((status) => ![200, 404, 409].includes(status)),
      [],
    )
    for (const { id } of (await api.call('GET /users?per_page=1000')).body.users) await api.call(`DELETE /users/${String(id)}`)
    const { users } = (await api.call('GET /users')).body
    assert.deepEqual(
      users.map(({ global_role }: { global_role: string }) => global_role),
      ['admin'],
    )
  })
})
