import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { HostCommand } from '../../../src/domain/host/host.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { RejectionCode } from '../../../src/domain/rejections.ts'
import { given } from '../../support/given.ts'
import {
  authenticate,
  certificateOf,
  discovered,
  enrolled,
  opened,
  reportOf,
  sealedAs,
  started,
} from '../../support/host-stories.ts'

const deadline = '2026-04-01T00:00:00.000Z'
const lock = (commandId = 'lock', message: string | null = 'Call us') =>
  ({
    type: 'LockHost',
    data: { commandId, deadline, pin: sealedAs('123456'), message, phoneNumber: null, footnote: null },
  }) as const
const unlock = { type: 'UnlockHost', data: { commandId: 'unlock', deadline } } as const
const wipe = { type: 'WipeHost', data: { commandId: 'wipe', deadline, pin: sealedAs('654321'), obliteration: null } } as const
const seen = { type: 'NoteHostSeen', data: {} } as const

const lockRequested: HostEvent = { type: 'LockRequested', data: { commandId: 'lock', means: 'pin', pin: sealedAs('123456') } }
const locked: HostEvent = { type: 'HostLocked', data: { commandId: 'lock' } }
const unlockRequested: HostEvent = { type: 'UnlockRequested', data: { commandId: null } }
const wipeRequested: HostEvent = { type: 'WipeRequested', data: { commandId: 'wipe', pin: sealedAs('654321') } }
const wiped: HostEvent = { type: 'HostWiped', data: { commandId: 'wipe' } }

describe('locking a Mac', () => {
  it('sends one PIN, before all else that waits, and is done when the Mac says so', () => {
    given(host, enrolled())
      .when(lock())
      .then([
        lockRequested,
        {
          type: 'CommandsQueued',
          data: {
            commands: [
              {
                commandId: 'lock',
                channel: 'device',
                request: { kind: 'lock', pin: sealedAs('123456'), message: 'Call us', phoneNumber: null },
                reason: { code: 'asked' },
                deadline,
                priority: 10,
              },
            ],
          },
        },
      ])
      .when(reportOf('lock'))
      .thenState(({ custody }) => assert.equal(custody.status, 'locked'))
  })

  it('leaves it as it was when the Mac refuses; the PIN stays readable', () => {
    given(host, enrolled())
      .when(lock())
      .when(reportOf('lock', 'failed', ['MCMDMErrorDomain', 12000]))
      .thenState(({ custody }) => {
        assert.equal(custody.status, 'unlocked')
        assert.equal(custody.pending, null)
        assert.equal(custody.pin?.commandId, 'lock')
      })
  })

  it('is no longer about to happen when its command was taken back or given up', () => {
    given(host, enrolled())
      .when(lock())
      .when({ type: 'CancelCommand', data: { commandId: 'lock' } })
      .thenState(({ custody }) => assert.equal(custody.pending, null))
    given(host, enrolled())
      .when(lock())
      .when({ type: 'ExpireCommands', data: { now: deadline } })
      .thenState(({ custody }) => assert.equal(custody.pending, null))
  })

  it('is undone by a person with the PIN: the Mac calls again after it was asked for', () => {
    given(host, [...enrolled(), lockRequested, locked])
      .when(seen)
      .thenNothing()
      .when(unlock)
      .then([unlockRequested])
      .andAgainNothing()
      .when(seen)
      .then([{ type: 'HostUnlocked', data: { because: 'seen-again' } }])
      .andAgainNothing()
  })

  it('lets its PIN be read from the moment that it is on its way, and each reading is told', () => {
    given(host, enrolled()).when({ type: 'ViewPin', data: {} }).thenRejected('not-found')
    given(host, [...enrolled(), lockRequested])
      .when({ type: 'ViewPin', data: {} })
      .then([{ type: 'PinViewed', data: { commandId: 'lock' } }])
      .when({ type: 'ViewPin', data: {} })
      .then([{ type: 'PinViewed', data: { commandId: 'lock' } }])
  })
})

