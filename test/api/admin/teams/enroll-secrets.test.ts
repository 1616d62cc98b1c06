import assert from 'node:assert/strict'
import { dissolveTeam } from '../../../../src/workers/dissolve-team.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'

describe('enroll secrets in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  let team: number

  before(async () => {
    api = await startAdminApi()
    team = (await api.call('POST /teams', { json: { name: 'Sales' } })).body.team.id
  })
  after(() => api.stop())

  const setTeam = (...secrets: readonly string[]) =>
    api.call(`PATCH /teams/${String(team)}/secrets`, { json: { secrets: secrets.map((secret) => ({ secret })) } })
  const ofTeam = async () =>
    ((await api.call(`GET /teams/${String(team)}/secrets`)).body.secrets as readonly { secret: string }[]).map(
      ({ secret }) => secret,
    )
  const events = async (type: string) =>
    (await api.app.log.readStream('enrollSecrets-main')).filter((event) => event.type === type)

  it('of no team are set and shown in Fleet’s spec', async () => {
    assert.deepEqual((await api.call('GET /spec/enroll_secret')).body, { spec: { secrets: [] } })
    const set = await api.call('POST /spec/enroll_secret', { json: { spec: { secrets: [{ secret: 'for-no-team' }] } } })
    assert.deepEqual([set.status, set.body], [200, {}])
    const { body } = await api.call('GET /spec/enroll_secret')
    assert.deepEqual(body, { spec: { secrets: [{ secret: 'for-no-team', created_at: '2026-03-01T12:00:00.000Z' }] } })
  })

  it('of a team are several; those that are left out are removed', async () => {
    const { status, body } = await setTeam('first-one', 'second-one')
    assert.equal(status, 200)
    assert.deepEqual(
      body.secrets.map((secret: { secret: string; team_id: number }) => [secret.secret, secret.team_id]),
      [
        ['first-one', team],
        ['second-one', team],
      ],
    )
    await setTeam('second-one')
    assert.deepEqual(await ofTeam(), ['second-one'])
    await setTeam('second-one')
    assert.equal((await events('EnrollSecretAdded')).length, 3)
    assert.equal((await events('EnrollSecretRemoved')).length, 1)
  })

  it('are made up by the server on request', async () => {
    const { body } = await api.call(`PATCH /teams/${String(team)}/secrets`, { json: { secrets: [{}] } })
    assert.match(body.secrets[0].secret, /^[\w-]{32}$/)
  })

  it('are recorded whenever they are shown, with who saw them', async () => {
    const before = (await events('EnrollSecretsShown')).length
    await api.call(`GET /teams/${String(team)}/secrets`, { token: secretOf('maintainer') })
    const shown = (await events('EnrollSecretsShown')).slice(before)
    assert.deepEqual(
      shown.map(({ data, metadata }) => [data, metadata.actor]),
      [
        [
          { teamId: String(team), count: 1 },
          { kind: 'admin', id: 'the maintainer' },
        ],
      ],
    )
  })

  it('stand nowhere in clear, and their hashes cannot be computed from outside', async () => {
    await setTeam('a-rather-plain-secret')
    const told = JSON.stringify([await api.app.log.readAll({ after: null, limit: 10_000 }), api.lines])
    assert.ok(!told.includes('a-rather-plain-secret'))
    const [first, second] = await events('EnrollSecretAdded')
    const hashes = [first, second].map((event) => (event?.data as { hash: string }).hash)
    for (const hash of hashes) assert.match(hash, /^[0-9a-f]{64}$/)
  })

  it('lead to one team only', async () => {
    const { status, body } = await setTeam('for-no-team')
    assert.deepEqual([status, body.errors[0].name], [409, 'secrets'])
    assert.ok(!JSON.stringify(body).includes('for-no-team'))
  })

  it('are refused with the field at fault, and never repeated', async () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ secrets: [{ secret: 'short' }] }, 'secrets.0.secret'],
      [{ secrets: [{ secret: 'has a blank in it' }] }, 'secrets.0.secret'],
      [{ secrets: [{ secret: 'x'.repeat(256) }] }, 'secrets.0.secret'],
      [{ secrets: Array.from({ length: 51 }, (_, index) => ({ secret: `secret-${String(index)}` })) }, 'secrets'],
      [{ secrets: 'secret-one' }, 'secrets'],
      [{}, 'secrets'],
    ]
    for (const [json, field] of cases) {
      const { status, body } = await api.call(`PATCH /teams/${String(team)}/secrets`, { json })
      assert.deepEqual([status, body.errors[0].name], [422, field])
    }
    assert.equal((await api.call('GET /teams/12345/secrets')).status, 404)
  })

  it('go with their team', async () => {
    await api.call(`DELETE /teams/${String(team)}`)
    const row = { kind: 'dissolve-team', key: String(team), causeId: 'c', correlationId: 'c', attempts: 0, version: 1 }
    await dissolveTeam(api.app).do([row])
    const removed = (await events('EnrollSecretRemoved')).at(-1)
    assert.equal((removed?.data as { because: string }).because, 'team-deleted')
  })
})
