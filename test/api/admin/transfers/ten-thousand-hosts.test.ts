import assert from 'node:assert/strict'
import { fillLog } from '../../../../bench/support/filling.ts'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import { derivedId } from '../../../../src/kernel/ids.ts'
import { transferHosts } from '../../../../src/workers/transfer-hosts.ts'
import { workOff } from '../../../../src/workers/worker.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'

const count = 10_000

describe('Ten thousand hosts that are moved by one request', function () {
  this.timeout(300_000)
  let api: AdminApi
  let hosts: readonly string[]
  let teamId: number

  const caughtUp = async (): Promise<void> => {
    const position = await api.app.log.head()
    while (!(await api.app.caughtUp({ position }))) assert.ok(position !== null)
  }

  before(async () => {
    api = await startAdminApi()
    teamId = (await api.call('POST /teams', { json: { name: 'Design' } })).body.team.id
    await fillLog(api.app.log, { from: 0, to: count, profiles: 0 })
    await caughtUp()
    hosts = Array.from({ length: count }, (_, index) => hostIdOf(derivedId(`filled/${String(index)}`)))
  })
  after(() => api.stop())

  it('[case M11] are planned at once, answered for before one has moved, can be followed, and move once each', async () => {
    const json = { team_id: teamId, hosts: hosts.map(Number) }
    const inTeam = async () => (await api.call(`GET /hosts/count?team_id=${String(teamId)}`)).body.count as number
    const moves = async () =>
      (await api.app.log.readAll({ after: null, limit: 1_000_000 })).filter(({ type }) => type === 'HostTransferred')

    const plan = await api.call('POST /hosts/transfer?plan=true', { json })
    assert.equal(plan.status, 200)
    assert.equal(plan.body.plan.unchanged, count, 'the team has no settings yet')

    const asked = await api.call('POST /hosts/transfer', { json })
    assert.equal(asked.status, 202)
    const { transfer, change_set, hosts: told } = asked.body
    assert.equal(told, count)
    assert.equal(asked.headers.get('location'), `/api/v1/fleet/transfers/${transfer as string}`)
    assert.deepEqual([(await moves()).length, await inTeam()], [0, 0], 'it is answered before the hosts have moved')
    const begun = (await api.call(`GET /change_sets/${change_set as string}`)).body.change_set
    assert.deepEqual(
      [begun.in_progress, begun.sentence],
      [{ done: 0, total: count }, '10000 hosts are to be moved to the team Design.'],
    )

    let batches = 0
    await workOff(api.app, transferHosts(api.app), () => ++batches > 5)
    await caughtUp()
    const midway = (await api.call(`GET /transfers/${transfer as string}`)).body.transfer
    assert.deepEqual([midway.ended_at, midway.done, await inTeam()], [null, 2500, 2500])
    const early = await api.call(`POST /change_sets/${change_set as string}/undo`)
    assert.equal(early.status, 409)
    assert.match(early.body.errors[0].reason, /is still moving hosts \(with 2500 of 10000 it is done\)/)

    await workOff(api.app, transferHosts(api.app), () => false)
    await caughtUp()
    const ended = (await api.call(`GET /transfers/${transfer as string}`)).body.transfer
    assert.deepEqual([ended.done, ended.moved, ended.already_there, ended.left], [count, count, 0, []])
    assert.equal(await inTeam(), count)
    assert.deepEqual((await moves()).map(({ id }) => id).toSorted(), hosts.toSorted())
    const { change_set: shown } = (await api.call(`GET /change_sets/${change_set as string}`)).body
    assert.deepEqual([shown.in_progress, shown.effects.transfers, shown.transfers[0].id], [null, count, transfer])
    assert.equal(shown.actor, 'the admin')
  })

  it('are moved back as they were moved: at once answered, and by a worker', async () => {
    const [{ id }] = (await api.call('GET /change_sets?per_page=1')).body.change_sets
    const undone = await api.call(`POST /change_sets/${id as string}/undo`)
    assert.equal(undone.status, 202, JSON.stringify(undone.body).slice(0, 500))
    assert.deepEqual(
      undone.body.undone.map(({ deed, hosts: moved }: { deed: string; hosts: number }) => [deed, moved]),
      [['move-hosts', count]],
    )
    await workOff(api.app, transferHosts(api.app), () => false)
    await caughtUp()
    assert.equal((await api.call(`GET /hosts/count?team_id=${String(teamId)}`)).body.count, 0)
    assert.equal((await api.call(`GET /transfers/${undone.body.transfers[0] as string}`)).body.transfer.moved, count)
  })
})
