import assert from 'node:assert/strict'
import { moveHosts } from '../../src/api/admin/transfers/move-hosts.ts'
import type { App } from '../../src/app/app.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import { team } from '../../src/domain/teams/team.ts'
import type { Tally } from '../../src/domain/transfers/events.ts'
import { transfer } from '../../src/domain/transfers/transfer.ts'
import { leaseMs } from '../../src/workers/worker.ts'
import { testCause } from '../support/app.ts'
import type { WorkerRig } from './rig.ts'
import { failing, workerRig } from './rig.ts'

describe('a worker that moves many hosts', function () {
  this.timeout(60_000)
  let rig: WorkerRig
  let ids: readonly string[]
  beforeEach(async () => {
    rig = await workerRig()
    for (const teamId of ['7', '8'])
      await rig.app.execute(team, teamId, { type: 'CreateTeam', data: { name: `Team ${teamId}`, description: '' } }, testCause())
    ids = await rig.enroll(...Array.from({ length: 12 }, (_, index) => `MAC-${String(index)}`))
    await rig.workAll()
    rig.advance(1000)
  })
  afterEach(() => rig.stop())

  /** Asks for a move of these hosts and answers the transfer's id; `batchSize` is fixed by who asks, so a small one is asked for here. */
  const ask = async (hostIds: readonly string[] = ids, batchSize = 5, teamId = '7'): Promise<string> => {
    const cause = { ...testCause(), actor: { kind: 'admin', id: 'Ann' } as const }
    const app: Pick<App, 'execute' | 'blobs'> = {
      ...rig.app,
      execute: (decider, id, command, why) => {
        if (!('type' in command)) return rig.app.execute(decider, id, command, why)
        const data = 'batchSize' in command.data ? { ...command.data, batchSize } : command.data
        return rig.app.execute(decider, id, { ...command, data }, why)
      },
    }
    const { transfer: id } = await moveHosts(app, { teamId, hostIds }, { cause, atOnce: 2 })
    assert.ok(id !== null)
    rig.advance(1000)
    await rig.caughtUp()
    return id
  }
  const endOf = async (id: string): Promise<Tally | undefined> =>
    (await rig.app.log.readStream(`transfer-${id}`)).find(({ type }) => type === 'TransferEnded')?.data as Tally | undefined
  const teamOf = async (hostId: string) => (await rig.stateOf(hostId)).membership.teamId
  const movesOf = async () => (await rig.happened('HostTransferred')).map(({ id }) => id).toSorted()
  const at = (index: number): string => ids[index] ?? assert.fail()

  it('moves each once, in the name of who asked, and says at the end what became of all', async () => {
    const id = await ask()
    assert.deepEqual(await movesOf(), [], 'nobody moved before the worker came')
    await rig.workAll()
    assert.deepEqual(await movesOf(), ids.toSorted())
    for (const { metadata } of await rig.happened('HostTransferred'))
      assert.deepEqual(metadata.actor, { kind: 'admin', id: 'Ann' })
    assert.deepEqual(await endOf(id), { moved: 12, alreadyThere: 0, left: [] })
    assert.deepEqual(
      (await rig.happened('TransferContinued')).map(({ data }) => (data as { done: number }).done),
      [5, 10, 12],
    )
  })

  it('goes on where another was cut off, and moves and counts nobody twice', async () => {
    const id = await ask()
    const unreached = new Set(ids.slice(3))
    await rig.work(
      'transfer-hosts',
      failing(rig.app, (stream) => unreached.has(stream)),
    )
    assert.ok((await movesOf()).length > 0 && (await movesOf()).length < ids.length)
    assert.equal(await endOf(id), undefined)
    rig.advance(1000)
    await rig.workAll()
    assert.deepEqual(await movesOf(), ids.toSorted())
    assert.deepEqual(await endOf(id), { moved: 12, alreadyThere: 0, left: [] })
  })

  it('takes over what another does not end, and both at once do it once', async () => {
    const id = await ask()
    const kind = rig.kind('transfer-hosts')
    const [row] = await rig.claim('transfer-hosts')
    assert.ok(row !== undefined)
    rig.advance(leaseMs + 1)
    await Promise.all([kind.do([row]), rig.work('transfer-hosts')])
    assert.deepEqual(await movesOf(), ids.toSorted())
    assert.deepEqual(await endOf(id), { moved: 12, alreadyThere: 0, left: [] })
  })

  it('leaves where they are whom somebody moved since, who was forgotten, and who never was, and tells of them', async () => {
    const stranger = hostIdOf('NOBODY')
    const { execute } = rig.app
    const id = await ask([...ids, stranger])
    await execute(host, at(1), { type: 'TransferHost', data: { teamId: '8', because: 'asked' } }, testCause())
    await execute(host, at(2), { type: 'TransferHost', data: { teamId: '7', because: 'asked' } }, testCause())
    await execute(host, at(3), { type: 'ForgetHost', data: { because: 'asked', reason: 'Sold', force: true } }, testCause())
    await rig.workAll()
    assert.deepEqual([await teamOf(at(1)), await teamOf(at(2)), await teamOf(at(3))], ['8', '7', '0'])
    const ended = await endOf(id)
    assert.deepEqual([ended?.moved, ended?.alreadyThere], [9, 1])
    assert.deepEqual(
      new Map(ended?.left.map(({ because, hostIds }) => [because, hostIds])),
      new Map([
        ['moved-since', [at(1)]],
        ['forgotten', [at(3)]],
        ['unknown', [stranger]],
      ]),
    )
  })

  it('does what was asked for last, when two want the same hosts', async () => {
    const [earlier, later] = [await ask(ids, 5, '7'), await ask(ids, 5, '8')]
    const rows = new Map((await rig.app.work.claim('transfer-hosts', 100, leaseMs)).map((row) => [row.key, row]))
    const order = [`${later}/0`, `${earlier}/0`, `${earlier}/1`, `${later}/1`, `${earlier}/2`, `${later}/2`]
    for (const key of order) {
      const row = rows.get(key)
      assert.ok(row !== undefined)
      await rig.kind('transfer-hosts').do([row])
    }
    for (const id of ids) assert.equal(await teamOf(id), '8')
    assert.deepEqual(
      (await endOf(earlier))?.left.map(({ because, hosts }) => [because, hosts]),
      [['moved-since', 5]],
    )
    assert.equal((await endOf(later))?.moved, 12)
  })

  it('brings no host to a team that was deleted meanwhile', async () => {
    const id = await ask()
    const [first] = await rig.claim('transfer-hosts')
    assert.ok(first !== undefined)
    await rig.kind('transfer-hosts').do([first])
    await rig.app.work.done([first])
    await rig.app.execute(team, '7', { type: 'DeleteTeam', data: {} }, testCause())
    await rig.workAll()
    for (const hostId of ids) assert.equal(await teamOf(hostId), '0')
    const ended = await endOf(id)
    assert.equal((ended?.moved ?? 0) + (ended?.left[0]?.hosts ?? 0), ids.length)
    assert.deepEqual(
      ended?.left.map(({ because }) => because),
      ['team-deleted'],
    )
  })

  it('takes out again whom it brought to a team while that was being taken apart', async () => {
    await ask(ids, 12)
    const [row] = await rig.claim('transfer-hosts')
    assert.ok(row !== undefined)
    // The team is deleted, and taken apart to the end, after the worker looked and before the hosts come.
    const deletedMeanwhile: App = {
      ...rig.app,
      load: async (decider, id) => {
        const loaded = await rig.app.load(decider, id)
        if (decider.category === 'team' && (await rig.happened('TeamDeleted')).length === 0) {
          await rig.app.execute(team, '7', { type: 'DeleteTeam', data: {} }, testCause())
          await rig.caughtUp()
          await rig.work('dissolve-team')
        }
        return loaded
      },
    }
    await rig.kind('transfer-hosts', deletedMeanwhile).do([row])
    assert.equal(await teamOf(at(0)), '7')
    await rig.workAll()
    for (const id of ids) assert.equal(await teamOf(id), '0')
  })

  it('finds its work again when the rows were lost, and leaves alone what is parked', async () => {
    const id = await ask()
    await rig.loseWork()
    const keys = (await rig.kind('transfer-hosts').forgotten?.()) ?? []
    assert.deepEqual(keys, [`${id}/0`, `${id}/1`, `${id}/2`])
    const row = { kind: 'transfer-hosts', causeId: 'sweep', correlationId: 'sweep' }
    await rig.app.work.addNow(keys.map((key) => ({ ...row, key })))
    const [claimed] = await rig.claim('transfer-hosts')
    assert.ok(claimed !== undefined)
    await rig.app.work.failed(claimed, 'It cannot be done.', null)
    assert.deepEqual(
      await rig.kind('transfer-hosts').forgotten?.(),
      keys.filter((key) => key !== claimed.key),
    )
    await rig.app.work.unpark(null)
    await rig.workAll()
    assert.deepEqual(await endOf(id), { moved: 12, alreadyThere: 0, left: [] })
    assert.deepEqual(await rig.kind('transfer-hosts').forgotten?.(), [])
  })

  it('has nothing to do for a transfer that nobody asked for', async () => {
    await rig.app.work.addNow([{ kind: 'transfer-hosts', key: 'nothing/0', causeId: 'x', correlationId: 'x' }])
    await rig.workAll()
    assert.equal((await rig.app.load(transfer, 'nothing')).state.requested, null)
    assert.deepEqual(
      (await rig.app.work.counts()).filter(({ kind }) => kind === 'transfer-hosts'),
      [],
    )
  })
})
