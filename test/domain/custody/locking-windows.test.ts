import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { reportOf, sealedAs } from '../../support/host-stories.ts'

const deadline = '2026-04-01T00:00:00.000Z'
const lock = {
  type: 'LockHost',
  data: { commandId: 'lock', deadline, pin: sealedAs('123456'), message: 'Call us', phoneNumber: null, footnote: null },
} as const
const unlock = { type: 'UnlockHost', data: { commandId: 'unlock', deadline } } as const

const discovered: HostEvent = {
  type: 'HostDiscovered',
  data: { source: 'agent', hardwareId: 'UUID-1', platform: 'windows', facts: { name: 'DESKTOP-1' } },
}
const started: HostEvent = {
  type: 'EnrollmentStarted',
  data: { epoch: 1, enrollmentId: 'D1', kind: 'device', topic: '', certificate: 'c1', because: 'first-enrollment' },
}
const enrolled: HostEvent = {
  type: 'WindowsDeviceEnrolled',
  data: {
    ...({ deviceId: 'D1', hardwareHash: 'H1', enrollmentType: 'Device', by: 'agent' } as const),
    ...{ userName: null, inSetup: false, credential: sealedAs('hash') },
  },
}
const agent: HostEvent = { type: 'AgentEnrolled', data: { agent: 'orbit', keyHash: 'k', instanceId: null, version: null } }
const pc = [discovered, agent, started, enrolled]
const requested: HostEvent = { type: 'LockRequested', data: { commandId: 'lock', means: 'script', pin: null } }

describe('locking a Windows PC', () => {
  it('is a script for its agent, without a PIN', () => {
    given(host, pc)
      .when(lock)
      .thenState(({ custody, commands }) => {
        assert.deepEqual([custody.pending?.action, custody.means, custody.pin], ['lock', 'script', null])
        const { channel, request } = commands.waiting.get('lock') ?? assert.fail('Nothing waits.')
        assert.deepEqual([channel, request], ['agent', { kind: 'lock', pin: null, message: 'Call us', phoneNumber: null }])
      })
      .when(reportOf('lock'))
      .thenState(({ custody }) => assert.equal(custody.status, 'locked'))
  })

  it('needs an agent', () => {
    given(host, [discovered, started, enrolled]).when(lock).thenRejected('not-supported')
  })

  it('ends by another script', () => {
    given(host, [...pc, requested, { type: 'HostLocked', data: { commandId: 'lock' } }])
      .when(unlock)
      .thenState(({ commands }) => {
        const { channel, request } = commands.waiting.get('unlock') ?? assert.fail('Nothing waits.')
        assert.deepEqual([channel, request], ['agent', { kind: 'unlock' }])
      })
      .when(reportOf('unlock'))
      .thenState(({ custody }) => assert.deepEqual([custody.status, custody.means], ['unlocked', null]))
  })
})
