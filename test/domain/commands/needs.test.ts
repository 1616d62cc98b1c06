import assert from 'node:assert/strict'
import type { Needs } from '../../../src/domain/commands/needs.ts'
import { shortfallOf } from '../../../src/domain/commands/needs.ts'
import type { Enrollment } from '../../../src/domain/enrollment/state.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { Platform } from '../../../src/domain/platforms.ts'
import { hostNeeds, warningsOf } from '../../../src/api/admin/commands/command-needs.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Past } from '../../support/given.ts'
import { given, stateAfter } from '../../support/given.ts'
import { cancelled, enrolled, listing, queued } from '../../support/host-stories.ts'

const mac = stateAfter(host, enrolled()).enrollment
const like = (platform: Platform, facts: Enrollment['facts']): Enrollment => ({ ...mac, platform, facts })
const on = (requestType: string, enrollment: Enrollment, channel = 'device', command = {}) =>
  shortfallOf(hostNeeds({ requestType, command: { RequestType: requestType, ...command } }), { enrollment, channel })

describe('What a host can only refuse', () => {
  const samples: readonly (readonly [string, Platform, Enrollment['facts'], RegExp | null])[] = [
    [
      'AvailableOSUpdates',
      'darwin',
      { osVersion: '27.0' },
      /^The command AvailableOSUpdates is not taken by macOS 27\.0 any more\. Updates are/,
    ],
    ['OSUpdateStatus', 'ipados', { osVersion: '27.1.2', supervised: 'yes' }, /not taken by iPadOS 27\.1\.2 any more/],
    ['ScheduleOSUpdate', 'ios', { osVersion: '28.0' }, /by iOS 28\.0 any more/],
    ['ScheduleOSUpdateScan', 'darwin', { osVersion: '27.0' }, /any more/],
    ['ScheduleOSUpdate', 'darwin', { osVersion: '26.4' }, null],
    ['ScheduleOSUpdate', 'darwin', {}, null],
    ['ScheduleOSUpdateScan', 'ios', {}, /^The command ScheduleOSUpdateScan does not exist on iOS\.$/],
    [
      'RestartDevice',
      'ios',
      { supervised: 'no' },
      /^This host is not supervised; on iOS only a supervised one takes RestartDevice\./,
    ],
    ['RestartDevice', 'ios', { supervised: 'yes' }, null],
    ['RestartDevice', 'ios', {}, null],
    ['RestartDevice', 'darwin', { supervised: 'no' }, null],
    ['DeviceLocation', 'ipados', { supervised: 'no' }, /not supervised/],
    ['DeviceLocation', 'darwin', {}, /DeviceLocation does not exist on macOS/],
    ['EnableRemoteDesktop', 'darwin', { supervised: 'no' }, /not supervised/],
    ['SetRecoveryLock', 'ios', {}, /does not exist on iOS/],
    ['BrewCoffee', 'ios', { osVersion: '99' }, null],
    ['toString', 'ios', {}, null],
  ]
  for (const [requestType, platform, facts, reason] of samples)
    it(`is told of ${requestType} on ${platform} ${JSON.stringify(facts)} [case G5]`, () => {
      const told = on(requestType, like(platform, facts))
      if (reason === null) assert.equal(told, null)
      else assert.match(told ?? '', reason)
    })

  for (const requestType of [
    'TriggerEnhancedLogCollection',
    'ActiveNSExtensions',
    'NSExtensionMappings',
    'InviteToProgram',
    'InstallMedia',
  ])
    it(`is ${requestType} to a Mac itself, while a user of it takes it`, () => {
      assert.match(on(requestType, mac) ?? '', /^On macOS .* goes to a user, not to the device/)
      assert.equal(on(requestType, mac, 'A-user'), null)
    })

  it('is a question for nothing but what its system does not know any more', () => {
    const asks = (...Queries: string[]) => on('DeviceInformation', like('ios', { osVersion: '27.0' }), 'device', { Queries })
    assert.match(asks('OSUpdateSettings') ?? '', /any more/)
    assert.equal(asks('OSUpdateSettings', 'OSVersion'), null)
    assert.equal(asks(), null)
  })

  it('is foretold where the command is taken', () => {
    const warned = (RequestType: string, more = {}) => warningsOf({ requestType: RequestType, command: { RequestType, ...more } })
    assert.match(warned('ScheduleOSUpdate')[0] ?? '', /from 27 on do not take ScheduleOSUpdate/)
    assert.match(
      warned('DeviceInformation', { Queries: ['SoftwareUpdateDeviceID', 'OSVersion'] })[0] ?? '',
      /SoftwareUpdateDeviceID/,
    )
    assert.match(warned('Settings', { Settings: [{ Item: 'SoftwareUpdateSettings' }] })[0] ?? '', /SoftwareUpdateSettings/)
    assert.deepEqual(warned('RestartDevice'), [])
    assert.deepEqual(warned('Settings', { Settings: [{ Item: 'Wallpaper' }] }), [])
  })

  const needs: Needs = { name: 'OSUpdateStatus', until: 27 }
  const dropped = { ...listing('old'), until: 27 }

  it('is not queued', () => {
    given(host, [...enrolled(), { type: 'HostDescribed', data: { facts: { osVersion: '27.0' }, source: 'status-report' } }])
      .when({ type: 'QueueCommands', data: { commands: [dropped], needs } })
      .thenRejected('not-supported')
    given(host, enrolled())
      .when({ type: 'QueueCommands', data: { commands: [dropped], needs } })
      .then([queued(dropped)])
  })

  it('is taken back, with the reason, at the moment that the host tells of its new system', () => {
    const facts = { osVersion: '27.0' }
    given(host, [...enrolled(), queued(dropped, listing('other'))])
      .when({ type: 'DescribeHost', data: { facts, source: 'status-report' } })
      .then([{ type: 'HostDescribed', data: { facts, source: 'status-report' } }, cancelled('system-dropped-it', 'old')])
      .andAgainNothing()
    given(host, [...enrolled(), queued(dropped)])
      .when({ type: 'DescribeHost', data: { facts: { osVersion: '26.5' }, source: 'status-report' } })
      .then([{ type: 'HostDescribed', data: { facts: { osVersion: '26.5' }, source: 'status-report' } }])
  })
})

