import assert from 'node:assert/strict'
import type { HostCommand } from '../../src/domain/host/host.ts'
import { host } from '../../src/domain/host/host.ts'
import { asDesired, desiredOfHost } from '../../src/projections/rollout.ts'
import type { AdminApi } from '../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../support/admin-api.ts'
import { enrollHost, testCause } from '../support/app.ts'

const day = 24 * 60 * 60 * 1000

describe('what a Mac had on 3 March', function () {
  this.timeout(60_000)
  let api: AdminApi
  let mac: string
  let teamId: number
  let labelId: number
  let wifi: string
  let drawn: string

  const get = async (path: string) => {
    const { status, body } = await api.call(`GET ${path}`)
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`)
    return body
  }
  const refused = async (path: string) => {
    const { status, body } = await api.call(`GET ${path}`)
    return [status, body.errors[0].name, body.errors[0].reason]
  }
  const told = async (route: string, call: Parameters<AdminApi['call']>[1]) => {
    const { status, body } = await api.call(route, call)
    assert.ok(status < 300, JSON.stringify(body))
    return body
  }
  const tell = async (command: HostCommand) => api.app.caughtUp(await api.app.execute(host, mac, command, testCause()))

  /** What the worker and the Mac would do: it gets what it is to have, and takes it. */
  const settle = async () => {
    const desired = (await api.app.read(desiredOfHost(mac))).map(asDesired)
    await tell({ type: 'ReconcileProfiles', data: { desired, now: api.app.clock().toISOString() } })
    const { state } = await api.app.load(host, mac)
    for (const commandId of state.commands.waiting.keys()) {
      await tell({ type: 'SendCommand', data: { commandId } })
      await tell({ type: 'ReportCommand', data: { commandId, outcome: 'acknowledged', errors: [], result: null } })
    }
  }

  before(async () => {
    api = await startAdminApi()
    // 1 March: it enrolls, and joins a team with one profile.
    teamId = (await told('POST /teams', { json: { name: 'Design' } })).team.id
    wifi = (await told('POST /configuration_profiles', { body: profileForm(mobileconfig(), { team_id: String(teamId) }) }))
      .profile_uuid
    mac = await enrollHost(api.app, { udid: 'MAC-OF-ADA', serial: 'C02', name: 'Ada', osVersion: '15.3' })
    await told('POST /hosts/transfer', { json: { team_id: teamId, hosts: [Number(mac)] } })
    await settle()
    // 2 March: a label, and a profile for its hosts.
    api.advance(day)
    labelId = (await told('POST /labels', { json: { name: 'Painters', hosts: ['Ada'] } })).label.id
    const form = profileForm(mobileconfig({ identifier: 'com.example.draw', name: 'Drawing' }), {
      ...{ team_id: String(teamId), labels_include_any: 'Painters', fileName: 'draw.mobileconfig' },
    })
    drawn = (await told('POST /configuration_profiles', { body: form })).profile_uuid
    await settle()
    // 4 March: everything becomes something else.
    api.advance(2 * day)
    const renewed = mobileconfig({ name: 'Wi-Fi of the house', extra: '<key>SSID</key><string>House</string>' })
    await told(`PATCH /configuration_profiles/${wifi}`, { body: profileForm(renewed) })
    await told(`PATCH /labels/${String(labelId)}`, { json: { name: 'Sculptors', hosts: [] } })
    await told(`PATCH /teams/${String(teamId)}`, { json: { name: 'Studio', description: 'Downstairs' } })
    await told(`DELETE /configuration_profiles/${drawn}`, {})
    await settle()
    // 6 March: it is locked, and leaves.
    api.advance(2 * day)
    await told(`POST /hosts/${mac}/lock`, { json: {} })
    await settle()
    api.advance(day)
    await tell({ type: 'EndEnrollment', data: { because: 'checked-out' } })
    api.advance(day)
  })
  after(() => api.stop())

  const third = 'at=2026-03-03'

  it('is told of the host: its team, its lock, and each profile by the name and in the state of that day', async () => {
    const { host: was, as_of } = await get(`/hosts/${mac}?${third}`)
    assert.deepEqual([was.team_name, was.mdm.enrollment_status, was.mdm.device_status], ['Design', 'On (manual)', 'unlocked'])
    const profiles = was.mdm.profiles.map(({ name, status }: { name: string; status: string }) => [name, status])
    assert.deepEqual(profiles, [
      ['Drawing', 'verifying'],
      ['Wi-Fi', 'verifying'],
    ])
    assert.deepEqual([as_of.asked, as_of.at], ['2026-03-03', '2026-03-02T12:00:00.000Z'])
  })

  it('is told of its settings, labels and commands', async () => {
    const { profiles } = await get(`/hosts/${mac}/configuration_profiles?${third}`)
    assert.deepEqual(
      profiles.map(({ name, labels_include_any }: { name: string; labels_include_any?: unknown }) => [name, labels_include_any]),
      [
        ['Drawing', [{ name: 'Painters', id: labelId }]],
        ['Wi-Fi', undefined],
      ],
    )
    const { labels } = await get(`/hosts/${mac}/labels?${third}`)
    assert.deepEqual(
      labels.map(({ name }: { name: string }) => name),
      ['All Hosts', 'macOS', 'Painters'],
    )
    const { results } = await get(`/hosts/${mac}/commands?${third}`)
    assert.deepEqual(
      results.map(({ request_type, status }: { request_type: string; status: string }) => [request_type, status]),
      [
        ['InstallProfile', 'Acknowledged'],
        ['InstallProfile', 'Acknowledged'],
      ],
    )
    assert.equal((await get(`/hosts/${mac}/commands?${third}&per_page=1`)).meta.has_next_results, true)
  })

  it('is told of teams, labels and profiles as they were defined, content included', async () => {
    const { team } = await get(`/teams/${String(teamId)}?${third}`)
    assert.deepEqual(team, {
      id: teamId,
      name: 'Design',
      description: '',
      created_at: '2026-03-01T12:00:00.000Z',
      host_count: null,
    })
    const { label } = await get(`/labels/${String(labelId)}?${third}`)
    assert.deepEqual([label.name, label.label_membership_type, label.host_ids], ['Painters', 'manual', [Number(mac)]])
    assert.equal((await get(`/configuration_profiles/${wifi}?${third}`)).name, 'Wi-Fi')
    const { bytes, headers } = await api.call(`GET /configuration_profiles/${wifi}?${third}&alt=media`)
    assert.equal(bytes.toString(), mobileconfig())
    assert.match(headers.get('content-disposition') ?? '', /2026-03-01 Wi-Fi\.mobileconfig/)
    assert.equal((await get(`/configuration_profiles/${drawn}?${third}`)).name, 'Drawing')
    assert.equal((await api.call(`GET /configuration_profiles/${drawn}`)).status, 404, 'it is no more')
  })

  it('is told what it was to have, by host and by cohort', async () => {
    const { enrolled, cohort, profiles } = await get(`/hosts/${mac}/desired?${third}`)
    const names = (all: readonly { name: string; mode: string }[]) => all.map(({ name, mode }) => [name, mode])
    const wanted = [
      ['Drawing', 'wanted'],
      ['Wi-Fi', 'wanted'],
    ]
    assert.deepEqual([enrolled, cohort.team_name, cohort.labels], [true, 'Design', [{ id: labelId, name: 'Painters' }]])
    assert.deepEqual(names(profiles), wanted)
    const plain = `apple_${String(teamId)}`
    assert.deepEqual(names((await get(`/cohorts/${plain}?${third}`)).cohort.profiles), [['Wi-Fi', 'wanted']])
    assert.deepEqual(names((await get(`/cohorts/${plain}`)).cohort.profiles), [['Wi-Fi of the house', 'wanted']])
    const { cohorts } = await get('/cohorts')
    assert.deepEqual(
      cohorts.map(({ id, team_name, host_count, profile_count }: Readonly<Record<string, unknown>>) => [
        id,
        team_name,
        host_count,
        profile_count,
      ]),
      [[plain, 'Studio', 1, 1]],
    )
    assert.deepEqual(await refused(`/cohorts/${String(cohort.id)}?${third}`), [
      404,
      'id',
      `The cohort ${String(cohort.id)} has no hosts now; ask for the desired set of a host that was in it.`,
    ])
  })

  it('tells what is different since, each fact with the event that made it so', async () => {
    const { changes, from, to, events_between } = await get(`/hosts/${mac}/diff?from=2026-03-03&to=2026-03-05`)
    const byPath = new Map<string, { before: unknown; after: unknown; because: Readonly<Record<string, unknown>> }>(
      changes.map((change: { path: string }) => [change.path, change]),
    )
    assert.deepEqual([from.at, to.at], ['2026-03-02T12:00:00.000Z', '2026-03-04T12:00:00.000Z'])
    assert.ok(events_between >= changes.length / 4 && events_between > 4)
    const label = byPath.get('labels/Sculptors')
    assert.deepEqual([label?.before, label?.after, label?.because['type']], [true, null, 'LabelMembershipChanged'])
    const gone = byPath.get('profiles/Drawing/status')
    assert.deepEqual([gone?.before, gone?.after, gone?.because['type']], ['verifying', null, 'ProfileRemoved'])
    assert.match(String(gone?.because['sentence']), /com\.example\.draw|profile/i)
    const content = byPath.get('profiles/Wi-Fi of the house/checksum')
    assert.equal(content?.because['type'], 'CommandsQueued')
    assert.notEqual(content?.before, content?.after)
    assert.equal(typeof content?.because['position'], 'string')
    assert.deepEqual((await get(`/hosts/${mac}/diff?from=2026-03-03&to=2026-03-03`)).changes, [])
  })

  it('tells its lifetime in segments', async () => {
    const { segments } = await get(`/hosts/${mac}/segments`)
    assert.deepEqual(
      segments.map(({ kind, from, to, epoch, team_name }: Readonly<Record<string, string | null>>) => [
        kind,
        from?.slice(8, 10),
        to?.slice(8, 10) ?? null,
        epoch,
        team_name,
      ]),
      [
        ['enrolled', '01', '06', 1, 'Design'],
        ['locked', '06', '07', 1, 'Studio'],
        ['unenrolled', '07', null, 1, 'Studio'],
      ],
    )
    assert.deepEqual([segments[1].because.type, segments[2].because.type], ['HostLocked', 'EnrollmentEnded'])
  })

  it('is the same now, asked for by the last position or not asked for', async () => {
    const head = String(await api.app.log.head())
    for (const path of [
      `/hosts/${mac}`,
      `/hosts/${mac}/configuration_profiles`,
      `/hosts/${mac}/labels`,
      `/hosts/${mac}/commands`,
      `/hosts/${mac}/desired`,
      `/configuration_profiles/${wifi}`,
    ]) {
      const { as_of, ...then } = await get(`${path}?at=${head}`)
      const now = await get(path)
      delete now.host?.disk_encryption_enabled
      delete now.host?.mdm?.device_status_detail
      assert.ok(as_of.events > 0)
      assert.deepEqual(then, now, path)
    }
    const { as_of: _, label: then } = await get(`/labels/${String(labelId)}?at=${head}`)
    const { label: now } = await get(`/labels/${String(labelId)}`)
    assert.deepEqual({ ...now, host_ids: [] }, { ...then, updated_at: now.updated_at })
  })

  it('refuses moments that make no sense, and says why', async () => {
    for (const path of [
      `/hosts/${mac}/labels`,
      `/hosts/${mac}/commands`,
      `/hosts/${mac}/desired`,
      `/teams/${String(teamId)}`,
      `/labels/${String(labelId)}`,
      `/configuration_profiles/${wifi}`,
      `/hosts/${mac}/configuration_profiles`,
    ]) {
      assert.deepEqual((await refused(`${path}?at=soon`)).slice(0, 2), [400, 'at'])
      assert.match((await refused(`${path}?at=2027-01-01`))[2], /yet to come/)
      assert.match(
        (await refused(`${path}?at=2026-02-01`))[2],
        /became known at 2026-03-0[12]T12:00:00\.000Z \(position \d+\), after 2026-02-01/,
      )
    }
    assert.deepEqual((await refused(`/hosts/${mac}/diff?from=2026-03-05&to=2026-03-04`)).slice(0, 2), [400, 'from'])
    assert.deepEqual((await refused(`/hosts/${mac}/diff?from=2026-03-05&to=2027-03-04`)).slice(0, 2), [400, 'to'])
    assert.deepEqual((await refused(`/hosts/${mac}/diff?from=2026-02-01&to=2026-03-04`)).slice(0, 2), [404, 'from'])
    assert.deepEqual((await refused(`/hosts/${mac}/diff?from=2026-03-01`)).slice(0, 2), [400, 'to'])
    for (const path of [
      '/hosts/7/diff?from=2026-03-01&to=2026-03-02',
      '/hosts/7/segments',
      '/hosts/7/desired',
      '/hosts/7/desired?at=2026-03-02',
    ])
      assert.deepEqual((await refused(path)).slice(0, 2), [404, 'id'], path)
    assert.match((await refused(`/configuration_profiles/${drawn}?at=2026-03-05`))[2], /was deleted at 2026-03-04T12/)
    assert.deepEqual((await refused('/cohorts/nonsense')).slice(0, 2), [404, 'id'])
    assert.deepEqual((await refused('/activities?page=1001&per_page=50')).slice(0, 2), [400, 'page'])
  })
})
