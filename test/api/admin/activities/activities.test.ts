import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { testCause } from '../../../support/app.ts'
import { authenticate, updateToken } from '../../../support/host-stories.ts'

describe('the feed of activities', function () {
  this.timeout(30_000)
  let api: AdminApi
  let hostId: string
  let teamId: number

  before(async () => {
    api = await startAdminApi()
    const { body } = await api.call('POST /teams', { json: { name: 'Studio' } })
    teamId = body.team.id
    hostId = hostIdOf('UDID-1')
    for (const command of [authenticate('UDID-1'), updateToken()]) await api.app.execute(host, hostId, command, testCause())
    await api.app.caughtUp({ position: await api.app.log.head() })
    const moved = await api.call('POST /hosts/transfer', { json: { team_id: teamId, hosts: [Number(hostId)] } })
    assert.equal(moved.status, 200)
    const form = profileForm(mobileconfig(), { team_id: String(teamId) })
    const { profile_uuid } = (await api.call('POST /configuration_profiles', { body: form })).body
    await api.call(`DELETE /configuration_profiles/${String(profile_uuid)}`)
    await api.call('POST /labels', { json: { name: 'Painters', hosts: [] } })
  })
  after(() => api.stop())

  const feed = async (query = '') => (await api.call(`GET /activities${query}`)).body
  const typesOf = ({ activities }: { activities: readonly { type: string }[] }) => activities.map(({ type }) => type)

  it('speaks in the words that scripts know', async () => {
    const types = typesOf(await feed())
    for (const type of [
      'created_team',
      'mdm_enrolled',
      'transferred_hosts',
      'created_macos_profile',
      'deleted_macos_profile',
      'created_label',
    ])
      assert.ok(types.includes(type), `${type} is among ${types.join()}`)
  })

  it('names hosts, teams, profiles and who did it', async () => {
    const [moved] = (await feed('?activity_type=transferred_hosts')).activities
    assert.deepEqual([moved.actor_full_name, moved.fleet_initiated, moved.host_id], ['the admin', false, Number(hostId)])
    assert.deepEqual(
      [moved.details.team_id, moved.details.team_name, moved.details.host_ids],
      [teamId, 'Studio', [Number(hostId)]],
    )
    const [deleted] = (await feed('?activity_type=deleted_macos_profile')).activities
    assert.deepEqual(
      [deleted.details.profile_name, deleted.details.profile_identifier, deleted.details.team_name],
      ['Wi-Fi', 'com.example.wifi', 'Studio'],
    )
  })

  it('is read forward and backward, page by page, and by who', async () => {
    const newest = await feed('?per_page=100')
    const oldest = await feed('?per_page=100&order_direction=asc')
    assert.deepEqual(typesOf(oldest), typesOf(newest).toReversed())
    const second = await feed('?per_page=2&page=1')
    assert.deepEqual(typesOf(second), typesOf(newest).slice(2, 4))
    assert.deepEqual([second.meta.has_previous_results, second.meta.has_next_results], [true, true])
    assert.deepEqual(typesOf(await feed('?query=nobody%25')), [])
    assert.ok(typesOf(await feed('?query=ADMIN')).includes('created_team'))
  })

  it('goes on where the page before ended, in either direction', async () => {
    for (const order of ['asc', 'desc']) {
      const idsOf = async (rest: string) => {
        const { activities, meta } = await feed(`?order_direction=${order}&${rest}`)
        return { ids: activities.map(({ id }: { id: string }) => id), next: String(meta.next) }
      }
      const whole = await idsOf('per_page=100')
      const first = await idsOf('per_page=2')
      const second = await idsOf(`per_page=2&before=${first.next}`)
      assert.deepEqual([...first.ids, ...second.ids], whole.ids.slice(0, 4), order)
    }
  })

  it('still names a team that is no more', async () => {
    const { team } = (await api.call('POST /teams', { json: { name: 'Attic' } })).body
    await api.call(`DELETE /teams/${String(team.id)}`)
    const [deleted] = (await feed('?activity_type=deleted_team')).activities
    assert.deepEqual([deleted.details.team_id, deleted.details.team_name], [team.id, 'Attic'])
  })

  it('has a part for each host', async () => {
    const { activities } = (await api.call(`GET /hosts/${hostId}/activities`)).body
    assert.ok(typesOf({ activities }).includes('mdm_enrolled'))
    assert.ok(activities.every((one: { host_id: number }) => one.host_id === Number(hostId)))
  })

  it('tells what a host is still to be told', async () => {
    assert.equal((await api.call(`POST /hosts/${hostId}/lock`, {})).status, 200)
    const { activities } = (await api.call(`GET /hosts/${hostId}/activities/upcoming`)).body
    const [lock] = activities.filter((one: { details: { request_type: string } }) => one.details.request_type === 'lock')
    assert.deepEqual([lock.details.status, lock.fleet_initiated_activity], ['pending', false])
    assert.equal(typesOf((await api.call(`GET /hosts/${hostId}/activities`)).body)[0], 'locked_host')
  })

  it('has no part for a host that does not exist', async () => {
    for (const path of ['activities', 'activities/upcoming']) {
      const { status, body } = await api.call(`GET /hosts/999/${path}`)
      assert.deepEqual([status, body.errors], [404, [{ name: 'id', reason: 'The host 999 does not exist.' }]])
    }
  })

  for (const [what, query, field] of [
    ['a direction', 'order_direction=up', 'order_direction'],
    ['a key', 'order_key=colour', 'order_key'],
    ['a page', 'page=-1', 'page'],
  ] as const)
    it(`refuses ${what} that it does not know`, async () => {
      const { status, body } = await api.call(`GET /activities?${query}`)
      assert.deepEqual([status, body.errors[0].name], [400, field])
    })
})
