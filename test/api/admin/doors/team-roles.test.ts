import assert from 'node:assert/strict'
import type { Route } from '../../../../src/api/admin/access.ts'
import { access, aliases } from '../../../../src/api/admin/access.ts'
import type { Subject } from '../../../../src/api/admin/subject.ts'
import { subjects } from '../../../../src/api/admin/subjects.ts'
import type { AdminApi, Call } from '../../../support/admin-api.ts'
import { mobileconfig, profileForm, secretOf, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost } from '../../../support/app.ts'

/** A team with what it has: two hosts, and a way to make profiles. */
type Side = Readonly<{ teamId: number; teamName: string; hosts: readonly string[]; udids: readonly string[] }>

type Asking = Readonly<{ id?: string; rest?: string; query?: Readonly<Record<string, string>>; json?: object }>

/** What names a side in a call, by what the route is about. */
const about: Readonly<Partial<Record<Subject, (side: Side, profileId: string) => Asking>>> = {
  listed: ({ teamId }) => ({ id: '1', query: { team_id: String(teamId) } }),
  team: ({ teamId }) => ({ id: String(teamId) }),
  'team-in-query': ({ teamId }) => ({ query: { team_id: String(teamId) } }),
  'named-team-in-query': ({ teamName }) => ({ query: { team_name: teamName } }),
  'team-in-body': ({ teamId }) => ({ json: { team_id: teamId, managed_apple_account: 'a@b.example' } }),
  host: ({ hosts }) => ({ id: hosts[0] ?? '' }),
  'host-by-identifier': ({ udids }) => ({ rest: udids[0] ?? '' }),
  'host-in-query': ({ udids }) => ({ query: { host_identifier: udids[0] ?? '' } }),
  'hosts-in-body': ({ udids }) => ({ json: { host_uuids: udids, device_ids: udids, command: 'x' } }),
  'both-hosts': ({ hosts }) => ({ id: hosts[0] ?? '', rest: hosts[1] ?? '', json: { host_id: Number(hosts[1]) } }),
  'hosts-and-target': ({ teamId, hosts }) => ({ json: { team_id: teamId, hosts: hosts.map(Number) } }),
  'filter-and-target': ({ teamId }) => ({ json: { team_id: teamId, filters: { team_id: teamId } } }),
  profile: (_, profileId) => ({ rest: profileId }),
  'profile-in-body': (_, profileId) => ({ json: { profile_uuid: profileId, filters: { profile_status: 'failed' } } }),
}

