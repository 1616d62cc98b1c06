import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { host } from '../../../../src/domain/host/host.ts'
import { mobileconfig, profileForm } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'
import type { PlanningRig } from '../../planning/rig.ts'
import { planningRig } from '../../planning/rig.ts'

/** So many are moved while a request waits. */
const bound = 2

describe('More hosts than one request waits for', function () {
  this.timeout(60_000)
  let rig: PlanningRig
  let hosts: readonly string[]
  let team: number
  beforeEach(async () => {
    rig = await planningRig(undefined, bound)
    team = await newTeam('Design')
    hosts = await Promise.all(
      ['MAC-1', 'MAC-2', 'MAC-3', 'MAC-4'].map((udid) => enrollHost(rig.app, { udid, serial: udid, osVersion: '15.1' })),
    )
    rig.advance(1000)
  })
  afterEach(() => rig?.stop())

  const newTeam = async (name: string) => (await rig.call('POST /teams', { json: { name } })).body.team.id as number
  const teamsNow = () => Promise.all(hosts.map(async (id) => (await rig.app.load(host, id)).state.membership.teamId))
  const all = (teamId: number | string) => hosts.map(() => String(teamId))
  const ask = async (teamId: number | null, more: object = {}) => {
    const answer = await rig.call('POST /hosts/transfer', { json: { team_id: teamId, hosts: hosts.map(Number) }, ...more })
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    rig.advance(1000)
    return answer.body as { transfer: string; change_set: string; hosts: number }
  }
  const undo = (id: string, more = '', json: object = {}) => rig.call(`POST /change_sets/${id}/undo${more}`, { json })
  const transferOf = async (id: string) => (await rig.call(`GET /transfers/${id}`)).body.transfer

  it('are moved after the answer, and fewer before it', async () => {
    const few = await rig.call('POST /hosts/transfer', { json: { team_id: team, hosts: hosts.slice(0, bound).map(Number) } })
    assert.deepEqual([few.status, few.body], [200, {}])
    assert.deepEqual(await teamsNow(), [String(team), String(team), '0', '0'])
    const { transfer } = await ask(team)
    await rig.work()
    assert.deepEqual(await teamsNow(), all(team))
    const { moved, already_there } = await transferOf(transfer)
    assert.deepEqual([moved, already_there], [2, 2])
  })

  it('are moved by a filter in the same way: those that passed it when it was asked for', async () => {
    const json = { team_id: team, filters: { team_id: 0 } }
    const asked = await rig.call('POST /hosts/transfer/filter', { json })
    assert.deepEqual([asked.status, asked.body.hosts], [202, hosts.length])
    const later = await enrollHost(rig.app, { udid: 'MAC-9', serial: 'MAC-9' })
    await rig.work()
    assert.deepEqual(await teamsNow(), all(team))
    assert.equal((await rig.app.load(host, later)).state.membership.teamId, '0')
    const none = await rig.call('POST /hosts/transfer/filter', { json: { team_id: team, filters: { query: 'nobody' } } })
    assert.deepEqual([none.status, none.body], [200, {}])
  })

  it('are refused as a whole when one of them does not exist, and nothing is left behind', async () => {
    const answer = await rig.call('POST /hosts/transfer', { json: { team_id: team, hosts: [...hosts.map(Number), 42] } })
    assert.deepEqual([answer.status, answer.body.errors[0].reason], [404, 'The host 42 does not exist.'])
    assert.ok((await rig.events()).every(({ category }) => category !== 'transfer' && category !== 'blob'))
  })

  it('are planned as they then move, and nothing is written', async () => {
    const form = profileForm(mobileconfig(), { team_id: String(team) })
    const { profile_uuid } = (await rig.call('POST /configuration_profiles', { body: form })).body
    const before = (await rig.events()).length
    const json = { team_id: team, hosts: hosts.map(Number) }
    const { plan } = (await rig.call('POST /hosts/transfer?plan=true', { json })).body
    assert.deepEqual([plan.hosts, plan.installs, plan.by_reason[0].reason], [4, 4, 'host transferred'])
    assert.equal((await rig.call('POST /hosts/transfer?dry_run=true', { json })).status, 204)
    assert.equal((await rig.events()).length, before)
    await ask(team)
    await rig.work()
    for (const id of hosts) assert.deepEqual(await rig.sentSince(id, 0), [`+${profile_uuid as string}`])
  })

  it('are one change set with who asked as its actor, in the feed of activities too', async () => {
    const { change_set } = await ask(team)
    const { activities } = (await rig.call(`GET /activities?change_set=${change_set}`)).body
    assert.deepEqual(
      activities.map(({ type, details }: { type: string; details: object }) => [type, details]),
      [['began_transfer', { hosts: 4, team_id: team, team_name: 'Design' }]],
    )
    await rig.work()
    const told = (await rig.call(`GET /activities?change_set=${change_set}&order_direction=asc`)).body.activities as {
      type: string
      actor_full_name: string
    }[]
    const moves = told.filter(({ type }) => type === 'transferred_hosts')
    assert.deepEqual(
      moves.map(({ actor_full_name }) => actor_full_name),
      hosts.map(() => 'the admin'),
    )
    assert.ok(told.some(({ type }) => type === 'ended_transfer'))
    const [first] = (await rig.call('GET /change_sets')).body.change_sets
    assert.deepEqual([first.id, first.actor, first.hosts, first.in_progress], [change_set, 'the admin', 4, null])
    assert.equal(first.sentence, '4 hosts are to be moved to the team Design.')
    const { events } = (await rig.call(`GET /hosts/${hosts[0] ?? ''}/history?type=HostTransferred`)).body
    assert.equal(events.length, 1)
  })

  it('stay where somebody moved one of them meanwhile, and that is told', async () => {
    const { transfer } = await ask(team)
    const other = await newTeam('Sales')
    const [stubborn = ''] = hosts
    await rig.call('POST /hosts/transfer', { json: { team_id: other, hosts: [Number(stubborn)] } })
    await rig.work()
    assert.deepEqual(await teamsNow(), [String(other), ...all(team).slice(1)])
    const { moved, left } = await transferOf(transfer)
    assert.equal(moved, 3)
    assert.deepEqual(left, [
      {
        because: 'moved-since',
        reason: 'They were moved by somebody after this was asked for, and stay where they were moved.',
        ...{ hosts: 1, host_ids: [Number(stubborn)] },
      },
    ])
  })

  it('are not moved back before they have all moved, nor twice; then each goes to where it was', async () => {
    const home = await newTeam('Home')
    await rig.call('POST /hosts/transfer', { json: { team_id: home, hosts: hosts.slice(2).map(Number) } })
    const { change_set } = await ask(team)
    for (const force of [false, true]) {
      const early = await undo(change_set, '', { force })
      assert.equal(early.status, 409)
      assert.match(early.body.errors[0].reason, /is still moving hosts/)
    }
    await rig.work()
    const plan = await undo(change_set, '?plan=true')
    assert.deepEqual([plan.status, plan.body.undone.length], [200, 2])
    assert.deepEqual(await teamsNow(), all(team))
    // Two and two: so few that the answer waits.
    assert.equal((await undo(change_set)).status, 200)
    assert.deepEqual(await teamsNow(), ['0', '0', String(home), String(home)])
    assert.equal((await undo(change_set)).status, 409)
  })

  it('are moved back by a worker when they are many, and again by the undo of that', async () => {
    const { change_set } = await ask(team)
    await rig.work()
    rig.advance(1000)
    const back = await undo(change_set)
    assert.deepEqual([back.status, back.body.transfers.length], [202, 1])
    const second = (await rig.call(`GET /change_sets/${back.body.change_set as string}`)).body.change_set
    assert.deepEqual([second.in_progress, second.undoes], [{ done: 0, total: 4 }, change_set])
    assert.equal((await undo(back.body.change_set as string)).status, 409, 'the undo is under way itself')
    rig.advance(1000)
    await rig.work()
    assert.deepEqual(await teamsNow(), all('0'))
    rig.advance(1000)
    assert.equal((await undo(back.body.change_set as string)).status, 202)
    await rig.work()
    assert.deepEqual(await teamsNow(), all(team))
  })

  it('come back with their team when its deletion is undone, and are asked for once', async () => {
    await ask(team)
    await rig.work()
    const id = randomUUID()
    await rig.call(`DELETE /teams/${String(team)}`, { headers: { 'x-change-set': id } })
    await rig.work()
    assert.deepEqual(await teamsNow(), all('0'))
    rig.advance(1000)
    const back = await undo(id)
    assert.deepEqual([back.status, back.body.transfers.length], [202, 1], JSON.stringify(back.body))
    await rig.work()
    assert.deepEqual(await teamsNow(), all(team))
    assert.equal((await rig.events()).filter(({ type, data }) => type === 'TransferRequested' && 'from' in data).length, 1)
  })

  it('are followed by roles in single teams, which learn of no hosts in others', async () => {
    const secretOf = async (name: string, teams: readonly number[]): Promise<string> =>
      (await rig.call('POST /api_tokens', { json: { name, role: 'maintainer', team_ids: teams } })).body.secret
    const other = await newTeam('Sales')
    const { transfer } = await ask(team)
    const [stubborn = ''] = hosts
    const away = { teamId: String(other), because: 'asked' } as const
    await rig.app.execute(host, stubborn, { type: 'TransferHost', data: away }, testCause())
    await rig.work()
    const seen = await rig.call(`GET /transfers/${transfer}`, { token: await secretOf('of Design', [team]) })
    assert.deepEqual([seen.status, seen.body.transfer.left[0].hosts, seen.body.transfer.left[0].host_ids], [200, 1, []])
    const both = await rig.call(`GET /transfers/${transfer}`, { token: await secretOf('of both', [team, other]) })
    assert.deepEqual(both.body.transfer.left[0].host_ids, [Number(stubborn)])
    assert.equal((await rig.call(`GET /transfers/${transfer}`, { token: await secretOf('of Sales', [other]) })).status, 403)
  })

  it('are not followed under an id that no transfer has', async () => {
    assert.equal((await rig.call(`GET /transfers/${randomUUID()}`)).status, 404)
    assert.equal((await rig.call('GET /transfers/7')).status, 404)
  })
})
