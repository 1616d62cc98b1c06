import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { testCause } from '../../../support/app.ts'
import { authenticate, certificateOf, updateToken } from '../../../support/host-stories.ts'

describe('lists of hosts', function () {
  this.timeout(30_000)
  let api: AdminApi
  let teamId: number
  const [mac, phone, other] = ['MAC-1', 'PHONE-1', 'MAC-2'].map(hostIdOf) as [string, string, string]
  const numbers = (...hostIds: readonly string[]) => hostIds.map(Number).sort((one, another) => one - another)

  before(async () => {
    api = await startAdminApi()
    const { app } = api
    const enrol = async (hostId: string, letter: string, platform: 'darwin' | 'ios') => {
      const certificate = certificateOf(letter)
      await app.execute(host, hostId, authenticate(certificate, platform), testCause())
      await app.execute(host, hostId, updateToken(`token-${letter}`, 'device', certificate), testCause())
    }
    await enrol(mac, 'a', 'darwin')
    await enrol(phone, 'b', 'ios')
    await app.execute(host, other, authenticate(certificateOf('c')), testCause())
    teamId = (await api.call('POST /teams', { json: { name: 'Studio' } })).body.team.id
    await app.caughtUp({ position: await app.log.head() })
    const seen = api.advance(45 * 24 * 60 * 60 * 1000)
    await api.pool.query(
      'insert into host_seen (host_id, seen_at) values ($1, $2) on conflict (host_id) do update set seen_at = $2',
      [mac, seen],
    )
  })
  after(() => api.stop())

  const found = async (query: string): Promise<readonly number[]> => {
    const { body } = await api.call(`GET /hosts?${query}`)
    assert.equal((await api.call(`GET /hosts/count?${query}`)).body.count, body.hosts.length, query)
    return body.hosts.map(({ id }: { id: number }) => id)
  }

  it('are narrowed by presence, enrollment, platform and label', async () => {
    assert.deepEqual(await found('status=online'), numbers(mac))
    assert.deepEqual(await found('status=offline'), numbers(phone, other))
    assert.deepEqual(await found('status=mia'), numbers(phone, other))
    assert.deepEqual(await found('status=new'), [])
    assert.deepEqual(await found('mdm_enrollment_status=manual'), numbers(mac, phone))
    assert.deepEqual(await found('mdm_enrollment_status=pending'), numbers(other))
    assert.deepEqual(await found('mdm_enrollment_status=automatic'), [])
    assert.deepEqual(await found('platform=ios'), numbers(phone))
    assert.deepEqual(await found('platform=darwin&status=offline'), numbers(other))
    assert.deepEqual(await found('label_id=3'), numbers(phone))
    assert.deepEqual(await found('os_version=99'), [])
  })

  it('go on after a host', async () => {
    const [first, ...rest] = numbers(mac, phone, other)
    const { body } = await api.call(`GET /hosts?after=${String(first)}`)
    assert.deepEqual(
      body.hosts.map(({ id }: { id: number }) => id),
      rest,
    )
  })

  for (const [query, field] of [
    ['status=asleep', 'status'],
    ['mdm_enrollment_status=maybe', 'mdm_enrollment_status'],
    ['platform=beos', 'platform'],
    ['profile_status=failed', 'profile_status'],
    ['os_settings=failed&macos_settings=failed', 'macos_settings'],
    ['after=1&order_key=platform', 'after'],
  ] as const)
    it(`are refused with ${query}`, async () => {
      const { status, body } = await api.call(`GET /hosts?${query}`)
      assert.deepEqual([status, body.errors[0].name], [400, field])
    })

  it('are summed up by platform and by enrollment', async () => {
    const { body } = await api.call('GET /host_summary')
    const { totals_hosts_count, online_count, offline_count, mia_count, new_count } = body
    assert.deepEqual([totals_hosts_count, online_count, offline_count, mia_count, new_count], [3, 1, 2, 2, 0])
    assert.deepEqual(body.platforms, [
      { platform: 'darwin', hosts_count: 2 },
      { platform: 'ios', hosts_count: 1 },
    ])
    const mdm = (await api.call('GET /hosts/summary/mdm?platform=darwin')).body
    const { enrolled_manual_hosts_count, pending_hosts_count, hosts_count } = mdm.mobile_device_management_enrollment_status
    assert.deepEqual([enrolled_manual_hosts_count, pending_hosts_count, hosts_count], [1, 1, 2])
    assert.equal((await api.call('GET /host_summary?team_id=77')).status, 404)
  })

  it('are moved all at once, and moved again nothing happens', async () => {
    const move = () =>
      api.call('POST /hosts/transfer/filter', { json: { team_id: teamId, filters: { label_id: 2, status: 'offline' } } })
    assert.equal((await move()).status, 200)
    assert.deepEqual(await found(`team_id=${String(teamId)}`), numbers(other))
    const head = await api.app.log.head()
    assert.equal((await move()).status, 200)
    assert.equal(await api.app.log.head(), head)
    const wrong = await api.call('POST /hosts/transfer/filter', { json: { team_id: teamId, filters: { colour: 'red' } } })
    assert.deepEqual([wrong.status, wrong.body.errors[0].name], [422, 'filters.colour'])
  })
})
