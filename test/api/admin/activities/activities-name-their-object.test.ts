import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'
import { randomUUID } from 'node:crypto'
import { host } from '../../../../src/domain/host/host.ts'
import { eventually } from '../../../support/eventually.ts'

type Activity = Readonly<{ type: string; details: Readonly<Record<string, unknown>> }>

describe('The feed of activities', function () {
  this.timeout(60_000)
  let api: AdminApi
  before(async () => {
    api = await startAdminApi()
  })
  after(() => api?.stop())

  const activity = async (type: string): Promise<Activity> => {
    let found: Activity | undefined
    await eventually(`there is an activity ${type}`, async () => {
      const { body } = await api.call(`GET /activities?activity_type=${type}`)
      ;[found] = (body as Readonly<{ activities: readonly Activity[] }>).activities
      return found !== undefined
    })
    return found ?? assert.fail(`There is no activity ${type}.`)
  }

  it('names the label of each deed, also where its list of hosts alone changed [case I4]', async () => {
    await enrollHost(api.app, { udid: 'ACTIVITY-1', serial: 'ACT1' })
    const { body } = await api.call('POST /labels', { json: { name: 'Kiosks', hosts: ['ACT1'] } })
    const { id } = (body as Readonly<{ label: Readonly<{ id: number }> }>).label
    assert.deepEqual((await activity('created_label')).details, { label_id: id, label_name: 'Kiosks' })
    await api.call(`PATCH /labels/${String(id)}`, { json: { hosts: [] } })
    assert.deepEqual((await activity('edited_label')).details, { label_id: id, label_name: 'Kiosks' })
    await api.call(`DELETE /labels/id/${String(id)}`)
    assert.deepEqual((await activity('deleted_label')).details, { label_id: id, label_name: 'Kiosks' })
  })

  it('names the team of an enroll secret, the user, the token [case I4]', async () => {
    const team = (await api.call('POST /teams', { json: { name: 'Design' } })).body as Readonly<{
      team: Readonly<{ id: number }>
    }>
    await api.call(`PATCH /teams/${String(team.team.id)}/secrets`, { json: { secrets: [{ secret: 'a-secret-of-design' }] } })
    const ofTeam = { team_id: team.team.id, team_name: 'Design' }
    assert.deepEqual((await activity('enroll_secret_added')).details, ofTeam)
    await api.call(`GET /teams/${String(team.team.id)}/secrets`)
    assert.deepEqual((await activity('enroll_secrets_shown')).details, { ...ofTeam, count: 1 })
    await api.call('POST /api_tokens', { json: { name: 'for scripts', role: 'observer' } })
    assert.deepEqual((await activity('api_token_issued')).details, { name: 'for scripts', role: 'observer' })
    const json = { name: 'Ada', email: 'ada@example.com', password: 'a long password 1!', global_role: 'observer' }
    await api.call('POST /users', { json })
    const { user_name, user_email } = (await activity('created_user')).details
    assert.deepEqual([user_name, user_email], ['Ada', 'ada@example.com'])
  })

  it('names the profile that a host could not install or remove [case I4]', async () => {
    const { body } = await api.call('POST /configuration_profiles', { body: profileForm(mobileconfig(), {}) })
    const { profile_uuid } = body as Readonly<{ profile_uuid: string }>
    const hostId = await enrollHost(api.app, { udid: 'ACTIVITY-2', serial: 'ACT2' })
    const { id, actor } = testCause()
    const metadata = { $correlationId: id, $causationId: id, actor, at: api.app.clock().toISOString(), hostIds: [hostId] }
    const reconciled = await api.app.load(host, hostId)
    await api.app.log.append(
      `host-${hostId}`,
      [
        {
          ...{ eventId: randomUUID(), type: 'ProfileInstallFailed' },
          data: { profileId: profile_uuid, checksum: 'aa', attempt: 1, willRetry: false, detail: 'Refused.' },
          metadata,
        },
      ],
      reconciled.revision,
    )
    const { details } = await activity('profile_install_failed')
    assert.equal(details['host_serial'], 'ACT2')
    assert.equal(typeof details['profile_name'], 'string')
    assert.equal(typeof details['profile_identifier'], 'string')
  })

  it('tells of sign-ins that failed, at a bounded rate, in no word that was typed; log and metric do as well [case I4]', async () => {
    for (let times = 0; times < 5; times++) {
      const json = { email: 'ada@example.com', password: 'not hers at all' }
      assert.equal((await api.call('POST /login', { token: null, json })).status, 401)
      assert.equal((await api.call('GET /hosts', { token: 'nobody-secret' })).status, 401)
    }
    assert.equal((await api.call('GET /hosts', { token: null })).status, 401)
    await activity('user_failed_login')
    await eventually('both ways are told', async () => {
      const { body } = await api.call('GET /activities?activity_type=user_failed_login')
      return (body as Readonly<{ activities: readonly Activity[] }>).activities.length === 2
    })
    const { body } = await api.call('GET /activities?activity_type=user_failed_login')
    const told = (body as Readonly<{ activities: readonly Activity[] }>).activities
    assert.deepEqual(told.map(({ details }) => details['by']).toSorted(), ['password', 'token'])
    assert.ok(told.some(({ details }) => details['by'] === 'password' && typeof details['user_id'] === 'number'))
    assert.doesNotMatch(JSON.stringify([told, api.lines]), /not hers|nobody-secret/)
    assert.equal(api.lines.filter(({ message }) => message === 'a sign-in was refused').length, 2)
    assert.match(await api.registry.metrics(), /muster_sign_ins_refused_total\{by="token"\} 5/)
  })
})
