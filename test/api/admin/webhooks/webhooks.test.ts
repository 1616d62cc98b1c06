import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'

describe('What receivers of webhooks refused', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi(undefined, { settings: { webhooks: ['devices'] } })
    const sealed = { keyId: 'k', nonce: 'n', sealed: 's' }
    const refused = { sealed, createdAt: '2026-03-01T11:00:00.000Z', attempts: 3, problem: 'The receiver answered 500.' }
    const { devices, activities } = api.app.outboxes
    for (const [eventId, topic] of [
      ['one', 'mdm.DeclarativeManagement'],
      ['two', 'mdm.DeclarativeManagement'],
      ['three', 'mdm.UserAuthenticate'],
    ] as const)
      await devices.keepAside({ ...refused, line: 'MAC', topic, eventId })
    await activities.keepAside({ ...refused, line: 'all', topic: 'created_team', eventId: '4711' })
    await devices.put('MAC', sealed)
  })
  after(() => api.stop())

  const listed = async (query = '', name = 'devices'): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await api.call(`GET /webhooks/${name}/set_aside${query}`)).body.deliveries

  it('are counted, by webhook and by topic', async () => {
    const { webhooks } = (await api.call('GET /webhooks')).body
    assert.deepEqual(webhooks, [
      {
        ...{ name: 'devices', configured: true, waiting: 1, waiting_since: '2026-03-01T12:00:00.000Z', set_aside: 3 },
        topics: { 'mdm.DeclarativeManagement': 2, 'mdm.UserAuthenticate': 1 },
      },
      { name: 'activities', configured: false, waiting: 0, waiting_since: null, set_aside: 1, topics: { created_team: 1 } },
    ])
  })

  it('are listed, the latest first, with what they are about and why, without what they said', async () => {
    assert.deepEqual(
      (await listed()).map(({ event_id, topic, enrollment_id, attempts, problem }) => [
        event_id,
        topic,
        enrollment_id,
        attempts,
        problem,
      ]),
      [
        ['three', 'mdm.UserAuthenticate', 'MAC', 3, 'The receiver answered 500.'],
        ['two', 'mdm.DeclarativeManagement', 'MAC', 3, 'The receiver answered 500.'],
        ['one', 'mdm.DeclarativeManagement', 'MAC', 3, 'The receiver answered 500.'],
      ],
    )
    assert.deepEqual((await listed('?topic=mdm.UserAuthenticate')).length, 1)
    assert.deepEqual(
      (await listed('?per_page=1&page=1')).map(({ event_id }) => event_id),
      ['two'],
    )
    assert.equal((await listed('', 'activities'))[0]?.['enrollment_id'], null)
  })

  it('are looked at and sent again by those who keep all hosts alone', async () => {
    for (const role of ['observer', 'gitops'] as const)
      for (const route of ['GET /webhooks', 'GET /webhooks/devices/set_aside', 'POST /webhooks/devices/set_aside/resends'])
        assert.equal(
          (await api.call(route, { token: secretOf(role), ...(route.startsWith('POST') && { json: {} }) })).status,
          403,
        )
    assert.equal((await api.call('GET /webhooks', { token: secretOf('maintainer') })).status, 200)
  })

  const refusals = [
    ['GET /webhooks/other/set_aside', undefined, 400, 'name'],
    ['POST /webhooks/devices/set_aside/resends', { ids: [] }, 422, 'ids'],
    ['POST /webhooks/devices/set_aside/resends', { ids: ['one'] }, 422, 'ids.0'],
    ['POST /webhooks/devices/set_aside/removals', { topic: 7 }, 422, 'topic'],
    ['POST /webhooks/devices/set_aside/removals', { topics: 'mdm.UserAuthenticate' }, 422, 'topics'],
    ['POST /webhooks/activities/set_aside/resends', {}, 409, 'name'],
  ] as const
  for (const [route, json, status, field] of refusals)
    it(`refuses ${route} ${JSON.stringify(json) ?? ''}, and changes nothing`, async () => {
      const refused = await api.call(route, { json })
      assert.deepEqual([refused.status, refused.body.errors[0].name], [status, field])
      assert.equal((await listed()).length, 3)
    })

  it('go back to where they waited, with work to tell them, and the rest stays', async () => {
    const [, second] = await listed()
    const { status, body } = await api.call('POST /webhooks/devices/set_aside/resends', { json: { ids: [second?.['id']] } })
    assert.deepEqual([status, body.resent], [202, 1])
    assert.deepEqual((await api.app.work.dueKinds()).includes('deliver-webhook'), true)
    assert.equal((await api.call('GET /webhooks')).body.webhooks[0].waiting, 2)
    assert.equal(
      (await api.call('POST /webhooks/devices/set_aside/resends', { json: { topic: 'mdm.UserAuthenticate' } })).body.resent,
      1,
    )
    assert.deepEqual(
      (await listed()).map(({ event_id }) => event_id),
      ['one'],
    )
  })

  it('are thrown away when somebody says so', async () => {
    assert.equal((await api.call('POST /webhooks/activities/set_aside/removals')).body.removed, 1)
    assert.equal(
      (await api.call('POST /webhooks/devices/set_aside/removals', { json: { topic: 'mdm.UserAuthenticate' } })).body.removed,
      0,
    )
    assert.equal((await listed()).length, 1)
  })
})
