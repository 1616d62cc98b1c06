import assert from 'node:assert/strict'
import { teamStatusCounts } from '../../src/projections/rollout.ts'
import { sweepDifferences, sweepSilent } from '../../src/workers/sweep.ts'
import { leaseMs, maxAttempts } from '../../src/workers/worker.ts'
import { host } from '../../src/domain/host/host.ts'
import { testCause } from '../support/app.ts'
import { reportOf } from '../support/host-stories.ts'
import type { WorkerRig } from './rig.ts'
import { failing, workerRig } from './rig.ts'

const udids = Array.from({ length: 25 }, (_, index) => `MAC-${String(index)}`)

describe('rolling settings out', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  let ids: readonly string[]
  beforeEach(async () => {
    rig = await workerRig()
    ids = await rig.enroll(...udids)
    await rig.workAll()
  })
  afterEach(() => rig.stop())

  const counts = async () => (await rig.app.read(teamStatusCounts('0')))[0]
  const all = (what: 'pending' | 'verifying') => ({ failed: 0, pending: 0, verifying: 0, verified: 0, [what]: ids.length })
  const installs = async () => (await rig.happened('CommandsQueued')).map(({ id }) => id).sort()

  it('brings a profile to every host of the team, wakes each once, and has nothing to do when it is there', async () => {
    await rig.upload('wifi')
    await rig.workAll()
    assert.deepEqual(await installs(), [...ids].sort())
    assert.deepEqual(rig.push.sent.map(({ token }) => Buffer.from(token).toString()).sort(), [...udids].sort())
    assert.deepEqual(await counts(), all('pending'))
    await rig.answerAll(ids)
    await rig.workAll()
    assert.deepEqual(await counts(), all('verifying'))
    assert.equal(await sweepDifferences(rig.app), 0)
    assert.deepEqual(await installs(), [...ids].sort())
    const due = (await rig.app.work.counts()).map(({ kind }) => kind)
    assert.deepEqual(due, ['refuse-user-settings', 'verify-host'])
  })

  it('passes by hosts whose system heeds nothing in a profile, with the reason, and takes it back when they come to run one [case G5]', async () => {
    const [first = '', second = '', ...others] = ids
    const runs = async (hostId: string, osVersion: string) => {
      const data = { facts: { osVersion }, source: 'device-information' } as const
      await rig.app.caughtUp(await rig.app.execute(host, hostId, { type: 'DescribeHost', data }, testCause()))
    }
    await runs(first, '27.0')
    await runs(second, '26.4')
    await rig.workAll()
    await rig.upload('updates', '0', { payloadTypes: ['com.apple.SoftwareUpdate'] })
    await rig.workAll()
    assert.deepEqual(await installs(), [second, ...others].sort())
    const [refused] = await rig.eventsOf(first, 'ProfileRefused')
    const detail = 'macOS 27.0 ignores all that the profile sets: updates are enforced by declarations there.'
    assert.deepEqual((refused?.data as Record<string, unknown>)['detail'], detail)
    assert.equal(await sweepDifferences(rig.app), 0)
    assert.deepEqual(await counts(), { failed: 1, pending: others.length + 1, verifying: 0, verified: 0 })
    await runs(second, '27.1')
    await rig.workAll()
    assert.equal((await rig.eventsOf(second, 'CommandsCancelled')).length, 1)
    assert.equal((await rig.eventsOf(second, 'ProfileRefused')).length, 1)
    await rig.answerAll(others)
    await runs(others[0] ?? '', '27.0')
    await rig.workAll()
    assert.deepEqual(await rig.eventsOf(others[0] ?? '', 'ProfileRefused'), [], 'what is there is left there')
    assert.equal((await rig.eventsOf(first, 'ProfileRefused')).length, 1)
  })

  it('is not held up by a host that fails: it becomes work of its own', async () => {
    await rig.upload('wifi')
    const [unlucky = ''] = ids
    await rig.work(
      'reconcile-team',
      failing(rig.app, (id) => id === unlucky),
    )
    assert.equal((await installs()).length, ids.length - 1)
    assert.deepEqual(await rig.app.work.dueKinds().then((kinds) => [...kinds].sort()), ['reconcile-host', 'wake'])
    await rig.workAll()
    assert.deepEqual(await installs(), [...ids].sort())
  })

  it('parks what fails too often, with the reason, until somebody asks for it again', async () => {
    const [unlucky = ''] = ids
    await rig.upload('wifi')
    const unwell = failing(rig.app, (id) => id === unlucky)
    await rig.work('reconcile-team', unwell)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      await rig.work('reconcile-host', unwell)
      rig.advance(300_000)
    }
    const [parked, ...others] = await rig.app.work.parked()
    assert.deepEqual(others, [])
    assert.deepEqual([parked?.kind, parked?.key, parked?.attempts], ['reconcile-host', unlucky, maxAttempts])
    assert.match(parked?.error ?? '', /did not answer/)
    rig.advance(3_600_000)
    assert.ok(!(await rig.app.work.dueKinds()).includes('reconcile-host'))
    assert.equal(await rig.app.work.unpark(null), 1)
    await rig.workAll()
    assert.deepEqual(await installs(), [...ids].sort())
    assert.deepEqual(await rig.app.work.parked(), [])
  })

  it('is finished by another worker when one dies, and nothing is done twice', async () => {
    await rig.upload('wifi')
    const dead = await rig.claim('reconcile-team')
    assert.equal(dead.length, 1)
    const half = new Set(ids.slice(0, 10))
    await rig
      .kind(
        'reconcile-team',
        failing(rig.app, (id) => !half.has(id)),
      )
      .do(dead)
    await rig.loseWork()
    rig.advance(leaseMs)
    await rig.workAll()
    assert.equal((await installs()).length, half.size)
    rig.advance(1)
    await rig.workAll()
    assert.deepEqual(await installs(), [...ids].sort())
    await rig.app.work.done(dead)
  })

  it('does nothing twice when the same work is done twice', async () => {
    await rig.upload('wifi')
    const [team, ...rest] = await rig.claim('reconcile-team')
    assert.ok(team !== undefined && rest.length === 0)
    await rig.kind('reconcile-team').do([team])
    await rig.kind('reconcile-team').do([team])
    await rig.kind('reconcile-host').do(ids.map((key) => ({ ...team, kind: 'reconcile-host', key })))
    assert.deepEqual(await installs(), [...ids].sort())
  })

  it('comes to its end though all rows of work are lost on the way, again and again', async () => {
    await rig.upload('wifi')
    await rig.loseWork()
    assert.deepEqual(await rig.app.work.dueKinds(), [])
    assert.equal(await sweepDifferences(rig.app), ids.length)
    await rig.work(
      'reconcile-host',
      failing(rig.app, (id) => ids.indexOf(id) > 12),
    )
    await rig.loseWork()
    assert.equal(rig.push.sent.length, 0)
    rig.advance(120_000)
    await sweepDifferences(rig.app)
    assert.equal(await sweepSilent(rig.app), 13)
    await rig.workAll()
    assert.deepEqual(await installs(), [...ids].sort())
    assert.equal(rig.push.sent.length, ids.length)

    const [first = ''] = ids
    const [commandId = ''] = (await rig.stateOf(first)).commands.waiting.keys()
    await rig.app.execute(host, first, reportOf(commandId, 'failed'), testCause())
    await rig.loseWork()
    assert.equal(await sweepDifferences(rig.app), 1)
    await rig.workAll()
    await rig.answerAll(ids)
    assert.deepEqual(await counts(), all('verifying'))
  })

  it('refuses settings for a user to hosts that have none after two hours, by itself', async () => {
    await rig.upload('mail', '0', { scope: 'User' })
    await rig.workAll()
    assert.equal((await rig.happened('ProfileRefused')).length, 0)
    rig.advance(2 * 60 * 60 * 1000)
    await rig.workAll()
    assert.equal((await rig.happened('ProfileRefused')).length, ids.length)
    assert.equal(await sweepDifferences(rig.app), 0)
  })
})
