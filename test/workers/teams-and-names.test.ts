import assert from 'node:assert/strict'
import { host } from '../../src/domain/host/host.ts'
import { names } from '../../src/domain/names/names.ts'
import { team } from '../../src/domain/teams/team.ts'
import { user } from '../../src/domain/users/user.ts'
import { teamById } from '../../src/projections/teams.ts'
import { testCause } from '../support/app.ts'
import type { WorkerRig } from './rig.ts'
import { failing, workerRig } from './rig.ts'

describe('a team that was deleted', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  let ids: readonly string[]
  beforeEach(async () => {
    rig = await workerRig()
    const { execute } = rig.app
    ids = await rig.enroll('MAC-1', 'MAC-2', 'MAC-3', 'MAC-4')
    for (const teamId of ['7', '8'])
      await execute(team, teamId, { type: 'CreateTeam', data: { name: `Team ${teamId}`, description: '' } }, testCause())
    await execute(names, 'teams', { type: 'ClaimNames', data: { holder: '7', names: ['Team 7'] } }, testCause())
    for (const id of ids) await execute(host, id, { type: 'TransferHost', data: { teamId: '7', because: 'asked' } }, testCause())
    await rig.upload('wifi', '7')
    await rig.workAll()
    await rig.answerAll(ids)
    await execute(team, '7', { type: 'DeleteTeam', data: {} }, testCause())
    await rig.caughtUp()
  })
  afterEach(() => rig.stop())

  const leftBy = async (id: string) => (await rig.eventsOf(id, 'HostTransferred')).slice(1).map(({ data }) => data)
  const toNoTeam = [{ teamId: '0', from: '7', because: 'team-deleted' }]

  it('loses its hosts, its settings and its name, and the hosts lose the settings', async () => {
    await rig.workAll()
    await rig.answerAll(ids)
    await rig.workAll()
    for (const id of ids) {
      assert.deepEqual(await leftBy(id), toNoTeam)
      assert.deepEqual((await rig.stateOf(id)).hostProfiles, {})
    }
    assert.deepEqual(
      (await rig.happened('ProfileDeleted')).map(({ data }) => data),
      [{ teamId: '7', because: 'team-deleted' }],
    )
    assert.deepEqual((await rig.app.load(names, 'teams')).state, {})
    assert.deepEqual(await rig.app.read(teamById('7')), [])
  })

  it('is taken apart to the end when the worker dies in the middle, and nothing twice', async () => {
    const survivors = new Set(ids.slice(2))
    await rig.work(
      'dissolve-team',
      failing(rig.app, (id) => survivors.has(id)),
    )
    assert.equal((await rig.happened('ProfileDeleted')).length, 0)
    rig.advance(1000)
    await rig.workAll()
    for (const id of ids) assert.deepEqual(await leftBy(id), toNoTeam)
    assert.equal((await rig.happened('ProfileDeleted')).length, 1)
  })

  it('leaves alone a host that an admin moved on meanwhile', async () => {
    const [quick = ''] = ids
    await rig.app.execute(host, quick, { type: 'TransferHost', data: { teamId: '8', because: 'asked' } }, testCause())
    const [row, ...rest] = await rig.claim('dissolve-team')
    assert.ok(row !== undefined && rest.length === 0)
    await rig.kind('dissolve-team').do([row])
    await rig.kind('dissolve-team').do([row])
    assert.equal((await rig.stateOf(quick)).membership.teamId, '8')
    assert.deepEqual(await leftBy(ids[1] ?? ''), toNoTeam)
  })
})

describe('names that were claimed', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  beforeEach(async () => {
    rig = await workerRig()
  })
  afterEach(() => rig.stop())

  const claim = (holder: string, name: string) =>
    rig.app.execute(names, 'profiles_0', { type: 'ClaimNames', data: { holder, names: [name] } }, testCause())
  const held = async () => (await rig.app.load(names, 'profiles_0')).state

  it('are given back two minutes later when their holder never came to be', async () => {
    await claim('wifi', 'Wi-Fi')
    await rig.caughtUp()
    rig.advance(119_999)
    await rig.workAll()
    assert.deepEqual(await held(), { wifi: ['Wi-Fi'] })
    rig.advance(1)
    await rig.workAll()
    assert.deepEqual(await held(), {})
  })

  it('stay with a holder that came', async () => {
    await claim('wifi', 'Wi-Fi')
    await rig.upload('wifi')
    rig.advance(3_600_000)
    await rig.workAll()
    assert.deepEqual(await held(), { wifi: ['Wi-Fi'] })
  })

  it('are addresses of users too: kept while the user is there, even shut out, and given back afterwards', async () => {
    const addresses = async () => (await rig.app.load(names, 'users')).state
    const claimed = { holder: '7', names: ['grace@example.com'] }
    await rig.app.execute(names, 'users', { type: 'ClaimNames', data: claimed }, testCause())
    const rights = { globalRole: 'observer', teams: [] } as const
    const grace = { name: 'Grace', email: 'grace@example.com', rights, ssoEnabled: true, password: null } as const
    await rig.app.execute(user, '7', { type: 'CreateUser', data: { ...grace, because: 'asked' } }, testCause())
    await rig.app.execute(user, '7', { type: 'DisableUser', data: { released: null } }, testCause())
    await rig.caughtUp()
    rig.advance(3_600_000)
    await rig.workAll()
    assert.deepEqual(await addresses(), { 7: ['grace@example.com'] })
    await rig.app.execute(user, '7', { type: 'DeleteUser', data: { released: null } }, testCause())
    await rig.caughtUp()
    await rig.workAll()
    assert.deepEqual(await addresses(), {})
  })
})
