import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { hostIdOf } from '../../../src/domain/host/host-id.ts'
import { work } from '../../../src/domain/enrollment/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given, someTime } from '../../support/given.ts'
import {
  authenticate,
  cancelled,
  certificateOf,
  discovered,
  enrolled,
  listing,
  opened,
  queued,
  sealedAs,
  started,
  topic,
  udid,
  updateToken,
  userChannel,
} from '../../support/host-stories.ts'

const ended = (because: 'checked-out' | 'push-token-unregistered' = 'checked-out'): HostEvent => ({
  type: 'EnrollmentEnded',
  data: { because },
})

const withUnlockToken = (fingerprint: string) => {
  const command = updateToken()
  return { ...command, data: { ...command.data, unlockToken: { fingerprint, sealed: sealedAs(fingerprint) } } }
}

describe('enrolling a host', () => {
  it('discovers it and begins its first enrollment', () => {
    given(host, []).when(authenticate()).then([discovered(), started()]).andAgainNothing()
  })

  it('begins once, however often the host says Authenticate with the same certificate before its first token', () => {
    given(host, [discovered(), started()]).when(authenticate()).thenNothing()
  })

  it('begins anew when the host shows another certificate before its first token', () => {
    given(host, [discovered(), started()])
      .when(authenticate(certificateOf('b')))
      .then([started(2, certificateOf('b'))])
      .andAgainNothing()
  })

  it('begins anew when an enrolled host says Authenticate, and cancels what waits on all its channels', () => {
    const onUser = { ...listing('two'), channel: userChannel }
    given(host, [...enrolled(), opened('token-u', userChannel), queued(listing('one'), onUser)])
      .when(authenticate(certificateOf('b')))
      .then([started(2, certificateOf('b')), cancelled('enrolled-again', 'one', 'two')])
      .thenState(({ enrollment, commands, hostProfiles }) => {
        assert.equal(enrollment.stage, 'started')
        assert.deepEqual(enrollment.channels, {})
        assert.equal(enrollment.enrolledAt, null)
        assert.equal(commands.waiting.size, 0)
        assert.deepEqual(hostProfiles, {})
      })
      .andAgainNothing()
  })

  it('begins anew after the enrollment ended', () => {
    given(host, [...enrolled(), ended()])
      .when(authenticate())
      .then([started(2)])
      .andAgainNothing()
  })

  it('keeps the team and the unlock token of a host that enrolls again', () => {
    const moved: HostEvent = { type: 'HostTransferred', data: { teamId: '7', from: '0', because: 'asked' } }
    const escrowed: HostEvent = { type: 'UnlockTokenEscrowed', data: { fingerprint: 'unlock', sealed: sealedAs('unlock') } }
    given(host, [...enrolled(), moved, escrowed])
      .when(authenticate(certificateOf('b')))
      .thenState(({ membership, escrow }) => {
        assert.equal(membership.teamId, '7')
        assert.equal(escrow.unlockToken?.fingerprint, 'unlock')
      })
  })

  it('tells only the facts that changed when a host enrolls again', () => {
    const command = authenticate(certificateOf('b'))
    given(host, enrolled())
      .when({ ...command, data: { ...command.data, facts: { osVersion: '15.4', serial: 'C02XL0GYJGH5' } } })
      .then([
        { type: 'HostDescribed', data: { facts: { osVersion: '15.4' }, source: 'authenticate' } },
        started(2, certificateOf('b')),
      ])
  })

  it('refuses another hardware id on the stream of a known host', () => {
    const command = authenticate()
    given(host, enrolled())
      .when({ ...command, data: { ...command.data, hardwareId: 'another' } })
      .thenRejected('identity-conflict')
  })

  it('knows a host again whose hardware id comes in another case', () => {
    const command = authenticate(certificateOf('b'))
    assert.equal(hostIdOf(udid), hostIdOf(udid.toLowerCase()))
    given(host, enrolled())
      .when({ ...command, data: { ...command.data, hardwareId: udid.toLowerCase() } })
      .then([started(2, certificateOf('b'))])
  })
})

