import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost } from '../../../support/app.ts'

describe('teams in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi()
  })
  after(() => api.stop())

  const create = async (name: string) => api.call('POST /teams', { json: { name } })

  it('are made, shown, renamed and deleted', async () => {
    const { status, body } = await api.call('POST /teams', { json: { name: ' Design ', description: 'They draw.' } })
    assert.equal(status, 200)
    const { id, ...rest } = body.team
    assert.ok(Number.isSafeInteger(id))
    assert.deepEqual(rest, { name: 'Design', description: 'They draw.', created_at: '2026-03-01T12:00:00.000Z', host_count: 0 })
    assert.deepEqual((await api.call(`GET /teams/${String(id)}`)).body.team, body.team)
    const renamed = await api.call(`PATCH /teams/${String(id)}`, { json: { name: 'Art' } })
    assert.deepEqual(renamed.body.team, { ...body.team, name: 'Art' })
    assert.deepEqual((await api.call(`DELETE /teams/${String(id)}`)).status, 200)
    assert.equal((await api.call(`GET /teams/${String(id)}`)).status, 404)
    assert.deepEqual((await api.call('GET /teams')).body, { teams: [] })
  })

  it('have names that no other team has, whatever the case', async () => {
    const first = await create('Sales')
    const second = await create('SALES')
    assert.equal(second.status, 409)
    assert.deepEqual(second.body.errors, [{ name: 'name', reason: 'A team named SALES already exists.' }])
    const other = await create('Support')
    assert.equal((await api.call(`PATCH /teams/${String(other.body.team.id)}`, { json: { name: 'sales' } })).status, 409)
    await api.call(`DELETE /teams/${String(first.body.team.id)}`)
    assert.equal((await create('sales')).status, 200, 'a deleted team gives its name back')
  })

  it('give a name back when they take another', async () => {
    const { body } = await create('Old')
    await api.call(`PATCH /teams/${String(body.team.id)}`, { json: { name: 'New' } })
    assert.equal((await create('Old')).status, 200)
    assert.equal((await create('New')).status, 409)
  })

  it('have no name that means something else than one team [case E1]', async () => {
    const { id } = (await create('Plain')).body.team
    for (const name of ['Unassigned', 'no TEAM', 'All teams', 'ALL FLEETS']) {
      for (const answer of [
        await create(name),
        await api.call('POST /teams?dry_run=true', { json: { name } }),
        await api.call(`PATCH /teams/${String(id)}`, { json: { name } }),
      ]) {
        assert.equal(answer.status, 422)
        assert.equal(answer.body.errors[0].name, 'name')
        assert.match(answer.body.errors[0].reason, /^No team can be called .*: it is the name of (hosts that|all teams)/)
      }
    }
    assert.equal((await api.call(`GET /teams/${String(id)}`)).body.team.name, 'Plain')
    assert.equal((await create('Unassigned laptops')).status, 200)
  })

  it('count their hosts', async () => {
    const { body } = await create('Counted')
    const hostId = await enrollHost(api.app, { udid: 'COUNT-1' })
    await api.call('POST /hosts/transfer', { json: { team_id: body.team.id, hosts: [Number(hostId)] } })
    assert.equal((await api.call(`GET /teams/${String(body.team.id)}`)).body.team.host_count, 1)
  })
})
