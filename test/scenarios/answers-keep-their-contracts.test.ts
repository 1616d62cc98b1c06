import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillLog } from '../../bench/support/filling.ts'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import type { Route } from '../../src/api/admin/access.ts'
import { access } from '../../src/api/admin/access.ts'
import { pastRoutes } from '../../src/api/admin/past/at-any-time.ts'
import type { DemoPush } from '../../src/cli/demo/push.ts'
import { startPush } from '../../src/cli/demo/push.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import { derivedId } from '../../src/kernel/ids.ts'
import { osqueryAgent } from '../../src/simulators/agent.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { writeManifest } from '../../src/protocols/apple/manifest.ts'
import { mobileconfig, profileForm } from '../support/admin-api.ts'
import { mustKeepContract } from '../support/contracts.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

/** More than are moved while a request waits. */
const manyHosts = 501

type GetRoute = Extract<Route, `GET ${string}`>

/** Whatever JSON holds. */
type Json = ReturnType<typeof JSON.parse>

/** What stands in the templates of routes. */
type Seeds = Readonly<{
  /** A Mac. */
  host: number
  udid: string
  /** An iPhone, which gave its unlock token into custody. */
  phone: number
  team: number
  label: number
  profile: string
  carve: number
  command: string
  user: number
  cohort: string
  changeSet: string
  /** When all hosts were enrolled. */
  since: string
  /** Of many hosts. */
  transfer: string
}>

/** Routes whose template is not all that they need. */
const asked = ({ host, udid, phone, team, label, profile, carve, command, user, cohort, changeSet, since, transfer }: Seeds) =>
  ({
    'GET /hosts/identifier/:identifier': `/hosts/identifier/${udid}`,
    'GET /hosts/:id': `/hosts/${String(host)}`,
    'GET /hosts/:id/history': `/hosts/${String(host)}/history?limit=500`,
    'GET /hosts/:id/diff': `/hosts/${String(host)}/diff?${new URLSearchParams({ from: since, to: new Date().toISOString() }).toString()}`,
    'GET /hosts/:id/segments': `/hosts/${String(host)}/segments`,
    'GET /hosts/:id/desired': `/hosts/${String(host)}/desired`,
    'GET /cohorts/:id': `/cohorts/${cohort}`,
    'GET /hosts/:id/explain': `/hosts/${String(phone)}/explain?missing=${profile}`,
    'GET /hosts/:id/profiles/:profile_uuid/explain': `/hosts/${String(host)}/profiles/${profile}/explain`,
    'GET /hosts/:id/commands/:command_uuid/explain': `/hosts/${String(host)}/commands/${command}/explain`,
    'GET /hosts/:id/activities': `/hosts/${String(host)}/activities`,
    'GET /hosts/:id/activities/upcoming': `/hosts/${String(host)}/activities/upcoming`,
    'GET /hosts/:id/configuration_profiles': `/hosts/${String(host)}/configuration_profiles`,
    'GET /hosts/:id/commands': `/hosts/${String(host)}/commands`,
    'GET /hosts/:id/declarations': `/hosts/${String(host)}/declarations`,
    'GET /hosts/:id/lock/pin': `/hosts/${String(host)}/lock/pin`,
    'GET /hosts/:id/escrowed_secrets': `/hosts/${String(phone)}/escrowed_secrets`,
    'GET /hosts/:id/mdm': `/hosts/${String(host)}/mdm`,
    'GET /hosts/:id/labels': `/hosts/${String(host)}/labels`,
    'GET /teams/:id': `/teams/${String(team)}`,
    'GET /teams/:id/secrets': `/teams/${String(team)}/secrets`,
    'GET /labels/:id': `/labels/${String(label)}`,
    'GET /labels/:id/hosts': `/labels/${String(label)}/hosts`,
    'GET /configuration_profiles': `/configuration_profiles?team_id=${String(team)}`,
    'GET /configuration_profiles/:profile_uuid': `/configuration_profiles/${profile}`,
    'GET /configuration_profiles/:profile_uuid/settings': `/configuration_profiles/${profile}/settings`,
    'GET /configuration_profiles/:profile_uuid/settings/diff': `/configuration_profiles/${profile}/settings/diff?${new URLSearchParams({ from: new Date().toISOString() }).toString()}`,
    'GET /configuration_profiles/:profile_uuid/status': `/configuration_profiles/${profile}/status`,
    'GET /webhooks/:name/set_aside': '/webhooks/devices/set_aside',
    'GET /carves/:id': `/carves/${String(carve)}`,
    'GET /carves/:id/block/:block': `/carves/${String(carve)}/block/0`,
    'GET /change_sets/:id': `/change_sets/${changeSet}`,
    'GET /transfers/:id': `/transfers/${transfer}`,
    'GET /users/:id': `/users/${String(user)}`,
    'GET /commands/results': `/commands/results?command_uuid=${command}`,
  }) as const satisfies Partial<Record<GetRoute, string>>

