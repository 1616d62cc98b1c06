import assert from 'node:assert/strict'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'
import { host } from '../../../../src/domain/host/host.ts'

const begin = '2026-03-01T12:00:00.000Z'

describe('hosts in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  let ada: string
  let bob: string
  let profileId: string
  let teamId: number
  let enrolledAt: string
  let transferredPosition: string

  before(async () => {
    api = await startAdminApi()
    ada = await enrollHost(api.app, { udid: 'AAAA-1', serial: 'C02AAA', name: "Ada's Mac", osVersion: '15.1' })
    enrolledAt = api.app.clock().toISOString()
    api.advance(60_000)
    bob = await enrollHost(api.app, { udid: 'BBBB-2', serial: 'F4BBB', name: 'Bob', productName: 'iPhone15,2' })
    api.advance(60_000)
    teamId = (await api.call('POST /teams', { json: { name: 'Design' } })).body.team.id
    const uploaded = await api.call('POST /configuration_profiles', { body: profileForm(mobileconfig()) })
    profileId = uploaded.body.profile_uuid
  })
  after(() => api.stop())

  it('shows a host in the JSON that scripts expect, with profiles that wait shown as pending', async () => {
    const { status, body } = await api.call(`GET /hosts/${ada}`)
    assert.equal(status, 200)
    assert.deepEqual(body.host, {
      id: Number(ada),
      uuid: 'AAAA-1',
      hardware_serial: 'C02AAA',
      hardware_model: '',
      computer_name: "Ada's Mac",
      hostname: "Ada's Mac",
      display_name: "Ada's Mac",
      platform: 'darwin',
      os_version: 'macOS 15.1',
      build: '',
      team_id: null,
      team_name: null,
      created_at: begin,
      updated_at: begin,
      last_enrolled_at: begin,
      seen_time: null,
      disk_encryption_enabled: null,
      mdm: {
        enrollment_status: 'On (manual)',
        server_url: 'https://mdm.example.com/mdm/apple/mdm',
        connected_to_fleet: true,
        device_status: 'unlocked',
        pending_action: '',
        profiles: [
          {
            profile_uuid: profileId,
            name: 'Wi-Fi',
            identifier: 'com.example.wifi',
            status: 'pending',
            operation_type: 'install',
            detail: '',
            platform: 'darwin',
            scope: 'System',
          },
        ],
      },
    })
  })

  it('finds a host by UUID in either case, by serial number and by name', async () => {
    for (const identifier of ['aaaa-1', 'AAAA-1', 'C02AAA', "Ada's%20Mac"])
      assert.equal((await api.call(`GET /hosts/identifier/${identifier}`)).body.host?.id, Number(ada), identifier)
  })

  it('lists hosts by part of a name, in any order, page by page', async () => {
    const ids = async (query: string) =>
      (await api.call(`GET /hosts?${query}`)).body.hosts.map(({ id }: { id: number }) => String(id))
    assert.deepEqual(await ids('query=dA%27s'), [ada])
    assert.deepEqual(await ids('query=f4b'), [bob])
    assert.deepEqual(await ids('query=%25'), [], 'a per cent sign is no wildcard')
    assert.deepEqual(await ids('order_key=display_name&order_direction=desc'), [bob, ada])
    assert.deepEqual(await ids('order_key=created_at'), [ada, bob])
    assert.deepEqual(await ids('os_settings=pending'), [ada, bob].toSorted(byNumber))
    assert.deepEqual(await ids('os_settings=verified'), [])
    const first = (await api.call('GET /hosts?order_key=created_at&per_page=1')).body
    assert.deepEqual(first.meta, { has_next_results: true, has_previous_results: false })
    const second = (await api.call('GET /hosts?order_key=created_at&per_page=1&page=1')).body
    assert.deepEqual([second.hosts[0].uuid, second.meta], ['BBBB-2', { has_next_results: false, has_previous_results: true }])
    assert.deepEqual((await api.call('GET /hosts/count?query=bob')).body, { count: 1 })
  })

  it('moves hosts into a team and shows it at once', async () => {
    api.advance(60_000)
    const moved = await api.call('POST /hosts/transfer', { json: { team_id: teamId, hosts: [Number(ada)] } })
    assert.deepEqual([moved.status, moved.body, moved.headers.get('x-read-models')], [200, {}, null])
    const { body } = await api.call(`GET /hosts/${ada}`)
    assert.deepEqual([body.host.team_id, body.host.team_name, body.host.mdm.profiles], [teamId, 'Design', []])
    assert.equal((await api.call(`GET /hosts/count?team_id=${String(teamId)}`)).body.count, 1)
    assert.deepEqual((await api.call(`GET /hosts/${ada}/configuration_profiles`)).body, { host_id: Number(ada), profiles: [] })
  })

  it('moves no host when one of them does not exist', async () => {
    const { status, body } = await api.call('POST /hosts/transfer', { json: { team_id: teamId, hosts: [Number(bob), 42, 43] } })
    assert.equal(status, 404)
    assert.deepEqual(body.errors, [
      { name: 'hosts', reason: 'The host 42 does not exist.' },
      { name: 'hosts', reason: 'The host 43 does not exist.' },
    ])
    assert.equal((await api.call(`GET /hosts/${bob}`)).body.host.team_id, null)
  })

  it('tells the history of a host: what, who and why, without anything sealed', async () => {
    const { body } = await api.call(`GET /hosts/${ada}/history?order=asc`)
    assert.deepEqual(
      body.events.map(({ revision, type }: { revision: number; type: string }) => [revision, type]),
      [
        [0, 'HostDiscovered'],
        [1, 'EnrollmentStarted'],
        [2, 'ChannelOpened'],
        [3, 'HostTransferred'],
      ],
    )
    assert.equal(body.events[2].data.push, '[sealed]')
    const moved = body.events[3]
    transferredPosition = moved.position
    assert.equal(moved.sentence, `The host moved from no team to team ${String(teamId)}.`)
    assert.equal(moved.why, 'An admin asked for it.')
    assert.deepEqual(moved.actor, { kind: 'admin', id: 'the admin' })
    assert.match(moved.event_id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(body.meta, { revision: 3, has_earlier: false, has_later: false })
  })

  it('pages through a history in both directions', async () => {
    const page = async (query: string) => {
      const { events, meta } = (await api.call(`GET /hosts/${ada}/history?${query}`)).body
      return [events.map(({ revision }: { revision: number }) => revision), meta.has_earlier, meta.has_later]
    }
    assert.deepEqual(await page('limit=3'), [[3, 2, 1], true, false])
    assert.deepEqual(await page('limit=3&before=1'), [[0], false, true])
    assert.deepEqual(await page('order=asc&after=0&limit=2'), [[1, 2], true, true])
    assert.deepEqual(await page('order=asc&after=3'), [[], true, false])
  })

  it('shows a host as it was at a time, at a position, and not at a time to come', async () => {
    const before = await api.call(`GET /hosts/${ada}?at=${enrolledAt}`)
    assert.deepEqual([before.body.host.team_id, before.body.host.mdm.enrollment_status], [null, 'On (manual)'])
    assert.deepEqual([before.body.as_of.events, before.body.as_of.revision, before.body.as_of.at], [3, 2, begin])
    const at = await api.call(`GET /hosts/${ada}?at=${transferredPosition}`)
    assert.deepEqual([at.body.host.team_id, at.body.host.team_name], [teamId, 'Design'])
    assert.deepEqual([at.body.as_of.position, at.body.as_of.events], [transferredPosition, 4])
    const future = await api.call(`GET /hosts/${ada}?at=2126-01-01T00:00:00%2B02:00`)
    assert.deepEqual([future.status, future.body.errors[0].name], [400, 'at'])
    assert.match(future.body.errors[0].reason, /is yet to come; now is 2026-03-01T/)
    const beyond = await api.call(`GET /hosts/${ada}?at=99999999999999999999`)
    assert.deepEqual([beyond.status, beyond.body.errors[0].name], [400, 'at'])
    assert.match(beyond.body.errors[0].reason, /has not come to 9{20} yet/)
  })

  it('knew nothing of a host before its discovery, and says since when it does', async () => {
    const { status, body } = await api.call(`GET /hosts/${bob}?at=${begin}`)
    assert.equal(status, 404)
    assert.equal(body.errors[0].name, 'at')
    assert.match(body.errors[0].reason, /became known at 2026-03-01T12:01:00\.000Z/)
  })

  it('asks for a profile again, once it is settled', async () => {
    const resend = () => api.call(`POST /hosts/${bob}/configuration_profiles/${profileId}/resend`)
    assert.equal((await resend()).status, 202, 'it waits, and will be sent anyway')
    const desired = [{ profileId, identifier: 'com.example.wifi', checksum: 'cc', scope: 'System' }] as const
    const data = { desired, now: api.app.clock().toISOString() }
    const queued = await api.app.execute(host, bob, { type: 'ReconcileProfiles', data }, testCause())
    await api.app.caughtUp(queued)
    const refused = await resend()
    assert.deepEqual([refused.status, refused.body.errors[0].name], [409, 'profile_uuid'])
    const [commandId = ''] = queued.state.commands.waiting.keys()
    const report = { commandId, outcome: 'acknowledged', errors: [], result: null } as const
    await api.app.caughtUp(await api.app.execute(host, bob, { type: 'ReportCommand', data: report }, testCause()))
    assert.equal((await resend()).status, 202)
    const { events } = (await api.call(`GET /hosts/${bob}/history?limit=1`)).body
    assert.equal(events[0].type, 'ProfileResendAsked')
  })
})

const byNumber = (one: string, other: string): number => Number(one) - Number(other)