describe('a role in one team', function () {
  this.timeout(30_000)
  let api: AdminApi
  let mine: Side
  let theirs: Side
  let token: string
  let profiles = 0

  const team = async (name: string): Promise<Side> => {
    const teamId = (await api.call('POST /teams', { json: { name } })).body.team.id
    const udids = [`${name}-1`, `${name}-2`]
    const hosts = await Promise.all(udids.map((udid) => enrollHost(api.app, { udid, name: udid })))
    await api.call('POST /hosts/transfer', { json: { team_id: teamId, hosts: hosts.map(Number) } })
    return { teamId, teamName: name, hosts, udids }
  }

  const tokenOf = async (role: string, sides: readonly Side[]): Promise<string> => {
    const json = { name: `${role} ${String(profiles++)}`, role, team_ids: sides.map(({ teamId }) => teamId) }
    return (await api.call('POST /api_tokens', { json })).body.secret
  }

  const profileOf = async ({ teamId }: Side, as?: string) => {
    const content = mobileconfig({ identifier: `com.example.${String(++profiles)}`, name: `Profile ${String(profiles)}` })
    const body = profileForm(content, { team_id: String(teamId) })
    return api.call('POST /configuration_profiles', { body, ...(as === undefined ? {} : { token: as }) })
  }

  const ask = (path: string, { id = '', rest = 'nothing', query = {}, json }: Asking, as: string) => {
    const search = new URLSearchParams(query).toString()
    const call: Call = { token: as, ...(json === undefined || path.startsWith('GET') ? {} : { json }) }
    return api.call(`${path.replace(/:id\b/, id).replace(/:\w+/g, encodeURIComponent(rest))}?${search}`, call)
  }

  before(async () => {
    api = await startAdminApi()
    mine = await team('Mine')
    theirs = await team('Theirs')
    token = await tokenOf('admin', [mine])
  })
  after(() => api.stop())

  const paths: readonly (readonly [string, Route])[] = [
    ...(Object.keys(access) as Route[]).map((route) => [route, route] as const),
    ...Object.entries(aliases),
  ]
  for (const [path, route] of paths) {
    const naming = about[subjects[route]]
    // The list of teams is cut to the caller's own, and cannot be asked for one.
    if (naming === undefined || route === 'GET /teams') continue
    it(`opens ${path} for that team, and for no other`, async () => {
      const profileIn = async (side: Side): Promise<string> =>
        subjects[route].startsWith('profile') ? (await profileOf(side)).body.profile_uuid : ''
      const [own, other] = [naming(mine, await profileIn(mine)), naming(theirs, await profileIn(theirs))]
      const refused = await ask(path, other, token)
      assert.equal(refused.status, 403)
      const taken = await ask(path, own, token)
      assert.ok(![401, 403].includes(taken.status) && taken.status < 500, `${String(taken.status)} ${taken.bytes.toString()}`)
    })
  }

  it('shows lists of that team alone', async () => {
    const idsIn = (answer: Awaited<ReturnType<typeof ask>>) =>
      answer.body.hosts.map(({ id }: { id: number }) => String(id)).sort()
    assert.deepEqual(idsIn(await api.call('GET /hosts', { token })), [...mine.hosts].sort())
    assert.equal((await api.call('GET /hosts')).body.hosts.length, 4)
    assert.equal((await api.call('GET /hosts/count', { token })).body.count, 2)
    assert.equal((await api.call('GET /hosts/count?query=Theirs', { token })).body.count, 0)
    const hosts = [...mine.hosts, ...theirs.hosts].map(Number)
    const label = (await api.call('POST /labels', { json: { name: 'All of us', host_ids: hosts } })).body.label
    assert.deepEqual(idsIn(await api.call(`GET /labels/${String(label.id)}/hosts`, { token })), [...mine.hosts].sort())
    assert.deepEqual(idsIn(await api.call('GET /labels/1/hosts', { token })), [...mine.hosts].sort())
    const { teams } = (await api.call('GET /teams', { token })).body
    assert.deepEqual(
      teams.map(({ name }: { name: string }) => name),
      ['Mine'],
    )
    assert.equal((await api.call('GET /me', { token })).body.available_teams.length, 1)
  })

  it('uploads settings for that team alone', async () => {
    assert.equal((await profileOf(mine, token)).status, 200)
    assert.equal((await profileOf(theirs, token)).status, 403)
    assert.equal((await profileOf({ ...mine, teamId: 0 }, token)).status, 403)
    assert.equal((await api.call('GET /configuration_profiles', { token })).status, 403, 'those of no team are nobody’s')
  })

  it('sets secrets that are new, and none that settings of other teams hold [case D2]', async () => {
    const put = (name: string, value: string, as = token) =>
      api.call('PUT /spec/secret_variables', { token: as, json: { secrets: [{ name, value }] } })
    const holding = async ({ teamId }: Side, name: string) => {
      const content = mobileconfig({
        identifier: `com.example.${name}`,
        name,
        extra: `<key>K</key><string>$FLEET_SECRET_${name}</string>`,
      })
      assert.equal(
        (await api.call('POST /configuration_profiles', { body: profileForm(content, { team_id: String(teamId) }) })).status,
        200,
      )
    }
    const everywhere = secretOf('admin')
    assert.equal((await put('OURS', 'one')).status, 200)
    await holding(mine, 'OURS')
    assert.equal((await put('OURS', 'two')).status, 200)
    assert.equal((await put('THEIRS', 'one', everywhere)).status, 200)
    await holding(theirs, 'THEIRS')
    assert.equal((await put('THEIRS', 'one')).status, 200, 'it is so already')
    assert.equal((await put('THEIRS', 'two')).status, 403)
    assert.equal((await put('THEIRS', 'two', everywhere)).status, 200)
  })

  it('does not move hosts in from another team, or out to one', async () => {
    const move = (teamId: number | null, hosts: readonly string[]) =>
      api.call('POST /hosts/transfer', { token, json: { team_id: teamId, hosts: hosts.map(Number) } })
    assert.equal((await move(mine.teamId, theirs.hosts)).status, 403)
    assert.equal((await move(mine.teamId, [...mine.hosts, theirs.hosts[0] ?? ''])).status, 403)
    assert.equal((await move(theirs.teamId, mine.hosts)).status, 403)
    assert.equal((await move(null, mine.hosts)).status, 403)
    assert.equal((await move(mine.teamId, mine.hosts)).status, 200)
    const by = (to: number, from: number | undefined) =>
      api.call('POST /hosts/transfer/filter', { token, json: { team_id: to, filters: { team_id: from } } })
    for (const [to, from] of [
      [mine.teamId, theirs.teamId],
      [theirs.teamId, mine.teamId],
      [mine.teamId, undefined],
    ] as const)
      assert.equal((await by(to, from)).status, 403)
  })

  it('is not fooled by naming its own team beside another', async () => {
    const both = { host_uuids: mine.udids, device_ids: theirs.udids, command: 'x' }
    assert.equal((await api.call('POST /mdm/apple/enqueue', { token, json: both })).status, 403)
    assert.equal((await api.call('POST /commands/run', { token, json: { ...both, host_uuids: theirs.udids } })).status, 403)
    const teamId = String(mine.teamId)
    for (const query of [`team_id=${teamId}&team_id=0`, 'team_name=Mine', `team_id=${teamId}&team_name=Theirs`])
      assert.equal(
        (await api.call(`POST /configuration_profiles/batch?${query}`, { token, json: { profiles: [] } })).status,
        query === 'team_name=Mine' ? 204 : 403,
      )
    assert.equal((await api.call('GET /enrollment_profiles/manual?team_name=Mine', { token })).status, 400)
    const merge = { token, json: { host_id: Number(theirs.hosts[0]) } }
    assert.equal((await api.call(`POST /hosts/${mine.hosts[0] ?? ''}/merges`, merge)).status, 403)
  })

  it('opens the results of a command that concerned that team alone', async () => {
    const command = Buffer.from(
      '<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>',
    ).toString('base64')
    const run = async (host_uuids: readonly string[]): Promise<string> =>
      (await api.call('POST /commands/run', { json: { command, host_uuids } })).body.command_uuid
    const results = async (uuid: string) => (await api.call(`GET /commands/results?command_uuid=${uuid}`, { token })).status
    assert.equal(await results(await run(mine.udids)), 200)
    assert.equal(await results(await run([...mine.udids, ...theirs.udids])), 403)
    assert.equal(await results('unknown'), 403)
  })

  it('counts in each team for what it is', async () => {
    const json = {
      ...{ name: 'Two', email: 'two@example.com', password: 'correct horse battery' },
      teams: [
        { id: mine.teamId, role: 'observer' },
        { id: theirs.teamId, role: 'maintainer' },
      ],
    }
    assert.equal((await api.call('POST /users', { json })).status, 200)
    const { email, password } = json
    const session = (await api.call('POST /login', { token: null, json: { email, password } })).body.token
    const label = await api.call('GET /hosts', { token: session })
    assert.equal(label.body.hosts.length, 4)
    assert.equal((await api.call(`GET /hosts/${mine.hosts[0] ?? ''}`, { token: session })).status, 200)
    assert.equal((await api.call(`POST /hosts/${mine.hosts[0] ?? ''}/lock`, { token: session })).status, 403)
    assert.notEqual((await api.call(`POST /hosts/${theirs.hosts[0] ?? ''}/lock`, { token: session })).status, 403)
    assert.equal((await profileOf(mine, session)).status, 403)
    assert.equal((await profileOf(theirs, session)).status, 200)
  })

  it('is told of no profile of another team, whatever is asked why [case M7]', async () => {
    const uuid = (await profileOf(theirs)).body.profile_uuid
    const { name } = (await api.call(`GET /configuration_profiles/${uuid}`)).body
    const [own] = mine.hosts
    const asked = [
      `/hosts/${String(own)}/profiles/${uuid}/explain`,
      `/hosts/${String(own)}/explain?missing=${uuid}`,
      `/hosts/${String(own)}/explain?missing=${encodeURIComponent(name)}`,
    ]
    for (const path of asked) {
      const { status, bytes } = await api.call(`GET ${path}`, { token })
      assert.equal(status, 404, path)
      assert.match(bytes.toString(), /There never was a profile/)
      assert.equal((await api.call(`GET ${path}`)).status, 200, 'who reaches all teams is told')
    }
    const mineToo = (await profileOf(mine)).body.profile_uuid
    assert.equal((await api.call(`GET /hosts/${String(own)}/profiles/${mineToo}/explain`, { token })).status, 200)
    await api.call(`DELETE /configuration_profiles/${mineToo}`)
    assert.equal((await api.call(`GET /hosts/${String(own)}/explain?missing=${mineToo}`, { token })).status, 200, 'deleted, too')
  })

  it('follows the hosts: one that leaves the team is out of reach', async () => {
    const [hostId = ''] = mine.hosts
    const observer = await tokenOf('observer', [mine])
    assert.equal((await api.call(`GET /hosts/${hostId}`, { token: observer })).status, 200)
    await api.call('POST /hosts/transfer', { json: { team_id: null, hosts: [Number(hostId)] } })
    assert.equal((await api.call(`GET /hosts/${hostId}`, { token: observer })).status, 403)
    assert.equal((await api.call('GET /hosts/count', { token: observer })).body.count, 1)
  })

  it('is told with the token that has it', async () => {
    const { body } = await api.call('GET /api_tokens')
    const found = body.api_tokens.find(({ name }: { name: string }) => name === 'admin 0')
    assert.deepEqual([found.role, found.team_ids], ['admin', [mine.teamId]])
  })
})