describe('the push token of a host', () => {
  it('completes the enrollment', () => {
    given(host, [discovered(), started()])
      .when(updateToken())
      .then([opened()])
      .andAgainNothing()
      .thenState(({ enrollment }) => {
        assert.equal(enrollment.stage, 'enrolled')
        assert.equal(enrollment.enrolledAt, someTime)
      })
  })

  it('is replaced by a newer one, without enrolling anew', () => {
    const { channel, enrollmentId, tokenFingerprint, push } = updateToken('token-2').data
    const event: HostEvent = { type: 'PushTokenChanged', data: { channel, enrollmentId, topic, tokenFingerprint, push } }
    given(host, enrolled('darwin', '2026-02-01T00:00:00.000Z'))
      .when(updateToken('token-2'))
      .then([event])
      .andAgainNothing()
      .thenState(({ enrollment }) => {
        assert.equal(enrollment.enrolledAt, '2026-02-01T00:00:00.000Z')
        assert.equal(enrollment.channels['device']?.tokenFingerprint, 'token-2')
        assert.equal(enrollment.channels['device']?.tokenSince, someTime)
      })
  })

  it('brings an unlock token, which a later message without one does not take away', () => {
    given(host, enrolled())
      .when(withUnlockToken('unlock'))
      .then([{ type: 'UnlockTokenEscrowed', data: { fingerprint: 'unlock', sealed: sealedAs('unlock') } }])
      .andAgainNothing()
      .when(updateToken())
      .thenNothing()
      .thenState(({ escrow }) => assert.equal(escrow.unlockToken?.fingerprint, 'unlock'))
      .when(withUnlockToken('another'))
      .then([{ type: 'UnlockTokenEscrowed', data: { fingerprint: 'another', sealed: sealedAs('another') } }])
  })

  it('is refused before Authenticate and after the enrollment ended', () => {
    given(host, []).when(updateToken()).thenRejected('not-enrolled')
    given(host, [...enrolled(), ended()])
      .when(updateToken())
      .thenRejected('not-enrolled')
  })

  it('is refused for a topic that is not that of the enrollment', () => {
    const command = updateToken()
    given(host, enrolled())
      .when({ ...command, data: { ...command.data, topic: 'com.apple.mgmt.External.other' } })
      .thenRejected('topic-changed')
  })

  it('opens a user channel beside the device channel, and does not count as the enrollment of the device', () => {
    given(host, [discovered(), started()])
      .when(updateToken('token-u', userChannel))
      .then([opened('token-u', userChannel)])
      .thenState(({ enrollment }) => assert.equal(enrollment.stage, 'started'))
      .when(updateToken())
      .then([opened()])
      .thenState(({ enrollment }) => {
        assert.equal(enrollment.stage, 'enrolled')
        assert.deepEqual(Object.keys(enrollment.channels), [userChannel, 'device'])
      })
  })
})

describe('the end of an enrollment', () => {
  it('comes with CheckOut, once, and cancels what waits', () => {
    given(host, [...enrolled(), queued(listing('one'))])
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .then([ended(), cancelled('enrollment-ended', 'one')])
      .andAgainNothing()
  })

  it('does not come to a host that never enrolled', () => {
    given(host, [])
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .thenNothing()
  })

  it('comes when the push service says that the token is dead', () => {
    given(host, enrolled())
      .when({ type: 'EndEnrollment', data: { because: 'push-token-unregistered', since: someTime } })
      .then([ended('push-token-unregistered')])
      .andAgainNothing()
  })

  it('does not come from what is said of a token that the host has replaced since', () => {
    const command = {
      type: 'EndEnrollment',
      data: { because: 'push-token-unregistered', since: '2026-03-01T11:59:59.999Z' },
    } as const
    given(host, enrolled()).when(command).thenNothing()
    given(host, [...enrolled(), started(2)])
      .when({ ...command, data: { ...command.data, since: someTime } })
      .thenNothing()
  })
})

describe('what a host tells of itself', () => {
  it('is recorded when it is new', () => {
    given(host, enrolled())
      .when({ type: 'DescribeHost', data: { facts: { name: 'Atlas', osVersion: '15.3' }, source: 'device-information' } })
      .then([{ type: 'HostDescribed', data: { facts: { name: 'Atlas' }, source: 'device-information' } }])
      .andAgainNothing()
  })
})

describe('what follows from enrolling', () => {
  const recorded = <E extends HostEvent>(event: E): Recorded<E> => ({ ...event, id: '1', at: someTime }) as Recorded<E>

  it('is a look at the settings at once, one when users had their time, and a push', () => {
    assert.deepEqual(work.ChannelOpened?.(recorded(opened() as OfType<HostEvent, 'ChannelOpened'>)), [
      { kind: 'reconcile-host', key: '1' },
      { kind: 'refuse-user-settings', key: '1', dueAt: '2026-03-01T14:00:00.000Z' },
      { kind: 'ask-facts', key: '1' },
      { kind: 'wake', key: '1' },
    ])
  })

  it('is a look at the settings when a user channel opens', () => {
    assert.deepEqual(work.ChannelOpened?.(recorded(opened('u', userChannel) as OfType<HostEvent, 'ChannelOpened'>)), [
      { kind: 'reconcile-host', key: '1' },
    ])
  })

  it('is a push to the new token, because those to the old one are lost', () => {
    const { channel, enrollmentId, tokenFingerprint, push } = updateToken('token-2').data
    const changed = { type: 'PushTokenChanged', data: { channel, enrollmentId, topic, tokenFingerprint, push } } as const
    assert.deepEqual(work.PushTokenChanged?.(recorded(changed)), [{ kind: 'wake', key: '1' }])
  })
})
