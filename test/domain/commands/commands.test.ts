import { recentKeys } from '../../../src/kernel/recent.ts'
import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import { given, stateAfter } from '../../support/given.ts'
import { answered, cancelled, enrolled, listing, queued, reportOf } from '../../support/host-stories.ts'

const waiting = [...enrolled(), queued(listing('one'), listing('two'))]

describe('commands to a host', () => {
  it('are queued once, in one event, however often they are asked for', () => {
    given(host, enrolled())
      .when({ type: 'QueueCommands', data: { commands: [listing('one'), listing('two')] } })
      .then([queued(listing('one'), listing('two'))])
      .andAgainNothing()
  })

  it('are queued without those that wait or are over already', () => {
    given(host, [...waiting, answered('one')])
      .when({ type: 'QueueCommands', data: { commands: [listing('one'), listing('two'), listing('three')] } })
      .then([queued(listing('three'))])
  })

  for (const [what, history] of [
    ['waits', waiting],
    ['was answered', [...waiting, answered('one')]],
    ['was taken back', [...waiting, cancelled('asked', 'one')]],
  ] as const)
    it(`[case J2] are refused under an id of their own when a command with it ${what}`, () => {
      given(host, [...history])
        .when({ type: 'QueueCommands', data: { commands: [listing('one')], fresh: true } })
        .thenRejected('already-exists')
    })

  it('are refused for a host that is not enrolled', () => {
    given(host, [...enrolled(), { type: 'EnrollmentEnded', data: { because: 'checked-out' } }])
      .when({ type: 'QueueCommands', data: { commands: [listing('one')] } })
      .thenRejected('not-enrolled')
  })

  it('are handed out once', () => {
    given(host, waiting)
      .when({ type: 'SendCommand', data: { commandId: 'one' } })
      .then([{ type: 'CommandSent', data: { commandId: 'one' } }])
      .andAgainNothing()
  })

  it('are handed out again where that is counted, as often as it is', () => {
    const again = { type: 'SendCommand', data: { commandId: 'one', again: true } } as const
    given(host, [...waiting])
      .when(again)
      .then([{ type: 'CommandSent', data: { commandId: 'one' } }])
      .when(again)
      .then([{ type: 'CommandSent', data: { commandId: 'one', attempt: 2 } }])
      .when({ type: 'SendCommand', data: { commandId: 'one' } })
      .thenNothing()
  })

  it('are not handed out when they were cancelled, answered or never queued', () => {
    for (const commandId of ['one', 'two', 'never'])
      given(host, [...waiting, cancelled('superseded', 'one'), answered('two')])
        .when({ type: 'SendCommand', data: { commandId } })
        .thenRejected('command-not-waiting')
  })

  it('go on waiting when the host says NotNow, each time that it says so', () => {
    const deferred = { type: 'CommandDeferred', data: { commandId: 'one' } } as const
    given(host, waiting)
      .when(reportOf('one', 'deferred'))
      .then([deferred])
      .when(reportOf('one', 'deferred'))
      .then([deferred])
      .thenState(({ commands }) => assert.equal(commands.waiting.get('one')?.deferrals, 2))
      .when(reportOf('one'))
      .then([answered('one')])
  })

  it('are over with their answer; the same answer again says nothing new', () => {
    given(host, waiting)
      .when(reportOf('one', 'failed', ['MCMDMErrorDomain', 12021]))
      .then([
        answered('one', {
          outcome: 'failed',
          errors: [{ domain: 'MCMDMErrorDomain', code: 12021, description: 'Something went wrong.' }],
        }),
      ])
      .andAgainNothing()
      .thenState(({ commands }) => assert.deepEqual([...commands.waiting.keys()], ['two']))
  })

  it('that were cancelled are answered late, once, and not deferred', () => {
    const history = [...waiting, cancelled('superseded', 'one')]
    given(host, history).when(reportOf('one', 'deferred')).thenNothing()
    given(host, history)
      .when(reportOf('one'))
      .then([answered('one', { late: true })])
      .andAgainNothing()
  })

  it('that this server never gave are recorded once', () => {
    given(host, enrolled())
      .when(reportOf('foreign', 'malformed'))
      .then([{ type: 'UnknownCommandReported', data: { commandId: 'foreign', outcome: 'malformed' } }])
      .andAgainNothing()
  })

  it('are answered after the enrollment ended, too', () => {
    const ended = { type: 'EnrollmentEnded', data: { because: 'checked-out' } } as const
    given(host, [...waiting, ended, cancelled('enrollment-ended', 'one', 'two')])
      .when(reportOf('one'))
      .then([answered('one', { late: true })])
  })

  it('are remembered for a while only: 128 of those that are over', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `command-${String(index)}`)
    const history = [...enrolled(), queued(...ids.map(listing)), ...ids.map((id) => answered(id))]
    const { commands } = stateAfter(host, history)
    const kept = recentKeys(commands.settled)
    assert.deepEqual([kept.slice(-128), kept.length < 200], [ids.slice(-128), true])
    assert.equal(commands.queued, 300)
  })
})
