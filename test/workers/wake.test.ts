import assert from 'node:assert/strict'
import { memoryPush } from '../../src/adapters/memory/push.ts'
import type { PushOutcome } from '../../src/app/ports.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostsToWakeAgain, pushHealth, pushProblems } from '../../src/projections/waking.ts'
import { livenessEveryMs, sweepLiveness, sweepSilent } from '../../src/workers/sweep.ts'
import { wake } from '../../src/workers/wake.ts'
import { workOff } from '../../src/workers/worker.ts'
import { testCause } from '../support/app.ts'
import { listing, topic, updateToken, userChannel } from '../support/host-stories.ts'
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
    await rig.app.vault.destroy(one, 1)
    await rig.workAll()
    assert.deepEqual(sent(), ['MAC-2'])
  })

  it('closes the channel of a user whose token died, and lets the host be', async () => {
    const user = updateToken('of ada', userChannel)
    const secret = JSON.stringify({ token: Buffer.from('ada').toString('hex'), magic: 'magic' })
    const push = await rig.app.vault.seal(one, `push/${userChannel}`, Buffer.from(secret))
    await rig.app.execute(host, one, { ...user, data: { ...user.data, push } }, testCause())
    const commands = [{ ...listing('for ada'), channel: userChannel }]
    await rig.app.execute(host, one, { type: 'QueueCommands', data: { commands } }, testCause())
    rig.push.answer(Buffer.from('ada'), { kind: 'unregistered', since: rig.app.clock().getTime() })
    await rig.workAll()
    const { enrollment, commands: left } = await rig.stateOf(one)
    assert.deepEqual([enrollment.stage, Object.keys(enrollment.channels), left.waiting.size], ['enrolled', ['device'], 0])
  })

  it('remembers a token that is not taken, and does not unenroll for it', async () => {
    await ask(one)
    rig.push.answer(tokenOf('MAC-1'), { kind: 'bad-token', reason: 'BadDeviceToken' })
    await rig.workAll()
    assert.equal((await rig.stateOf(one)).enrollment.stage, 'enrolled')
    assert.deepEqual(
      (await rig.app.read(pushHealth(one))).map(({ channel, problem }) => [channel, problem]),
      [['device', 'BadDeviceToken']],
    )
    assert.deepEqual(await rig.app.read(pushProblems()), [{ problem: 'BadDeviceToken', channels: 1 }])
  })

  it('tells in the history of the host that its token is not taken, and that it is again; of a certificate it tells nothing there [case I1]', async () => {
    const told = async () =>
      (await rig.app.log.readStream(`host-${one}`, { from: 0 })).map(({ type }) => type).filter((type) => type.startsWith('Push'))
    let asked = 0
    const push = async (outcome: PushOutcome): Promise<readonly (string | null)[]> => {
      rig.push.answer(tokenOf('MAC-1'), outcome)
      await ask(one, `command ${String(asked++)}`)
      rig.advance(60_000)
      await rig.workAll()
      return (await rig.app.read(pushHealth(one))).map(({ problem }) => problem)
    }
    assert.deepEqual(await push({ kind: 'certificate-refused', reason: 'BadCertificate' }), ['BadCertificate'])
    assert.deepEqual(await told(), [])
    assert.deepEqual(await push({ kind: 'bad-token', reason: 'BadDeviceToken' }), ['BadDeviceToken'])
    assert.deepEqual(await push({ kind: 'bad-token', reason: 'BadDeviceToken' }), ['BadDeviceToken'])
    assert.deepEqual(await told(), ['PushRefused'])
    assert.deepEqual(await push({ kind: 'sent' }), [null])
    assert.deepEqual(await told(), ['PushRefused', 'PushTaken'])
  })

  it('does not push twice to a host that is about to call, but again at once to one that called', async () => {
    await ask(one, 'first')
    await rig.workAll()
    await ask(one, 'second')
    await rig.workAll()
    assert.equal(rig.push.sent.length, 1)
    rig.advance(2_000)
    await rig.workAll()
    assert.equal(rig.push.sent.length, 2)
    rig.advance(100)
    rig.app.telemetry.seen(one, 'device')
    await ask(one, 'third')
    await rig.workAll()
    assert.equal(rig.push.sent.length, 3)
  })

  it('wakes every silent host about once a day, a share of them at a time', async () => {
    const many = await rig.enroll(...Array.from({ length: 298 }, (_, index) => `QUIET-${String(index)}`))
    await rig.workAll()
    const woken: number[] = []
    for (let tick = 0; tick < 2 * 144; tick++) {
      rig.advance(livenessEveryMs)
      woken.push(await sweepLiveness(rig.app))
      await rig.workAll()
    }
    assert.ok(Math.max(...woken) <= Math.ceil((many.length + 2) / 144))
    const tokens = new Set(rig.push.sent.map(({ token }) => Buffer.from(token).toString()))
    assert.equal(tokens.size, many.length + 2)
    assert.equal(rig.push.sent.length, many.length + 2)
  }).timeout(60_000)

  it('gets to everyone who is due, however few are taken at a time and however often the others fall due', async () => {
    const hosts = [one, two, ...(await rig.enroll('MAC-3', 'MAC-4', 'MAC-5', 'MAC-6'))]
    for (const hostId of hosts) await ask(hostId)
    const woken = new Set<string>()
    for (let tick = 0; tick < 20; tick++) {
      const due = await rig.app.read(hostsToWakeAgain(rig.app.clock().toISOString(), 2))
      for (const { host_id } of due) {
        woken.add(host_id)
        await rig.app.telemetry.pushed([{ hostId: host_id, channel: 'device', problem: null }])
      }
      rig.advance(60_000)
    }
    assert.equal(woken.size, hosts.length)
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
