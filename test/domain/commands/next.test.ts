import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { host } from '../../../src/domain/host/host.ts'
import { nextOn } from '../../../src/domain/commands/next.ts'
import { enrolled, listing, queued } from '../../support/host-stories.ts'
import type { Past } from '../../support/given.ts'

const whenever = { notDeferredSince: '9999-12-31T00:00:00Z', stuckBefore: '2026-01-01T00:00:00Z' }
const at = (minute: number): string => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`
const sent = (commandId: string, minute: number): Past<HostEvent> => ({
  ...{ type: 'CommandSent', data: { commandId }, at: at(minute) },
})
const deferred = (commandId: string, minute: number): Past<HostEvent> => ({
  ...{ type: 'CommandDeferred', data: { commandId }, at: at(minute) },
})

describe('The next command of a channel', () => {
  const stateAfter = (...past: readonly Past<HostEvent>[]) =>
    [...enrolled(), ...past].reduce((state, event) => host.evolve(state, { at: at(0), ...event }), host.initial)
  const nextAfter = (past: readonly Past<HostEvent>[], passing: Partial<typeof whenever> = {}, channel = 'device') =>
    nextOn(stateAfter(...past).commands, channel, { ...whenever, ...passing })?.commandId ?? null

  const two = queued(listing('first'), listing('second'))
  for (const [what, next, past, passing] of [
    ['is none when nothing waits', null, [], {}],
    ['is the one that was queued first', 'first', [two, queued(listing('third'))], {}],
    ['is the same one when it was handed out and not answered', 'first', [two, sent('first', 1)], {}],
    ['is of higher priority, though queued later', 'third', [two, queued({ ...listing('third'), priority: 1 })], {}],
    [
      'is not one that was deferred in this session',
      'second',
      [two, sent('first', 1), deferred('first', 2)],
      { notDeferredSince: at(2) },
    ],
    [
      'is one that was deferred before this session',
      'first',
      [two, sent('first', 1), deferred('first', 2)],
      { notDeferredSince: at(3) },
    ],
    ['is none when all were deferred', null, [queued(listing('one')), deferred('one', 1)], { notDeferredSince: at(1) }],
    ['is not one that has been out for too long', 'second', [two, sent('first', 1)], { stuckBefore: at(2) }],
    [
      'is one that has been out for too long when all others are, too',
      'first',
      [two, sent('first', 1), sent('second', 1)],
      { stuckBefore: at(2) },
    ],
    [
      'is one of low priority before one that has been out for too long',
      'second',
      [queued({ ...listing('first'), priority: 9 }, listing('second')), sent('first', 1)],
      { stuckBefore: at(2) },
    ],
  ] as const)
    it(what, () => {
      assert.equal(nextAfter(past, passing), next)
    })

  it('is none of another channel', () => {
    assert.equal(nextAfter([two], {}, 'user'), null)
  })

  it('is handed out by the decision that takes in the answer before it, and chosen again after it', () => {
    const state = stateAfter(two, sent('first', 1))
    const answer = {
      type: 'ReportCommand',
      data: { commandId: 'first', outcome: 'acknowledged', errors: [], result: null },
    } as const
    const answered = host.decide(answer, state)
    const after = answered.reduce((now, event) => host.evolve(now, { ...event, at: at(2) }), state)
    assert.deepEqual(host.decide({ type: 'HandOutNext', data: { channel: 'device', passing: whenever } }, after), [
      { type: 'CommandSent', data: { commandId: 'second' } },
    ])
    const handed = host.evolve(after, { type: 'CommandSent', data: { commandId: 'second' }, at: at(3) })
    assert.deepEqual(host.decide({ type: 'HandOutNext', data: { channel: 'device', passing: whenever } }, handed), [])
    assert.equal(nextOn(handed.commands, 'device', whenever)?.commandId, 'second')
  })
})
