import assert from 'node:assert/strict'
import { masked } from '../../../src/domain/forgetting/masking.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { tell } from '../../../src/domain/host/story.ts'
import { given } from '../../support/given.ts'
import { authenticate, discovered, enrolled, sealedAs, topic, udid, updateToken } from '../../support/host-stories.ts'

const forget = (force = false) => ({ type: 'ForgetHost', data: { because: 'asked', reason: 'It was sold.', force } }) as const
const forgotten = (times = 1): HostEvent => ({
  type: 'HostForgotten',
  data: { because: 'asked', reason: 'It was sold.', times },
})
const destroyed = (times = 1): HostEvent => ({ type: 'HostKeyDestroyed', data: { times } })
const ended: HostEvent = { type: 'EnrollmentEnded', data: { because: 'checked-out' } }
const left: readonly HostEvent[] = [...enrolled(), ended]

describe('A host that is to be forgotten', () => {
  it('is forgotten once, when its enrollment is over', () => {
    given(host, left).when(forget()).then([forgotten()]).andAgainNothing()
    given(host, [discovered()]).when(forget()).then([forgotten()])
  })

  it('must exist', () => {
    given(host, []).when(forget(true)).thenRejected('not-found')
  })

  it('must not be enrolled, unless it is forced: then its enrollment ends', () => {
    given(host, enrolled()).when(forget()).thenRejected('still-enrolled')
    given(host, enrolled())
      .when(forget(true))
      .then([{ type: 'EnrollmentEnded', data: { because: 'forgotten' } }, forgotten()])
      .andAgainNothing()
  })

  it('is no longer known by name, and gives nothing of what it gave into custody', () => {
    const escrowed: HostEvent = { type: 'UnlockTokenEscrowed', data: { fingerprint: 'f', sealed: sealedAs('token') } }
    const locked: HostEvent = { type: 'LockRequested', data: { commandId: 'c', means: 'pin', pin: sealedAs('pin') } }
    const history = [...enrolled(), escrowed, locked, ended, forgotten()]
    given(host, history).thenState(({ enrollment, escrow, custody }) => {
      assert.deepEqual([enrollment.facts, escrow.given, escrow.unlockToken, custody.pin], [{}, {}, null, null])
    })
    given(host, history).when({ type: 'ViewPin', data: {} }).thenRejected('forgotten')
    given(host, history)
      .when({ type: 'ViewEscrowedSecret', data: { fingerprint: 'f' } })
      .thenRejected('forgotten')
  })

  it('says that its key is destroyed once, and only of the last time', () => {
    const note = (times: number) => ({ type: 'NoteKeyDestroyed', data: { times } }) as const
    given(host, [...left, forgotten()])
      .when(note(1))
      .then([destroyed()])
      .andAgainNothing()
    given(host, [...left, forgotten(), destroyed(), forgotten(2)])
      .when(note(1))
      .thenNothing()
    given(host, left).when(note(1)).thenNothing()
  })

  it('is not remembered by what comes late', () => {
    const late = { type: 'DescribeHost', data: { facts: { name: 'Ada' }, source: 'agent' } } as const
    given(host, [...left, forgotten()])
      .when(late)
      .thenNothing()
    const answer = { commandId: 'x', outcome: 'acknowledged', errors: [], result: sealedAs('result') } as const
    given(host, [...left, forgotten()])
      .when({ type: 'ReportCommand', data: answer })
      .thenNothing()
  })

  it('is not brought back by a token of the enrollment that ended', () => {
    const dead: HostEvent = { type: 'EnrollmentEnded', data: { because: 'push-token-unregistered' } }
    given(host, [...enrolled(), dead, forgotten(), destroyed()])
      .when(updateToken('token-2'))
      .thenRejected('not-enrolled')
  })
})

describe('A device that comes again after it was forgotten', () => {
  it('waits until its old key is destroyed: what is sealed now would go with it', () => {
    given(host, [...left, forgotten()])
      .when(authenticate())
      .thenRejected('still-in-progress')
  })

  it('tells all of itself anew, and can be forgotten again', () => {
    const { facts } = authenticate().data
    given(host, [...left, forgotten(), destroyed()])
      .when(authenticate())
      .thenState(({ enrollment, forgetting }) => {
        assert.deepEqual([enrollment.facts, enrollment.stage], [facts, 'started'])
        assert.deepEqual(forgetting, { times: 1, since: null, keyStands: false })
      })
      .when(forget(true))
      .then([{ type: 'EnrollmentEnded', data: { because: 'forgotten' } }, forgotten(2)])
  })

  it('gives an unlock token into custody again that it gave before', () => {
    const unlockToken = { fingerprint: 'f', sealed: sealedAs('anew') }
    const before: HostEvent = { type: 'UnlockTokenEscrowed', data: { fingerprint: 'f', sealed: sealedAs('old') } }
    const update = { ...updateToken(), data: { ...updateToken().data, unlockToken } }
    given(host, [...enrolled(), before, ended, forgotten(), destroyed()])
      .when(authenticate())
      .when(update)
      .thenState(({ escrow }) => {
        assert.deepEqual(escrow.unlockToken, unlockToken)
      })
  })
})

describe('The past of a host that was forgotten', () => {
  const shown = (event: HostEvent) => tell(masked(event))?.sentence

  it('tells what happened, and not to whom', () => {
    const channel = { channel: 'device', enrollmentId: udid, topic, tokenFingerprint: 'f', push: sealedAs('push') }
    assert.equal(
      shown({
        type: 'HostDiscovered',
        data: { source: 'apple', hardwareId: udid, platform: 'darwin', facts: { name: 'Ada’s Mac', serial: 'C02' } },
      }),
      'The host [forgotten] ([forgotten]) became known to this server, running darwin.',
    )
    const user = { shortName: 'ada', longName: 'Ada L.' }
    const opened = { ...channel, channel: `${udid}:u`, awaitingConfiguration: false, user }
    assert.equal(shown({ type: 'ChannelOpened', data: opened }), 'The user [forgotten] of the host told where it can be woken.')
    const unnamed = { ...channel, awaitingConfiguration: false, user: null }
    assert.deepEqual(masked({ type: 'ChannelOpened', data: unnamed }), { type: 'ChannelOpened', data: unnamed })
    const items = { 'device.identifier.serial-number': 'C02', 'device.operating-system.version': '15.3' }
    assert.deepEqual(masked({ type: 'StatusReported', data: { items } }).data, {
      items: { ...items, 'device.identifier.serial-number': '[forgotten]' },
    })
    const described: HostEvent = { type: 'HostDescribed', data: { facts: { osVersion: '15.3' }, source: 'agent' } }
    assert.deepEqual(masked(described), described)
  })
})
