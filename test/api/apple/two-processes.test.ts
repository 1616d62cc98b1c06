import assert from 'node:assert/strict'
import { commandChannel } from '../../../src/api/apple/command-channel.ts'
import { nothingWaiting } from '../../../src/api/apple/nothing-waiting.ts'
import { appleRequests, concealed } from '../../../src/api/apple/requests.ts'
import { executor } from '../../../src/app/execute.ts'
import type { EventLog } from '../../../src/app/ports.ts'
import { LogUnavailable } from '../../../src/app/ports.ts'
import { host } from '../../../src/domain/host/host.ts'
import { readReport } from '../../../src/protocols/apple/command-report.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'
import type { TestApp } from '../../support/app.ts'
import { enrollHost, testApp, testCause } from '../../support/app.ts'
import { listing, udid } from '../../support/host-stories.ts'

const count = 12

describe('A device that is answered by two processes in turn', function () {
  this.timeout(60_000)
  let rig: TestApp
  let hostId: string
  beforeEach(async () => {
    rig = await testApp()
    hostId = await enrollHost(rig.app, { udid, serial: 'MAC-1' })
    const commands = Array.from({ length: count }, (_, index) => listing(`command-${String(index)}`))
    await rig.app.execute(host, hostId, { type: 'QueueCommands', data: { commands } }, testCause())
  })
  afterEach(() => rig.stop())

  /** A process with a memory of its own, over the one log. */
  const startProcess = (log: EventLog = rig.app.log) => {
    const app = { ...rig.app, log, ...executor(log, rig.app.clock) }
    const edge = { app, nothingWaiting: nothingWaiting(() => null) }
    const channel = commandChannel(edge, { mustBeBound: () => undefined }, appleRequests(app, concealed))
    /** What the device is handed: the id of a command, or null. */
    return async (report: Readonly<Record<string, string>>): Promise<string | null> => {
      const body = Buffer.from(writePlist({ UDID: udid, ...report }))
      const answer = await channel(readReport(body), body, 'certificate', testCause)
      const text = answer === null ? null : Buffer.from(answer).toString()
      return text === null ? null : (/<string>(command-\d+)<\/string>/.exec(text)?.[1] ?? text)
    }
  }
  const answer = (CommandUUID: string) => ({ Status: 'Acknowledged', CommandUUID })
  const happened = async (type: string) =>
    (await rig.app.log.readStream(`host-${hostId}`)).flatMap((event) =>
      event.type === type ? [(event.data as Readonly<{ commandId: string }>).commandId] : [],
    )
  const all = Array.from({ length: count }, (_, index) => `command-${String(index)}`)

  it('is handed each command once, in order, whichever answers', async () => {
    const processes = [startProcess(), startProcess(), startProcess()]
    const handed: string[] = []
    let next = await processes[0]?.({ Status: 'Idle' })
    for (let turn = 1; typeof next === 'string'; turn++) {
      handed.push(next)
      next = await processes[turn % processes.length]?.(answer(next))
    }
    assert.deepEqual(handed, all)
    assert.deepEqual(await happened('CommandSent'), all)
    assert.deepEqual(await happened('CommandAnswered'), all)
  })

  it('is handed the same command by all that it asks at once, which is noted once', async () => {
    const processes = Array.from({ length: 5 }, () => startProcess())
    const handed = await Promise.all(processes.map((ask) => ask({ Status: 'Idle' })))
    assert.deepEqual(new Set(handed), new Set(['command-0']))
    assert.deepEqual(await happened('CommandSent'), ['command-0'])
  })

  it('has its answer counted once when it reaches both', async () => {
    const [one, other] = [startProcess(), startProcess()]
    assert.equal(await one({ Status: 'Idle' }), 'command-0')
    const handed = await Promise.all([one(answer('command-0')), other(answer('command-0'))])
    assert.deepEqual(handed, ['command-1', 'command-1'])
    assert.deepEqual(await happened('CommandAnswered'), ['command-0'])
    assert.deepEqual(await happened('CommandSent'), ['command-0', 'command-1'])
  })

  it('loses nothing when one is killed before it could append, or after it had and before it answered', async () => {
    const before: EventLog = { ...rig.app.log, append: () => Promise.reject(new LogUnavailable('It was killed.')) }
    await assert.rejects(startProcess(before)({ Status: 'Idle' }), LogUnavailable)
    assert.deepEqual(await happened('CommandSent'), [])
    const after: EventLog = {
      ...rig.app.log,
      append: async (...told) => {
        await rig.app.log.append(...told)
        throw new LogUnavailable('It was killed.')
      },
    }
    await assert.rejects(startProcess(after)({ Status: 'Idle' }), LogUnavailable)
    assert.deepEqual(await happened('CommandSent'), ['command-0'])
    assert.equal(await startProcess()({ Status: 'Idle' }), 'command-0', 'it comes back, and is handed it again')
    await assert.rejects(startProcess(after)(answer('command-0')), LogUnavailable)
    assert.equal(await startProcess()(answer('command-0')), 'command-1', 'it says it again, and goes on')
    assert.deepEqual(await happened('CommandAnswered'), ['command-0'])
    assert.deepEqual(await happened('CommandSent'), ['command-0', 'command-1'])
  })

  it('costs one append for an answer and the next command, and no question', async () => {
    const appends: number[] = []
    const log: EventLog = {
      ...rig.app.log,
      append: (stream, events, expected) => {
        appends.push(events.length)
        return rig.app.log.append(stream, events, expected)
      },
    }
    const ask = startProcess(log)
    assert.equal(await ask({ Status: 'Idle' }), 'command-0')
    assert.equal(await ask(answer('command-0')), 'command-1')
    assert.deepEqual(appends, [1, 2])
  })
})
