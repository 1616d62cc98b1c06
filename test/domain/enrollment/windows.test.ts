import assert from 'node:assert/strict'
import type { EnrollWindows } from '../../../src/domain/enrollment/commands.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { enrolled as enrolledMac } from '../../support/host-stories.ts'

const credential = { keyId: 'k', nonce: 'n', box: 'b' } as never
const told = {
  ...({ deviceId: 'D1', hardwareHash: 'H1', enrollmentType: 'Device', by: 'agent' } as const),
  ...{ userName: null, inSetup: false, credential },
}
const enroll = (more: Partial<EnrollWindows['data']> = {}): EnrollWindows => ({
  type: 'EnrollWindows',
  data: {
    ...{ ...told, hardwareId: 'UUID-1', facts: { name: 'DESKTOP-1' }, teamId: '7' },
    ...{ identity: { certificate: 'c1', notAfter: '2027-03-01T00:00:00.000Z' }, sharedWith: null },
    ...more,
  },
})
const discovered = {
  type: 'HostDiscovered',
  data: { source: 'agent', hardwareId: 'UUID-1', platform: 'windows', facts: { name: 'DESKTOP-1' } },
} as const
const started = (epoch: number, certificate: string): HostEvent => ({
  type: 'EnrollmentStarted',
  data: {
    ...{ epoch, enrollmentId: 'D1', kind: 'device', topic: '', certificate, notAfter: '2027-03-01T00:00:00.000Z' },
    because: epoch === 1 ? 'first-enrollment' : 'enrolled-again',
  },
})
const past = [discovered, started(1, 'c1'), { type: 'WindowsDeviceEnrolled', data: told }] as readonly HostEvent[]

describe('A Windows device that enrolls', () => {
  it('makes its host known, in the team that let it in, and is enrolled at once', () => {
    given(host, [])
      .when(enroll())
      .then([
        { ...discovered, data: { ...discovered.data, source: 'windows' } },
        started(1, 'c1'),
        { type: 'WindowsDeviceEnrolled', data: told },
        { type: 'HostTransferred', data: { teamId: '7', from: '0', because: 'enrolled' } },
      ])
      .thenState(({ enrollment }) => assert.deepEqual([enrollment.stage, enrollment.platform], ['enrolled', 'windows']))
      .andAgainNothing()
  })

  it('is the host that its agent made known, and leaves it in its team', () => {
    given(host, [discovered])
      .when(enroll())
      .then([started(1, 'c1'), { type: 'WindowsDeviceEnrolled', data: told }])
  })

  it('begins anew with another certificate: what waited is not for it', () => {
    const waiting: HostEvent = {
      type: 'CommandsQueued',
      data: { commands: [{ commandId: 'x', channel: 'device', request: { kind: 'shut-down' }, reason: { code: 'asked' } }] },
    }
    given(host, [...past, waiting])
      .when(enroll({ identity: { certificate: 'c2', notAfter: '2027-03-01T00:00:00.000Z' } }))
      .then([
        started(2, 'c2'),
        { type: 'WindowsDeviceEnrolled', data: told },
        { type: 'CommandsCancelled', data: { commandIds: ['x'], because: 'enrolled-again' } },
      ])
  })

  it('says so when another device came in its place, or another host has its hardware', () => {
    const collided = (other: string | null, formerName: string | null): HostEvent => ({
      type: 'HardwareIdCollided',
      data: { hardwareHash: 'H1', with: other, name: 'DESKTOP-2', formerName },
    })
    const newcomer = { facts: { name: 'DESKTOP-2' }, identity: { certificate: 'c2', notAfter: '2027-03-01T00:00:00.000Z' } }
    given(host, past)
      .when(enroll(newcomer))
      .then([
        { type: 'HostDescribed', data: { facts: { name: 'DESKTOP-2' }, source: 'windows' } },
        started(2, 'c2'),
        { type: 'WindowsDeviceEnrolled', data: told },
        collided(null, 'DESKTOP-1'),
      ])
    given(host, [])
      .when(enroll({ sharedWith: '12', teamId: '0', facts: { name: 'DESKTOP-2' } }))
      .then([
        { ...discovered, data: { ...discovered.data, source: 'windows', facts: { name: 'DESKTOP-2' } } },
        started(1, 'c1'),
        { type: 'WindowsDeviceEnrolled', data: told },
        collided('12', null),
      ])
  })

  it('is no Mac', () => {
    given(host, enrolledMac()).when(enroll()).thenRejected('identity-conflict')
  })

  it('gets its profile, which is verified by the answer alone', () => {
    const desired = [{ profileId: 'w1', identifier: 'Camera', checksum: 'aa', scope: 'System' }] as const
    given(host, past)
      .when({ type: 'ReconcileProfiles', data: { desired, declarationsToken: 'standing', now: '2026-03-01T12:00:00.000Z' } })
      .thenState(({ commands }) =>
        assert.deepEqual(
          [...commands.waiting.values()].map(({ request }) => request.kind),
          ['install-profile'],
        ),
      )
      .whenFrom(({ commands }) => {
        const [commandId = ''] = [...commands.waiting.keys()]
        return { type: 'ReportCommand', data: { commandId, outcome: 'acknowledged', errors: [], result: null } } as const
      })
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['w1']?.status, 'verified'))
  })
})
