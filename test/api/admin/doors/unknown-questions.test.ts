import assert from 'node:assert/strict'
import type { Route } from '../../../../src/api/admin/access.ts'
import { access, aliases } from '../../../../src/api/admin/access.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost } from '../../../support/app.ts'

describe('A question that a route does not know [case E1]', function () {
  this.timeout(60_000)
  let api: AdminApi
  let host: string

  before(async () => {
    api = await startAdminApi({ perToken: 100_000, refusedPerAddress: 10_000 })
    host = await enrollHost(api.app, { udid: 'AAAA-1', name: 'Mac of "Ann", the first' })
    await enrollHost(api.app, { udid: 'BBBB-2', name: '=2+3' })
  })
  after(() => api.stop())

  const concrete = (path: string): string => path.replace(/:\w+/g, '7')

  for (const path of [...(Object.keys(access) as Route[]), ...Object.keys(aliases)])
    it(`is refused by ${path}, and named`, async () => {
      const { status, body } = await api.call(`${concrete(path)}?nonsense=1&also=`)
      assert.equal(status, 400)
      assert.deepEqual(
        body.errors.map(({ name }: { name: string }) => name),
        ['nonsense', 'also'],
      )
    })

  for (const [asked, field, reason] of [
    ['GET /hosts?statsu=offline', 'statsu', /is status meant\?/],
    ['GET /hosts?low_disk_space=5', 'low_disk_space', /it knows after, label_id/],
    ['GET /hosts/count?policy_id=1', 'policy_id', /policy_id is no question/],
    ['GET /hosts?Status=offline', 'Status', /is status meant\?/],
    ['GET /hosts?status[]=offline', 'status[]', /status/],
    ['GET /hosts/7?query=x', 'query', /query is no question/],
    ['GET /teams?q=zzz', 'q', /it knows order_direction/],
    ['POST /configuration_profiles/batch?dryrun=true', 'dryrun', /is dry_run meant\?/],
    ['GET /labels?query=x', 'query', /query is no question/],
    ['GET /audit/export?hots=7', 'hots', /is host meant\?/],
  ] as const)
    it(`is not answered as another one: ${asked}`, async () => {
      const { status, body } = await api.call(asked, asked.startsWith('POST') ? { json: { profiles: [] } } : {})
      assert.deepEqual([status, body.errors[0].name], [400, field])
      assert.match(body.errors[0].reason, reason)
    })

  for (const [route, json, field] of [
    [
      'POST /users/admin',
      { name: 'Bot', email: 'b@example.com', password: 'quite-a-long-Passphrase-7', global_role: 'observer', api_only: true },
      'api_only',
    ],
    ['POST /teams', { name: 'T', descripton: 'x' }, 'descripton'],
    ['POST /labels', { name: 'L', hots: [] }, 'hots'],
    ['POST /hosts/transfer', { team_id: null, hosts: [1], dry_run: true }, 'dry_run'],
    ['POST /commands/run', { command: 'x', host_uuids: ['a'], when: 'now' }, 'when'],
    ['POST /api_tokens', { name: 'x', role: 'observer', team: 4 }, 'team'],
    ['POST /spec/enroll_secret', { secrets: [] }, 'spec'],
  ] as const)
    it(`is refused in the body of ${route} as well: ${field}`, async () => {
      const { status, body } = await api.call(route, { json })
      assert.equal(status, 422)
      assert.ok(
        body.errors.some(({ name }: { name: string }) => name === field),
        JSON.stringify(body.errors),
      )
    })

  it('is refused in the form of an upload, which would go to every host', async () => {
    const form = profileForm(mobileconfig(), { labels_inlcude_any: 'Few' })
    const { status, body } = await api.call('POST /configuration_profiles', { body: form })
    assert.deepEqual([status, body.errors[0].name], [400, 'labels_inlcude_any'])
    assert.match(body.errors[0].reason, /is labels_include_any meant\?/)
  })

  for (const [asked, expected] of [
    ['GET /hosts/nonsense', 404],
    ['GET /labels/nonsense', 404],
    ['GET /hosts/-1', 404],
    ['GET /hosts/1e3', 404],
    ['GET /hosts/%00', 404],
    ['GET /teams/12345678901234567', 404],
    ['GET /users/first', 404],
    ['GET /carves/x', 404],
    ['DELETE /hosts/nonsense/commands/7', 404],
    ['GET /change_sets/nonsense', 404],
  ] as const)
    it(`is what stands in a path and is no id: ${asked}`, async () => {
      const { status, body } = await api.call(asked)
      assert.equal(status, expected)
      assert.doesNotMatch(JSON.stringify(body), /no number/)
    })

  it('is not what Fleet calls a team now, unless both names are told', async () => {
    const { id } = (await api.call('POST /teams', { json: { name: 'Field' } })).body.team
    const move = await api.call('POST /hosts/transfer', { json: { fleet_id: id, hosts: [Number(host)] } })
    assert.equal(move.status, 200)
    const { hosts } = (await api.call(`GET /hosts?fleet_id=${String(id)}`)).body
    assert.deepEqual(
      hosts.map((one: { id: number }) => String(one.id)),
      [host],
    )
    const batch = await api.call('POST /configuration_profiles/batch?fleet_name=Field', { json: { profiles: [] } })
    assert.equal(batch.status, 204)
    const both = await api.call(`GET /hosts?fleet_id=${String(id)}&team_id=${String(id)}`)
    assert.deepEqual([both.status, both.body.errors[0].name], [400, 'fleet_id'])
    const bothInBody = await api.call('POST /hosts/transfer', { json: { fleet_id: id, team_id: id, hosts: [Number(host)] } })
    assert.deepEqual([bothInBody.status, bothInBody.body.errors[0].name], [400, 'fleet_id'])
    assert.equal((await api.call('GET /labels?fleet_id=1')).status, 400, 'where no team is asked for, neither name is known')
  })

  it('is none of those that Fleet documents and that can be answered: teams by a part of their name, and in an order', async () => {
    for (const name of ['Zebra crossing', 'Ant hill']) await api.call('POST /teams', { json: { name } })
    const namesOf = async (query: string) =>
      (await api.call(`GET /teams?${query}`)).body.teams.map(({ name }: { name: string }) => name)
    assert.deepEqual(await namesOf('query=zzz'), [])
    assert.deepEqual(await namesOf('query=CROSS'), ['Zebra crossing'])
    assert.deepEqual((await namesOf('order_key=name&order_direction=desc'))[0], 'Zebra crossing')
    assert.deepEqual(await namesOf('page=1&per_page=1&order_key=name'), ['Field'])
    assert.deepEqual((await namesOf('order_key=host_count&order_direction=desc'))[0], 'Field')
  })

  it('is none of those that Fleet documents and that can be answered: activities between two times', async () => {
    const at = async (query: string) => {
      const { status, body } = await api.call(`GET /activities?${query}`)
      return status === 200 ? body.activities.length : [status, body.errors[0].name]
    }
    const all = await at('per_page=500')
    assert.ok(all > 0)
    assert.equal(await at('start_created_at=2027-01-01T00:00:00Z'), 0)
    assert.equal(await at('end_created_at=2001-01-01'), 0)
    assert.equal(await at('start_created_at=2001-01-01&end_created_at=2027-01-01T00:00:00%2B02:00&per_page=500'), all)
    assert.deepEqual(await at('start_created_at=yesterday'), [400, 'start_created_at'])
    assert.deepEqual(await at('end_created_at=2026-03-01T12:00:00'), [400, 'end_created_at'])
    assert.deepEqual(await at('start_created_at=2026-02-01&end_created_at=2026-01-01'), [400, 'start_created_at'])
  })

  it('is none of those that Fleet documents and that can be answered: commands by how they stand', async () => {
    const command = Buffer.from(
      '<?xml version="1.0"?><plist><dict><key>Command</key><dict><key>RequestType</key><string>ProfileList</string></dict></dict></plist>',
    )
    await api.call('POST /commands/run', { json: { command: command.toString('base64'), host_uuids: ['AAAA-1'] } })
    const count = async (query: string) => (await api.call(`GET /commands?${query}`)).body.results?.length
    const all = await count('')
    assert.ok(all > 0)
    assert.equal(await count('command_status=pending'), all)
    assert.equal(await count('command_status=ran'), 0)
    assert.equal(await count('command_status=failed&host_identifier=AAAA-1'), 0)
    assert.equal((await api.call('GET /commands?command_status=lost')).status, 400)
  })

  it('is none of those that Fleet documents and that can be answered: the hosts of a label by the filters of hosts', async () => {
    const named = async (query: string) =>
      (await api.call(`GET /labels/1/hosts?${query}`)).body.hosts.map(({ uuid }: { uuid: string }) => uuid)
    assert.deepEqual(await named('query=AAAA&status=offline'), ['AAAA-1'])
    assert.deepEqual(await named('order_key=uuid&order_direction=desc'), ['BBBB-2', 'AAAA-1'])
    assert.deepEqual(await named('platform=windows'), [])
  })

  it('is neither the report of hosts, which is a table, nor the summary of labels', async () => {
    const { status, headers, bytes } = await api.call('GET /hosts/report?columns=uuid,computer_name,team_name&order_key=uuid')
    assert.equal(status, 200)
    assert.match(headers.get('content-type') ?? '', /^text\/csv/)
    assert.equal(
      bytes.toString(),
      'uuid,computer_name,team_name\r\nAAAA-1,"Mac of ""Ann"", the first",Field\r\nBBBB-2,\'=2+3,\r\n',
    )
    const one = await api.call('GET /hosts/report?format=csv&query=BBBB')
    assert.equal(one.bytes.toString().trim().split('\r\n').length, 2)
    const wrong = await api.call('GET /hosts/report?columns=uuid,colour')
    assert.deepEqual([wrong.status, wrong.body.errors[0].name], [400, 'columns'])
    assert.equal((await api.call('GET /hosts/report?format=xls')).status, 400)
    const { labels } = (await api.call('GET /labels/summary')).body
    assert.deepEqual(labels[0], { id: 1, name: 'All Hosts', description: 'All hosts of this server.', label_type: 'builtin' })
    assert.equal((await api.call('GET /labels?order_key=name')).body.labels.length, labels.length)
  })

  it('is a type that no event has: nothing found would read as nothing done', async () => {
    const typesIn = async (query: string) => {
      const { body } = await api.call(`GET /hosts/${host}/history?${query}`)
      return body.events?.map(({ type }: { type: string }) => type) ?? body.errors[0]
    }
    const refused = await typesIn('type=Nonsense')
    assert.equal(refused.name, 'type')
    assert.match(refused.reason, /of the type Nonsense; there are .*HostTransferred/)
    assert.match((await typesIn('type=HostTransfered,HostDiscovered')).reason, /is HostTransferred meant\?/)
    assert.deepEqual(await typesIn('type=hosttransferred,%20HostDiscovered&order=asc'), ['HostDiscovered', 'HostTransferred'])
    assert.deepEqual(await typesIn('type=HostTransferred,HostDiscovered&limit=1'), ['HostTransferred'])
    assert.deepEqual(await typesIn('type=HostForgotten'), [])
  })

  for (const [asked, name, reason] of [
    ['GET /activities?activity_type=created_taem', 'activity_type', /called created_taem; is created_team meant\?/],
    ['GET /activities?activity_type=nonsense', 'activity_type', /called nonsense; there are .*created_macos_profile.*wiped_host/],
    ['GET /activities?activity_type=created_profile', 'activity_type', /is created_\w+ meant\?/],
    ['GET /hosts/{host}/activities?activity_type=locked', 'activity_type', /is locked_host meant\?|there are/],
    ['GET /audit/export?type=TeamCreate', 'type', /No event is of the type TeamCreate; is TeamCreated meant\?/],
    ['GET /audit/export?type=Nonsense', 'type', /there are .*HostTransferred.*YaraRuleSet/],
    ['GET /audit/export?category=hots', 'category', /is host meant\?/],
    ['GET /audit/export?category=team&type=HostTransferred', 'type', /No event of the category team .*there are TeamCreated/],
  ] as const)
    it(`is a type that nothing has: ${asked}`, async () => {
      const { status, body } = await api.call(asked.replace('{host}', host))
      assert.deepEqual([status, body.errors?.[0].name], [400, name])
      assert.match(body.errors[0].reason, reason)
    })

  it('is not a type in other letters, nor one of which nothing is told yet', async () => {
    assert.equal((await api.call('GET /activities?activity_type=Created_Team')).body.activities[0].type, 'created_team')
    assert.deepEqual((await api.call('GET /activities?activity_type=wiped_host')).body.activities, [])
    const { bytes } = await api.call('GET /audit/export?type=hosttransferred&category=HOST')
    const header = JSON.parse(bytes.toString().split('\n')[0] ?? '') as { filter: object }
    assert.deepEqual(header.filter, { from: null, to: null, host: null, actor: null, type: 'HostTransferred', category: 'host' })
    const unknown = await api.call('GET /audit/export?host=123456')
    assert.deepEqual([unknown.status, unknown.body.errors[0].name], [404, 'host'])
  })
})
