import assert from 'node:assert/strict'
import { concernsIdle, nothingWaiting } from '../../../src/api/apple/nothing-waiting.ts'
import type { Recorded } from '../../../src/kernel/event.ts'

const happened = (type: string, data: object = {}) => [{ type, id: '1', data } as Recorded]

describe('The memory of channels on which nothing waits', () => {
  const asked = () => {
    const memory = nothingWaiting(() => 1)
    memory.remember('1', 'device', memory.asking('1'))
    assert.ok(memory.isKnown('1', 'device'))
    return memory
  }

  for (const type of ['UnlockRequested', 'EnrollmentEnded', 'EnrollmentStarted'])
    it(`forgets a device after ${type}, which is answered otherwise`, () => {
      const memory = asked()
      memory.applied(happened(type))
      assert.ok(!memory.isKnown('1', 'device'))
    })

  it('forgets a channel that a command is queued on, and no other', () => {
    const memory = asked()
    memory.remember('1', 'user', memory.asking('1'))
    memory.applied(happened('CommandsQueued', { commands: [{ channel: 'user' }] }))
    assert.deepEqual([memory.isKnown('1', 'device'), memory.isKnown('1', 'user')], [true, false])
  })

  it('does not take up what was asked before something happened', () => {
    const memory = nothingWaiting(() => 1)
    const before = memory.asking('1')
    memory.applied(happened('EnrollmentEnded'))
    memory.remember('1', 'device', before)
    assert.ok(!memory.isKnown('1', 'device'))
  })

  it('is not believed where another process applies the events', () => {
    let leading = true
    const memory = nothingWaiting(() => (leading ? 1 : null))
    memory.remember('1', 'device', memory.asking('1'))
    leading = false
    assert.ok(!memory.isKnown('1', 'device'))
  })

  it('does not outlive the reign that it was made in: another process may have led in between [case A2]', () => {
    let reign: number | null = 1
    const memory = nothingWaiting(() => reign)
    memory.remember('1', 'device', memory.asking('1'))
    reign = null
    memory.remember('1', 'user', memory.asking('1'))
    reign = 2
    assert.deepEqual([memory.isKnown('1', 'device'), memory.isKnown('1', 'user')], [false, false])
  })

  it('is told to other processes as far as it matters to them, without what commands ask for', () => {
    const queued = happened('CommandsQueued', {
      commands: [{ channel: 'user', request: { kind: 'device-lock', pin: '123456' } }],
    })
    const told = concernsIdle([
      ...queued,
      ...happened('CommandAnswered', { commandId: 'c' }),
      ...happened('EnrollmentEnded', { why: 'w' }),
    ])
    assert.deepEqual(told, [
      { type: 'CommandsQueued', id: '1', data: { commands: [{ channel: 'user' }] } },
      { type: 'EnrollmentEnded', id: '1', data: {} },
    ])
    const memory = asked()
    memory.remember('1', 'user', memory.asking('1'))
    memory.applied(told.slice(0, 1))
    assert.deepEqual([memory.isKnown('1', 'device'), memory.isKnown('1', 'user')], [true, false])
  })
})
