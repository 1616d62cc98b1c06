import assert from 'node:assert/strict'
import { memoryPush } from '../../src/adapters/memory/push.ts'
import { host } from '../../src/domain/host/host.ts'
import { sweepSilent } from '../../src/workers/sweep.ts'
import { wake } from '../../src/workers/wake.ts'
import { workOff } from '../../src/workers/worker.ts'
import { testCause } from '../support/app.ts'
import { listing, topic } from '../support/host-stories.ts'
import type { WorkerRig } from './rig.ts'
import { tokenOf, workerRig } from './rig.ts'

describe('waking hosts', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  let one = ''
  let two = ''
  beforeEach(async () => {
    rig = await workerRig()
    ;[one = '', two = ''] = await rig.enroll('MAC-1', 'MAC-2')
    await rig.workAll()
  })
  afterEach(() => rig.stop())

  const ask = async (hostId: string, commandId = 'asked'): Promise<void> => {
    await rig.app.execute(host, hostId, { type: 'QueueCommands', data: { commands: [listing(commandId)] } }, testCause())
    await rig.caughtUp()
  }
  const sent = () => rig.push.sent.map(({ token }) => Buffer.from(token).toString())

  it('pushes to those for which something waits, with the token that they gave', async () => {
    await ask(one)
    await rig.workAll()
    assert.deepEqual(rig.push.sent, [{ topic, token: Buffer.from(tokenOf('MAC-1')), magic: 'magic' }])
  })

  it('does not push to a host whose command was answered before its turn came', async () => {
    await ask(one)
    await rig.answerAll([one])
    await rig.workAll()
    assert.deepEqual(sent(), [])
  })

  it('ends the enrollment of a host whose token died after it was given', async () => {
    await ask(one)
    rig.push.answer(tokenOf('MAC-1'), { kind: 'unregistered', since: rig.app.clock().getTime() })
    await rig.workAll()
    assert.equal((await rig.stateOf(one)).enrollment.stage, 'ended')
    assert.equal((await rig.stateOf(one)).commands.waiting.size, 0)
    assert.equal((await rig.stateOf(two)).enrollment.stage, 'enrolled')
  })

  it('lets a host be whose token is newer than what the push service says', async () => {
    await ask(one)
    rig.push.answer(tokenOf('MAC-1'), { kind: 'unregistered', since: rig.app.clock().getTime() - 1 })
    await rig.workAll()
    assert.equal((await rig.stateOf(one)).enrollment.stage, 'enrolled')
  })

  it('tries later when the push service asks for patience, as often as it does, and never parks that', async () => {
    await ask(one)
    rig.push.answer(tokenOf('MAC-1'), { kind: 'try-later', reason: 'TooManyRequests' })
    for (let attempt = 1; attempt <= 12; attempt++) {
      await rig.workAll()
      assert.equal(rig.push.sent.length, attempt)
      await rig.workAll()
      assert.equal(rig.push.sent.length, attempt)
      rig.advance(30_000)
    }
    assert.deepEqual(await rig.app.work.parked(), [])
    const [row] = await rig.claim('wake')
    assert.equal(row?.attempts, 1)
  })

  it('says once that it has no certificate, and serves hosts when they call', async () => {
    const refusing = memoryPush([topic])
    const kind = wake(rig.app, refusing)
    for (const hostId of [one, two]) {
      await ask(hostId)
      await workOff(rig.app, kind, () => false)
    }
    assert.equal(rig.lines.filter(({ message }) => message.includes('cannot be pushed to')).length, 1)
    assert.equal((await rig.stateOf(one)).enrollment.stage, 'enrolled')
    assert.deepEqual(await rig.app.work.dueKinds(), [])
  })

  it('goes on to others when a secret cannot be opened', async () => {
    await ask(one)
    await ask(two)
    await rig.app.vault.destroy(one)
    await rig.workAll()
    assert.deepEqual(sent(), ['MAC-2'])
  })

  it('pushes again to the silent, less and less often', async () => {
    await ask(one)
    await rig.workAll()
    const minutes: number[] = []
    for (let minute = 1; minute <= 40; minute++) {
      rig.advance(60_000)
      if ((await sweepSilent(rig.app)) > 0) minutes.push(minute)
      await rig.workAll()
    }
    assert.deepEqual(minutes, [3, 8, 17, 34])
    assert.equal(rig.push.sent.length, 5)
  })
})