const ann = { name: 'Ann', email: 'ann@example.com', password: 'quite-a-long-Passphrase-7' }

describe('What the admin API answers', function () {
  this.timeout(90_000)
  let folder: string
  let push: DemoPush
  let server: TestServer
  let fleet: AppleFleet
  let seeds: Seeds

  /** Asserts that it is done, and answered as the contract says. */
  const call = async (route: string, body?: object): Promise<Json> => {
    const [method = '', path = ''] = route.split(' ')
    const isForm = body instanceof FormData
    const response = await fetch(`${server.url}/api/v1/fleet${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, ...(!isForm && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : isForm ? body : JSON.stringify(body),
    })
    const type = response.headers.get('content-type')
    const isEndless = type?.startsWith('text/event-stream') === true
    if (isEndless) await response.body?.cancel()
    const text = isEndless ? '' : await response.text()
    assert.ok(response.ok, `${route}: ${String(response.status)} ${text}`)
    const content: Json = type?.includes('application/json') === true ? JSON.parse(text) : null
    mustKeepContract(route, { status: response.status, type, body: content })
    return content
  }

  const base64 = (text: string): string => Buffer.from(text).toString('base64')

  /** A carve of one block, by an agent of its own. */
  const carve = async (): Promise<number> => {
    const host = {
      ...{ uuid: '0D0D0D0D-0000-4000-8000-00000000000D', serial: 'CARVED2', name: 'Carved', model: 'Mac14,7' },
      ...{ osVersion: '15.1', osBuild: '24B83', profiles: () => [], isIn: () => false },
    }
    const agent = osqueryAgent({ url: server.url, secret: await server.client.enrollSecrets.add(null), host })
    await agent.enroll()
    const tell = async (path: string, body: object): Promise<Json> => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.url}/api/osquery/carve/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return response.json()
    }
    const request = { carve_id: 'carve-1', request_id: 'request-1' }
    const size = { block_count: '1', block_size: 100, carve_size: 3 }
    const { session_id } = await tell('begin', { node_key: agent.nodeKey(), ...request, ...size })
    await tell('block', { session_id, request_id: 'request-1', block_id: 0, data: base64('abc') })
    return (await call('GET /carves')).carves[0].id
  }

  /** More hosts than are moved while a request waits, moved to a team. */
  const transfer = async (teamId: number): Promise<string> => {
    const log = await postgresEventLog({ url: server.databaseUrl })
    await fillLog(log, { from: 0, to: manyHosts, profiles: 0 })
    await log.close()
    const hosts = Array.from({ length: manyHosts }, (_, index) => Number(hostIdOf(derivedId(`filled/${String(index)}`))))
    await eventually('all hosts are known', async () => (await server.client.hosts.count()) >= manyHosts)
    return (await call('POST /hosts/transfer', { team_id: teamId, hosts })).transfer
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
    push = await startPush(folder)
    server = await startServer({ environment: { ...push.settings, MUSTER_TLS: 'off' } })
    await server.client.pushCertificate.upload(push)
    fleet = await story.enrolledFleet(server, { count: 4, iphones: 0.5, seed: 'contracts' })
    const mac = fleet.devices.find(({ model }) => model === 'mac')
    const iphone = fleet.devices.find(({ model }) => model !== 'mac')
    assert.ok(mac && iphone)
    const since = new Date().toISOString()
    const host = await story.hostIdOn(server.client, mac)
    const phone = await story.hostIdOn(server.client, iphone)
    const { team } = await call('POST /teams', { name: 'Design' })
    await call(`PATCH /teams/${String(team.id)}`, { description: 'Everybody who draws' })
    await call(`PATCH /teams/${String(team.id)}/secrets`, { secrets: [{}] })
    await call('POST /hosts/transfer', { team_id: team.id, hosts: [host] })
    const { label } = await call('POST /labels', { name: 'Lab', hosts: [host] })
    await call(`PATCH /labels/${String(label.id)}`, { description: 'In the cellar' })
    await call('POST /custom_variables', { name: 'WIFI_KEY', value: 'correct horse' })
    const form = profileForm(mobileconfig(), { team_id: String(team.id), labels_include_any: 'Lab' })
    const { profile_uuid: profile } = await call('POST /configuration_profiles', form)
    const declaration = {
      ...{ Type: 'com.apple.configuration.passcode.settings', Identifier: 'com.example.passcode' },
      Payload: { RequirePasscode: true },
    }
    await call(
      'POST /configuration_profiles',
      profileForm(JSON.stringify(declaration), { fileName: 'p.json', team_id: String(team.id) }),
    )
    await eventually('the Mac holds its profile and its declaration', async () => {
      await fleet.connectAll()
      const told = await server.client.hosts.declarations(host)
      return told.length > 0 && story.holdings(mac).includes('wifi')
    })
    await call('POST /account_enrollments', { managed_apple_account: 'ann@example.com' })
    await call('PUT /yara_rules/miner.yar', { contents: 'rule miner { condition: true }' })
    const command = base64('<plist version="1.0"><dict><key>RequestType</key><string>SecurityInfo</string></dict></plist>')
    const { command_uuid } = await call('POST /commands/run', { command, host_uuids: [mac.udid] })
    await fleet.connectAll()
    await call(`POST /hosts/${String(host)}/lock?view_pin=true`, { message: 'Please call us' })
    const { user } = await call('POST /users', { ...ann, global_role: 'maintainer' })
    const { cohort } = await call(`GET /hosts/${String(host)}/desired`)
    const [{ id: changeSet }] = (await call('GET /change_sets')).change_sets
    const moving = await transfer(team.id)
    seeds = {
      ...{ host, udid: mac.udid, phone, team: team.id, label: label.id, profile, carve: await carve(), command: command_uuid },
      ...{ user: user.id, cohort: cohort.id, changeSet, since, transfer: moving },
    }
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await push?.apns.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const reads = (Object.keys(access) as Route[]).filter((route) => route.startsWith('GET '))
  for (const route of reads)
    it(`to ${route} is what the contract says`, async () => {
      const templates: Readonly<Partial<Record<string, string>>> = asked(seeds)
      const path = templates[route] ?? route.slice('GET '.length)
      assert.ok(!path.includes(':'), `${route}: say above what stands in its template.`)
      await call(`GET ${path}`)
    })

  it('is told to whoever asks, at the same server', async () => {
    const { openapi, paths }: Json = await (await fetch(`${server.url}/api/docs/openapi.json`)).json()
    assert.deepEqual([openapi, '/hosts/{id}' in paths], ['3.1.1', true])
    assert.match(await (await fetch(`${server.url}/api/docs`)).text(), /<h1>The admin API<\/h1>/)
  })

  it('to questions about the past, and for bytes, is what the contract says', async () => {
    const host = String(seeds.host)
    const templates: Readonly<Record<string, string>> = asked(seeds)
    for (const route of [...pastRoutes, 'GET /hosts/:id/desired', 'GET /cohorts/:id']) {
      const { as_of } = await call(`GET ${templates[route] ?? ''}?at=${new Date().toISOString()}`)
      assert.notEqual(as_of, undefined, route)
    }
    for (const subject of [`profiles/${seeds.profile}`, `commands/${seeds.command}`])
      assert.notEqual((await call(`GET /hosts/${host}/${subject}/explain?at=${new Date().toISOString()}`)).chain.length, 0)
    assert.notEqual((await call(`GET /hosts/${host}/diff?from=${seeds.since}&to=${new Date().toISOString()}`)).changes.length, 0)
    assert.equal(await call(`GET /configuration_profiles/${seeds.profile}?alt=media`), null)
    for (const [list, rows] of [
      ['/hosts', 'hosts'],
      ['/certificates', 'certificates'],
      ['/commands', 'results'],
      ['/activities', 'activities'],
      ['/users', 'users'],
      ['/cohorts', 'cohorts'],
      ['/change_sets', 'change_sets'],
      ['/audit/checkpoints', 'checkpoints'],
      [`/hosts/${String(seeds.phone)}/escrowed_secrets`, 'escrowed_secrets'],
      [`/hosts/${host}/declarations`, 'declarations'],
    ] as const)
      assert.notEqual((await call(`GET ${list}`))[rows].length, 0, `${list} has nothing to show.`)
  })

  it('to what is asked of a host is what the contract says', async () => {
    const host = String(seeds.host)
    const phone = String(seeds.phone)
    const [{ fingerprint }] = (await call(`GET /hosts/${phone}/escrowed_secrets`)).escrowed_secrets
    await call(`POST /hosts/${phone}/escrowed_secrets/${fingerprint}/views`)
    const { command_uuid } = await call(`POST /hosts/${phone}/clear_passcode`)
    await call(`DELETE /hosts/${phone}/commands/${command_uuid}`)
    await call(`POST /hosts/${host}/refetch`)
    await call(`POST /hosts/${phone}/mdm/renewals`)
    await call('POST /configuration_profiles/resend/batch', {
      profile_uuid: seeds.profile,
      filters: { profile_status: 'failed' },
    })
    const owned = appleDevice({ network: server.network, seed: 'owned', model: 'iphone', supervised: true })
    await owned.enroll(await server.client.enrollmentProfile())
    await call(`POST /hosts/${String(await story.hostIdOn(server.client, owned))}/location`)
    await call(`POST /hosts/${host}/release`)
    const { hosts } = await call('GET /hosts?query=CARVED2')
    await call(`POST /hosts/${host}/merges`, { host_id: hosts[0].id })
    await call(`DELETE /hosts/${host}/merges/${String(hosts[0].id)}`)
  })

  it('to people who sign in is what the contract says', async () => {
    const { email, password } = ann
    assert.equal((await call('POST /login', { email, password })).user.email, email)
    await call('POST /sessions', { email, password })
    const { sessions } = await call(`GET /sessions?user_id=${String(seeds.user)}`)
    assert.equal(sessions.length, 2)
    await call(`DELETE /sessions/${sessions[0].id}`)
    await call(`PATCH /users/${String(seeds.user)}`, { global_role: null, teams: [{ id: seeds.team, role: 'observer' }] })
    assert.equal((await call(`GET /users/${String(seeds.user)}`)).user.teams.length, 1)
    await call(`DELETE /users/${String(seeds.user)}`)
  })

  it('to what is planned, and to what is undone, is what the contract says', async () => {
    const [host, team] = [String(seeds.host), String(seeds.team)]
    const changes: readonly (readonly [string, object?])[] = [
      [`DELETE /configuration_profiles/${seeds.profile}?`],
      [`POST /configuration_profiles/batch?team_id=${team}&`, { profiles: [] }],
      ['POST /hosts/transfer?', { team_id: null, hosts: [seeds.host] }],
      [`PATCH /labels/${String(seeds.label)}?`, { description: 'Upstairs' }],
      ['POST /labels?', { name: 'Office', hosts: [seeds.host] }],
    ]
    for (const [route, body] of changes) assert.notEqual((await call(`${route}plan=true`, body)).plan, undefined, route)
    const { label } = await call('POST /labels', { name: 'Attic', hosts: [seeds.host] })
    const [{ id }] = (await call('GET /change_sets')).change_sets
    const planned = await call(`POST /change_sets/${id}/undo?plan=true`)
    assert.deepEqual([planned.plan.hosts, planned.undone.length], [0, 1])
    assert.equal((await call(`POST /change_sets/${id}/undo`)).undone[0].id, String(label.id))
    assert.equal((await call(`GET /change_sets/${id}`)).change_set.undone_by.length, 36)
    assert.notEqual((await call(`GET /hosts/${host}/segments`)).segments.length, 0)
  })

  it('to software is what the contract says', async () => {
    const host = String(seeds.host)
    const form = new FormData()
    form.append('package', new Blob(['xar!', Buffer.alloc(2_000)]), 'Editor.pkg')
    const { package: uploaded } = await call('POST /packages', form)
    await call(`POST /hosts/${host}/packages/${String(uploaded.id)}`)
    const url = 'https://cdn.example.com/Browser.pkg'
    const described = { bundleIdentifier: 'com.example.browser', bundleVersion: '1', title: 'Browser' }
    const plist = writeManifest({ url, chunkSize: 100, chunks: ['a'.repeat(64)], ...described })
    const { manifest } = await call('POST /manifests', { name: 'Browser', manifest: base64(plist) })
    await call(`POST /hosts/${host}/manifests/${String(manifest.id)}`)
    for (const list of ['packages', 'manifests']) assert.equal((await call(`GET /${list}`))[list].length, 1)
    await call(`DELETE /packages/${String(uploaded.id)}`)
    await call(`DELETE /manifests/${String(manifest.id)}`)
  })

  it('to ends is what the contract says', async () => {
    const host = String(seeds.host)
    await call('DELETE /yara_rules/miner.yar')
    await call('DELETE /custom_variables/WIFI_KEY')
    await call(`DELETE /configuration_profiles/${seeds.profile}`)
    await call(`DELETE /labels/id/${String(seeds.label)}`)
    await fleet.connectAll()
    await call(`POST /hosts/${host}/unlock`)
    await call('POST /work/parked/retries')
    await call('POST /projections/rebuilds', { names: ['teams'] })
    await call(`DELETE /hosts/${host}/mdm`)
    await call(`POST /hosts/${host}/forget`, { reason: 'Sold', confirm: seeds.host, force: true })
    assert.notEqual((await call(`GET /hosts/${host}`)).host.forgotten_at, undefined)
    assert.equal((await call(`GET /commands/results?command_uuid=${seeds.command}`)).results.length, 1)
    await call(`DELETE /teams/${String(seeds.team)}`)
  })
})
