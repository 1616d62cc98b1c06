import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { host } from '../../../src/domain/host/host.ts'
import { nextRenewal } from '../../../src/domain/renewal/renewal.ts'
import { answerWithinMs, renewalDue, renewalPauseMs } from '../../../src/domain/renewal/schedule.ts'
import { work } from '../../../src/domain/renewal/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given, someTime, stateAfter } from '../../support/given.ts'
import { cancelled, certificateOf, discovered, opened, reportOf, started } from '../../support/host-stories.ts'
import { termsOf } from '../../support/terms.ts'

const hostId = '4711'
const day = 24 * 60 * 60 * 1000
const notAfter = '2026-06-01T00:00:00.000Z'
const after = (ms: number, since = someTime): string => new Date(Date.parse(since) + ms).toISOString()

const begun = started() as OfType<HostEvent, 'EnrollmentStarted'>
const enrolledOnTerms: readonly HostEvent[] = [
  discovered(),
  { ...begun, data: { ...begun.data, notAfter, terms: termsOf() } },
  opened(),
]
const renew = (now: string, commandId = 'renew', because: 'expiring' | 'asked' = 'expiring') =>
  ({ type: 'RenewIdentity', data: { hostId, commandId, now, because } }) as const
const requested: HostEvent = {
  type: 'IdentityRenewalRequested',
  data: { commandId: 'renew', attempt: 1, certificate: certificateOf('a'), because: 'expiring' },
}

describe('renewing the identity of a host', () => {
  it('asks it half a year before the end, on the terms that it enrolled on, once', () => {
    given(host, enrolledOnTerms)
      .when(renew(someTime))
      .then([
        requested,
        {
          type: 'CommandsQueued',
          data: {
            commands: [
              {
                commandId: 'renew',
                channel: 'device',
                request: { kind: 'renew-identity', terms: termsOf({ renews: { hostId, commandId: 'renew' } }) },
                reason: { code: 'certificate-ends', notAfter },
                deadline: after(answerWithinMs),
              },
            ],
          },
        },
      ])
      .andAgainNothing()
  })

  it('waits until its time has come', () => {
    given(host, enrolledOnTerms)
      .when(renew(after(-1, renewalDue(hostId, notAfter))))
      .thenNothing()
  })

  it('has failed when the host refuses, or takes the profile and goes on as before', () => {
    given(host, enrolledOnTerms)
      .when(renew(someTime))
      .when(reportOf('renew', 'failed', ['MCSCEPErrorDomain', 22005]))
      .thenState(({ renewal }) => assert.equal(renewal.stage, 'failed'))
    given(host, enrolledOnTerms)
      .when(renew(someTime))
      .when(reportOf('renew'))
      .thenState(({ renewal }) => assert.equal(renewal.stage, 'failed'))
  })

  it('has succeeded when the host comes with the new certificate, whenever it acknowledges', () => {
    const renewed: HostEvent = {
      type: 'IdentityRenewed',
      data: { from: certificateOf('a'), to: certificateOf('b'), notAfter: '2027-03-01T00:00:00.000Z', by: 'profile' },
    }
    given(host, enrolledOnTerms)
      .when(renew(someTime))
      .thenState((state) => {
        const now = host.evolve(state, { ...renewed, at: someTime })
        assert.equal(now.renewal.stage, 'idle')
        assert.equal(nextRenewal(hostId, now), renewalDue(hostId, '2027-03-01T00:00:00.000Z'))
        assert.deepEqual(
          host.decide(reportOf('renew'), now).map(({ type }) => type),
          ['CommandAnswered'],
        )
      })
  })

  it('is given up after a week without an answer, and tried again after 1, 3, 7 and then every 7 days', () => {
    let history: readonly HostEvent[] = enrolledOnTerms
    let now = someTime
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      const state = stateAfter(
        host,
        history.map((event) => ({ ...event, at: event.type === 'IdentityRenewalRequested' ? now : someTime })),
      )
      const asked = host.decide(renew(now, `renew-${String(attempt)}`), { ...state, renewal: { ...state.renewal, since: null } })
      assert.equal(asked[0]?.type, 'IdentityRenewalRequested', `attempt ${String(attempt)}`)
      const waiting = asked.reduce((before, event) => host.evolve(before, { ...event, at: now }), state)
      assert.deepEqual(host.decide(renew(after(answerWithinMs - 1, now)), waiting), [])
      const late = after(answerWithinMs, now)
      const gaveUp = host.decide(renew(late), waiting)
      assert.deepEqual(
        gaveUp.map(({ type }) => type),
        ['IdentityRenewalFailed', 'CommandsCancelled'],
      )
      const failed = gaveUp.reduce((before, event) => host.evolve(before, { ...event, at: late }), waiting)
      const next = nextRenewal(hostId, failed) ?? assert.fail('It is never tried again.')
      pauses.push((Date.parse(next) - Date.parse(late)) / day)
      history = [...history, ...asked, ...gaveUp]
      now = next
    }
    assert.deepEqual(pauses, [1, 3, 7, 7, 7])
  })

  it('leaves no mark when its command is cancelled with the enrollment', () => {
    given(host, enrolledOnTerms)
      .when(renew(someTime))
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .then([{ type: 'EnrollmentEnded', data: { because: 'checked-out' } }, cancelled('enrollment-ended', 'renew')])
      .thenState((state) => assert.equal(nextRenewal(hostId, state), null))
  })

  it('may be asked for by an admin at any time, but not while the host is locked or on terms that nobody knows', () => {
    given(host, enrolledOnTerms)
      .when(renew('2026-01-01T00:00:00.000Z', 'now', 'asked'))
      .thenState(({ renewal }) => assert.equal(renewal.stage, 'requested'))
    given(host, [...enrolledOnTerms, { type: 'LockRequested', data: { commandId: 'lock', means: 'pin', pin: null } }])
      .when(renew(someTime, 'now', 'asked'))
      .thenRejected('still-in-progress')
    given(host, [discovered(), started(), opened()])
      .when(renew(someTime, 'now', 'asked'))
      .thenRejected('not-supported')
    given(host, [])
      .when(renew(someTime, 'now', 'asked'))
      .thenRejected('not-enrolled')
  })
})

