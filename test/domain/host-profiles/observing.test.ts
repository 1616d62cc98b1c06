import assert from 'node:assert/strict'
import type { Observation } from '../../../src/domain/host-profiles/observing.ts'
import { observe, observed } from '../../../src/domain/host-profiles/observing.ts'
import type { HostProfile, HostProfiles } from '../../../src/domain/host-profiles/state.ts'

const wifi = (more: Partial<HostProfile> = {}): HostProfiles => ({
  wifi: {
    ...{ identifier: 'com.example.wifi', checksum: 'aa', scope: 'System', operation: 'install', status: 'verifying' },
    ...{ commandId: null, failures: 0, landed: true, ignoreError: false, resend: false },
    ...more,
  },
})

const uploaded = '2026-03-01T12:00:00.000Z'
const desired = [{ profileId: 'wifi', identifier: 'com.example.wifi', checksum: 'aa', scope: 'System' as const, since: uploaded }]
const listed = (identifier: string, installedAt: string | null = '2026-03-01T12:30:00.000Z') => ({
  identifier,
  name: null,
  installedAt,
})

const report = (more: Partial<Observation>): Observation => ({
  ...{ source: 'agent', scope: 'both', profiles: [listed('com.example.wifi')], desired, expected: ['com.muster.mdm'] },
  previousReportAt: '2026-03-01T13:00:00.000Z',
  ...more,
})

const dataOf = (observation: Observation, current = wifi(), strange = new Set<string>()) =>
  observe(observation, current, strange).map(({ data }) => data)[0]

const missing = { profiles: [listed('com.example.other')] }
const drift = { appeared: [{ identifier: 'com.example.other', name: null }] }

describe('a list of the profiles on a host', () => {
  it('verifies what is there, and heals what was lost or had failed', () => {
    for (const status of ['verifying', 'pending', 'failed'] as const)
      assert.deepEqual(dataOf(report({}), wifi({ status }))?.['seen' as never], ['wifi'], status)
    assert.equal(dataOf(report({}), wifi({ status: 'verified' })), undefined, 'nothing new, nothing told')
  })

  it('takes what was installed before its content was uploaded for the one before', () => {
    const old = report({ profiles: [listed('com.example.wifi', '2026-03-01T11:59:59.000Z')] })
    assert.equal((dataOf(old) as { missed: readonly object[] }).missed.length, 1)
  })

  it('leaves an hour of grace, counted by the report before this one', () => {
    const early = report({ ...missing, previousReportAt: '2026-03-01T12:59:59.000Z' })
    assert.deepEqual(dataOf(early), { source: 'agent', seen: [], missed: [], gone: [], ...drift })
    assert.equal((dataOf(report(missing)) as { missed: readonly object[] }).missed.length, 1)
    assert.deepEqual(dataOf(report({ ...missing, previousReportAt: null })), dataOf(early), 'a first report misses nothing')
  })

  it('means nothing when it is empty', () => {
    assert.deepEqual(observe(report({ profiles: [] }), wifi(), new Set(['com.example.other'])), [])
  })

  it('never misses what is still on its way', () => {
    for (const status of ['waiting', 'pending', 'failed'] as const)
      assert.deepEqual((dataOf(report(missing), wifi({ status })) as { missed: readonly object[] }).missed, [], status)
  })

  it('sends a missing profile again three times, then says why it failed', () => {
    let now = wifi({ status: 'verified' })
    for (const attempt of [1, 2, 3]) {
      const [event] = observe(report(missing), now, new Set(['com.example.other']))
      assert.ok(event?.type === 'ProfilesObserved')
      assert.deepEqual(
        event.data.missed.map((one) => [one.attempt, one.willRetry]),
        [[attempt, true]],
      )
      const after = observed(now, event)
      assert.equal(after['wifi']?.status, 'waiting')
      now = wifi({ ...after['wifi'], status: 'verifying' })
    }
    const [event] = observe(report(missing), now, new Set(['com.example.other']))
    assert.ok(event?.type === 'ProfilesObserved')
    assert.equal(event.data.missed[0]?.detail, 'The host acknowledged the profile, but it was never seen on it.')
    assert.equal(observed(now, event)['wifi']?.status, 'failed')
  })

  it('tells of profiles that nobody manages when they come and go, and not of the enrollment profile', () => {
    const both = report({ profiles: [listed('com.example.wifi'), listed('com.muster.mdm'), listed('com.example.other')] })
    assert.deepEqual(dataOf(both, wifi({ status: 'verified' })), { source: 'agent', seen: [], missed: [], gone: [], ...drift })
    assert.equal(dataOf(both, wifi({ status: 'verified' }), new Set(['com.example.other'])), undefined)
    const gone = dataOf(report({}), wifi({ status: 'verified' }), new Set(['com.example.other']))
    assert.deepEqual(gone, { source: 'agent', seen: [], missed: [], appeared: [], gone: ['com.example.other'] })
  })

  it('without dates says nothing of a profile that is just being replaced', () => {
    const undated = report({ source: 'profile-list', profiles: [listed('com.example.wifi', null)], previousReportAt: null })
    assert.equal(dataOf(undated, wifi({ status: 'pending' })), undefined)
    assert.deepEqual((dataOf(undated) as { seen: readonly string[] }).seen, ['wifi'])
  })
})
