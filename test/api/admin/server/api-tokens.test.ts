import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

describe('API tokens', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  it('open the API with their role until they are revoked, from that moment on', async () => {
    const issued = await api.call('POST /api_tokens', { json: { name: 'ci', role: 'maintainer' } })
    assert.equal(issued.status, 200)
    const { api_token, secret } = issued.body
    assert.match(secret, /^muster_[\w-]{43}$/)
    assert.deepEqual([api_token.name, api_token.role], ['ci', 'maintainer'])
    assert.equal((await api.call('GET /teams', { token: secret })).status, 200)
    assert.equal((await api.call('POST /teams', { token: secret, json: { name: 'x' } })).status, 403)
    assert.equal((await api.call(`DELETE /api_tokens/${api_token.id}`)).status, 200)
    assert.equal((await api.call('GET /teams', { token: secret })).status, 401)
  })

  it('never show or store their secret again', async () => {
    const { secret } = (await api.call('POST /api_tokens', { json: { name: 'secret', role: 'observer' } })).body
    const listed = await api.call('GET /api_tokens')
    assert.deepEqual(
      listed.body.api_tokens.map(({ name }: { name: string }) => name),
      ['secret', 'the admin', 'the gitops', 'the maintainer', 'the observer'],
    )
    assert.ok(!listed.bytes.toString().includes(secret))
    const events = await api.app.log.readAll({ after: null, limit: 1000 })
    assert.ok(!JSON.stringify(events).includes(secret))
  })

  it('name the actor of what is done with them', async () => {
    const { secret } = (await api.call('POST /api_tokens', { json: { name: 'grace', role: 'admin' } })).body
    await api.call('POST /teams', { token: secret, json: { name: 'Navy' } })
    const { activities } = (await api.call('GET /activities?per_page=1')).body
    assert.deepEqual([activities[0].event, activities[0].actor_full_name], ['TeamCreated', 'grace'])
  })

  it('count in the teams alone that they are issued for', async () => {
    const { id } = (await api.call('POST /teams', { json: { name: 'Army' } })).body.team
    const issue = (team_ids: unknown) => api.call('POST /api_tokens', { json: { name: 'limited', role: 'observer', team_ids } })
    for (const [ids, status] of [
      [[], 422],
      [[0], 422],
      [[7], 404],
      ['x', 422],
    ] as const)
      assert.equal((await issue(ids)).status, status)
    const { body } = await issue([id, id])
    assert.deepEqual(body.api_token.team_ids, [id])
    assert.equal((await api.call(`GET /teams/${String(id)}`, { token: body.secret })).status, 200)
    assert.equal((await api.call('GET /activities', { token: body.secret })).status, 403)
  })
})

describe('API tokens that many ask for at the same time', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const outcomesOf = async (route: string, bodies: readonly object[]): Promise<readonly number[]> => {
    const answers = await Promise.all(bodies.map((json) => api.call(route, { json })))
    return answers.map(({ status }) => status).sort()
  }
  const ten = <T>(make: (index: number) => T): readonly T[] => Array.from({ length: 10 }, (_, index) => make(index))

  it('are made once of one name, however many ask at the same time [case M8]', async () => {
    const outcomes = await outcomesOf(
      'POST /api_tokens',
      ten(() => ({ name: 'parallel', role: 'observer' })),
    )
    assert.deepEqual(outcomes, [200, ...Array<number>(9).fill(409)])
    const { api_tokens } = (await api.call('GET /api_tokens')).body
    const [made, ...others] = api_tokens.filter(({ name }: { name: string }) => name === 'parallel')
    assert.deepEqual(others, [])
    assert.equal((await api.call(`DELETE /api_tokens/${made.id}`)).status, 200)
    assert.equal(
      (await api.call('POST /api_tokens', { json: { name: 'parallel', role: 'observer' } })).status,
      200,
      'the name is free again',
    )
  })

  it('share their names with no user, whoever of both is first [case M8]', async () => {
    const user = { name: 'Bo', email: 'Bo@example.com', password: 'quite-a-long-Passphrase-7', global_role: 'observer' }
    const [asUser, ...asTokens] = await Promise.all([
      api.call('POST /users', { json: user }),
      ...ten(() => api.call('POST /api_tokens', { json: { name: 'bo@example.com', role: 'observer' } })),
    ])
    const made = [asUser, ...asTokens].filter(({ status }) => status === 200)
    assert.equal(made.length, 1)
    const refused = [asUser, ...asTokens].filter(({ status }) => status === 409)
    assert.equal(refused.length, 10)
  })

  for (const [what, route, body] of [
    ['teams', 'POST /teams', () => ({ name: 'Parallel' })],
    ['labels', 'POST /labels', () => ({ name: 'Parallel' })],
    ['secrets', 'POST /custom_variables', (index: number) => ({ name: 'PARALLEL', value: `value ${String(index)}` })],
    [
      'users',
      'POST /users',
      () => ({ name: 'P', email: 'p@example.com', password: 'quite-a-long-Passphrase-7', global_role: 'observer' }),
    ],
  ] as const)
    it(`are not alone in that: ${what} of one name come to be once as well [case M8]`, async () => {
      const outcomes = await outcomesOf(route, ten(body))
      assert.deepEqual(
        outcomes.filter((status) => status === 200),
        [200],
      )
      assert.ok(
        outcomes.every((status) => [200, 409, 422].includes(status)),
        outcomes.join(' '),
      )
    })
})