describe('the time of a renewal', () => {
  it('lies between 180 and 166 days before the end, and not on one day for all hosts', () => {
    const days = Array.from(
      { length: 500 },
      (_, index) => (Date.parse(notAfter) - Date.parse(renewalDue(String(index), notAfter))) / day,
    )
    assert.ok(days.every((left) => left <= 180 && left >= 166))
    const perDay = new Map<number, number>()
    for (const left of days) perDay.set(Math.floor(left), (perDay.get(Math.floor(left)) ?? 0) + 1)
    assert.ok(Math.max(...perDay.values()) < 80)
  })

  it('is work with a due time, as is its failure and its silence', () => {
    const at = <E extends HostEvent>(event: E): Recorded<E> => ({ ...event, id: hostId, at: someTime }) as Recorded<E>
    const start = { ...begun, data: { ...begun.data, notAfter } }
    assert.deepEqual(work.EnrollmentStarted?.(at(start)), [
      { kind: 'renew-identity', key: hostId, dueAt: renewalDue(hostId, notAfter) },
    ])
    assert.deepEqual(work.EnrollmentStarted?.(at(begun)), [])
    assert.deepEqual(work.IdentityRenewalRequested?.(at(requested)), [
      { kind: 'renew-identity', key: hostId, dueAt: after(answerWithinMs) },
    ])
    const failure = { type: 'IdentityRenewalFailed', data: { attempt: 2, because: 'refused', detail: 'No.' } } as const
    assert.deepEqual(work.IdentityRenewalFailed?.(at(failure)), [
      { kind: 'renew-identity', key: hostId, dueAt: after(renewalPauseMs(2)) },
    ])
  })
})