describe('Lost Mode', () => {
  const ipad = [discovered('ipados'), started(), opened()]

  it('is how an iPad is locked, and a command ends it', () => {
    given(host, ipad)
      .when(lock())
      .thenState(({ custody, commands }) => {
        assert.equal(custody.pin, null)
        assert.equal(commands.waiting.get('lock')?.request.kind, 'enable-lost-mode')
      })
      .when(reportOf('lock'))
      .when(unlock)
      .thenState(({ commands }) => assert.equal(commands.waiting.get('unlock')?.request.kind, 'disable-lost-mode'))
      .when(reportOf('unlock'))
      .thenState(({ custody }) => assert.equal(custody.status, 'unlocked'))
  })

  it('is refused for one that is known not to be supervised', () => {
    given(host, [...ipad, { type: 'HostDescribed', data: { facts: { supervised: 'no' }, source: 'device-information' } }])
      .when(lock())
      .thenRejected('not-supported')
  })
})

describe('a personal host', () => {
  const personal: HostEvent[] = [
    discovered('ios'),
    {
      ...started(),
      data: { ...(started() as Extract<HostEvent, { type: 'EnrollmentStarted' }>).data, kind: 'user-enrollment' },
    } as HostEvent,
    opened(),
  ]
  it('is neither locked nor wiped', () => {
    given(host, personal).when(lock()).thenRejected('not-supported')
    given(host, personal).when(wipe).thenRejected('not-supported')
  })
})

describe('what may be done to a host', () => {
  const states: Readonly<Record<string, readonly HostEvent[]>> = {
    'about to be locked': [lockRequested],
    'about to be unlocked': [lockRequested, locked, unlockRequested],
    'about to be wiped': [wipeRequested],
    locked: [lockRequested, locked],
    wiped: [wipeRequested, wiped],
    unlocked: [],
  }
  const table: readonly (readonly [state: string, deed: HostCommand, refusal: RejectionCode | 'nothing' | 'allowed'])[] = [
    ['about to be locked', lock('again'), 'still-in-progress'],
    ['about to be locked', unlock, 'still-in-progress'],
    ['about to be locked', wipe, 'still-in-progress'],
    ['about to be unlocked', lock('again'), 'still-in-progress'],
    ['about to be unlocked', unlock, 'nothing'],
    ['about to be unlocked', wipe, 'still-in-progress'],
    ['about to be wiped', lock('again'), 'still-in-progress'],
    ['about to be wiped', unlock, 'still-in-progress'],
    ['about to be wiped', { ...wipe, data: { ...wipe.data, commandId: 'again' } }, 'still-in-progress'],
    ['locked', lock('again'), 'already-locked'],
    ['locked', unlock, 'allowed'],
    ['locked', wipe, 'already-locked'],
    ['wiped', lock('again'), 'already-wiped'],
    ['wiped', unlock, 'already-wiped'],
    ['wiped', wipe, 'already-wiped'],
    ['unlocked', lock('again'), 'allowed'],
    ['unlocked', unlock, 'already-unlocked'],
    ['unlocked', wipe, 'allowed'],
  ]
  for (const [state, deed, outcome] of table)
    it(`while it is ${state}: ${deed.type} is ${outcome}`, () => {
      const told = given(host, [...enrolled(), ...(states[state] ?? [])]).when(deed)
      if (outcome === 'nothing') told.thenNothing()
      else if (outcome === 'allowed') told.thenState(({ custody }) => assert.notEqual(custody.pending, null))
      else told.thenRejected(outcome)
    })

  it('is free again once the host enrolls again', () => {
    given(host, [...enrolled(), wipeRequested, wiped])
      .when(authenticate(certificateOf('b')))
      .thenState(({ custody }) => assert.deepEqual([custody.status, custody.pending, custody.pin], ['unlocked', null, null]))
  })
})