describe('The facts that rules rest on', () => {
  const now = '2026-03-01T12:00:00.000Z'
  const phone = (facts: Enrollment['facts'] = {}) => [
    ...enrolled('ios'),
    ...(Object.keys(facts).length === 0
      ? []
      : [{ type: 'HostDescribed', data: { facts, source: 'device-information' } } as const]),
  ]
  const ask = (because: 'enrolled' | 'asked') =>
    ({ type: 'AskForFacts', data: { because, now, queries: ['IsSupervised'] } }) as const
  const asked = (history: readonly Past<HostEvent>[], because: 'enrolled' | 'asked') =>
    host
      .decide(ask(because), stateAfter(host, history))
      .flatMap((event) => (event.type === 'CommandsQueued' ? event.data.commands.map(({ request }) => request) : []))

  it('are asked of a phone once it enrolled, and of every host that an admin wants to know more of [case G5]', () => {
    const request = { kind: 'describe-device', queries: ['IsSupervised'] }
    assert.deepEqual(asked(phone(), 'enrolled'), [request])
    assert.deepEqual(asked(phone({ supervised: 'no' }), 'enrolled'), [])
    assert.deepEqual(asked(phone({ supervised: 'no' }), 'asked'), [request])
    assert.deepEqual(asked(enrolled(), 'asked'), [request])
    assert.deepEqual(asked(enrolled(), 'enrolled'), [])
    given(host, phone())
      .when(ask('enrolled'))
      .then(host.decide(ask('enrolled'), stateAfter(host, phone())))
      .andAgainNothing()
  })

  it('lead to a refusal of the lock, with the sentence [case G5]', () => {
    const order = {
      commandId: 'lock',
      deadline: '2026-04-01T00:00:00.000Z',
      pin: null,
      message: null,
      phoneNumber: null,
      footnote: null,
    }
    given(host, phone({ supervised: 'no' }))
      .when({ type: 'LockHost', data: order })
      .thenRejected('not-supported')
  })
})
