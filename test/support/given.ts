import assert from 'node:assert/strict'
import type { Decider } from '../../src/kernel/decider.ts'
import type { AnyCommand, AnyEvent } from '../../src/kernel/event.ts'
import { Rejection } from '../../src/kernel/rejection.ts'
import type { RejectionCode } from '../../src/domain/rejections.ts'

/** When everything happens, unless a test says otherwise (`at` on the event). */
export const someTime = '2026-03-01T12:00:00.000Z'

/** An event of a history; its time may be left out. */
export type Past<E extends AnyEvent> = E & Readonly<{ at?: string }>

export type Then<C extends AnyCommand, E extends AnyEvent, S> = Readonly<{
  then: (events: readonly E[]) => Then<C, E, S>
  thenNothing: () => Then<C, E, S>
  thenRejected: (code: RejectionCode) => void
  /** The same command once more, after what it led to, leads to nothing. */
  andAgainNothing: () => Then<C, E, S>
  thenState: (check: (state: S) => void) => Then<C, E, S>
  /** Goes on with another command, after what the last one led to. */
  when: (command: C) => Then<C, E, S>
  /** The same with a command that depends on where things stand then. */
  whenFrom: (make: (state: S) => C) => Then<C, E, S>
}>

/** `given(host, history).when(command).then(events)`: the rules of one stream, told as a story. */
export const given = <C extends AnyCommand, E extends AnyEvent, S>(
  decider: Decider<C, E, S>,
  events: readonly Past<E>[],
): Readonly<{ when: (command: NoInfer<C>) => Then<C, E, S>; thenState: (check: (state: S) => void) => void }> => {
  const state = stateAfter(decider, events)
  return {
    when: (command) => told(decider, state, command),
    thenState: (check) => {
      check(state)
    },
  }
}

/** The state that a history leads to, from `before` or from the beginning. */
export const stateAfter = <C extends AnyCommand, E extends AnyEvent, S>(
  decider: Decider<C, E, S>,
  events: readonly Past<E>[],
  before: S = decider.initial,
): S => events.reduce((state, event) => decider.evolve(state, { at: someTime, ...event }), before)

const told = <C extends AnyCommand, E extends AnyEvent, S>(decider: Decider<C, E, S>, state: S, command: C): Then<C, E, S> => {
  const decided = decidedOn(decider, state, command)
  const events = (): readonly E[] => {
    if (decided instanceof Rejection) throw decided
    return decided
  }
  const after = (): S => stateAfter(decider, events(), state)
  const then: Then<C, E, S> = {
    then: (expected) => {
      assert.deepEqual(events(), expected)
      return then
    },
    thenNothing: () => {
      assert.deepEqual(events(), [])
      return then
    },
    thenRejected: (code) => {
      if (!(decided instanceof Rejection)) assert.fail(`It was not rejected, but led to ${JSON.stringify(decided)}.`)
      assert.equal(decided.code, code)
      assert.match(decided.message, /^[A-Z].*\.$/)
    },
    andAgainNothing: () => {
      assert.deepEqual(decider.decide(command, after()), [])
      return then
    },
    thenState: (check) => {
      check(after())
      return then
    },
    when: (next) => told(decider, after(), next),
    whenFrom: (make) => told(decider, after(), make(after())),
  }
  return then
}

const decidedOn = <C extends AnyCommand, E extends AnyEvent, S>(
  decider: Decider<C, E, S>,
  state: S,
  command: C,
): readonly E[] | Rejection => {
  try {
    return decider.decide(command, state)
  } catch (error) {
    if (error instanceof Rejection) return error
    throw error
  }
}
