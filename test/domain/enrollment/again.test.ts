import assert from 'node:assert/strict'
import type { EnrollmentCommand } from '../../../src/domain/enrollment/commands.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Host } from '../../../src/domain/host/host.ts'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import {
  authenticate,
  cancelled,
  certificateOf,
  discovered,
  enrolled,
  identityOf,
  installing,
  listing,
  opened,
  profileOf,
  queued,
  started,
  topic,
  udid,
  updateToken,
  userChannel,
} from '../../support/host-stories.ts'
import { termsOf } from '../../support/terms.ts'

const [a, b] = [certificateOf('a'), certificateOf('b')]
const renewing = identityOf(b, {
  notAfter: '2027-06-01T00:00:00.000Z',
  terms: termsOf({ renews: { hostId: '1', commandId: 'renew' } }),
})

const with_ = (
  command: ReturnType<typeof updateToken>,
  more: Partial<Extract<EnrollmentCommand, { type: 'UpdateToken' }>['data']>,
) => ({
  ...command,
  data: { ...command.data, ...more },
})

const renewed: HostEvent = {
  type: 'IdentityRenewed',
  data: { from: a, to: b, notAfter: '2027-06-01T00:00:00.000Z', by: 'profile' },
}

describe('a host that renews its identity', () => {
  it('begins nothing with Authenticate, and goes on under the new certificate once its token comes with it', () => {
    const wifi = profileOf('wifi')
    const history = [...enrolled(), opened('token-u', userChannel), queued(installing('one', wifi), listing('two'))]
    const command = authenticate()
    given(host, history)
      .when({ ...command, data: { ...command.data, identity: renewing } })
      .thenNothing()
      .when(with_(updateToken(), { identity: renewing }))
      .then([renewed])
      .andAgainNothing()
      .thenState(({ enrollment, commands, hostProfiles }) => {
        assert.equal(enrollment.epoch, 1)
        assert.equal(enrollment.certificate, b)
        assert.deepEqual(Object.keys(enrollment.channels), ['device', userChannel])
        assert.deepEqual([...commands.waiting.keys()], ['one', 'two'])
        assert.deepEqual(Object.keys(hostProfiles), ['wifi'])
      })
  })

  it('keeps its new token when that changed as well', () => {
    const { channel, enrollmentId, tokenFingerprint, push } = updateToken('token-2').data
    given(host, enrolled())
      .when(with_(updateToken('token-2'), { identity: renewing }))
      .then([renewed, { type: 'PushTokenChanged', data: { channel, enrollmentId, topic, tokenFingerprint, push } }])
  })

  it('may still finish its work under the certificate of before', () => {
    given(host, [...enrolled(), renewed])
      .when(updateToken())
      .thenNothing()
  })

  it('was erased after all when its new token says that it awaits configuration', () => {
    given(host, [...enrolled(), renewed, queued(listing('one'))])
      .when(with_(updateToken('token-2'), { identity: renewing, awaitingConfiguration: true }))
      .thenState(({ enrollment, commands }) => {
        assert.equal(enrollment.epoch, 2)
        assert.equal(enrollment.awaitingConfiguration, true)
        assert.equal(commands.waiting.size, 0)
      })
      .andAgainNothing()
  })
})

describe('a host that enrolls again', () => {
  it('is not mistaken for one that renews, though a renewal is under way: its certificate was not asked for by one', () => {
    given(host, [...enrolled(), queued(listing('one'))])
      .when(authenticate(b))
      .then([started(2, b), cancelled('enrolled-again', 'one')])
  })

  it('begins nothing with a repeated Authenticate alone, and a late one changes no token', () => {
    given(host, enrolled())
      .when(authenticate())
      .then([{ type: 'AuthenticatedAgain', data: { certificate: a } }])
      .andAgainNothing()
      .thenState(({ enrollment }) => assert.equal(enrollment.stage, 'enrolled'))
  })

  it('[case J12] puts its bootstrap token away with an Authenticate by the same certificate, and keeps one that comes after', () => {
    const escrowed = (fingerprint: string): HostEvent => ({
      type: 'BootstrapTokenEscrowed',
      data: { fingerprint, sealed: { keyId: 'k', nonce: 'n', sealed: 's' } },
    })
    const again: readonly HostEvent[] = [
      { type: 'AuthenticatedAgain', data: { certificate: a } },
      { type: 'BootstrapTokenWithdrawn', data: { because: 'enrolled-again' } },
    ]
    given(host, [...enrolled(), escrowed('old')])
      .when(authenticate())
      .then([...again])
      .andAgainNothing()
      .thenState(({ escrow }) => assert.equal(escrow.bootstrapToken, null))
    given(host, [...enrolled(), escrowed('old'), ...again, escrowed('new')])
      .when(updateToken())
      .thenState(({ escrow, enrollment }) => assert.deepEqual([escrow.bootstrapToken?.fingerprint, enrollment.epoch], ['new', 2]))
  })

  it('[case J12] keeps its bootstrap token while its identity is renewed', () => {
    const escrowed: HostEvent = {
      type: 'BootstrapTokenEscrowed',
      data: { fingerprint: 'boot', sealed: { keyId: 'k', nonce: 'n', sealed: 's' } },
    }
    given(host, [...enrolled(), escrowed])
      .when({ ...authenticate(), data: { ...authenticate().data, identity: renewing } })
      .thenState(({ escrow }) => assert.equal(escrow.bootstrapToken?.fingerprint, 'boot'))
  })

  it('begins anew when a token follows the repeated Authenticate, and keeps what it escrowed', () => {
    const escrowed: HostEvent = {
      type: 'BootstrapTokenEscrowed',
      data: { fingerprint: 'boot', sealed: { keyId: 'k', nonce: 'n', sealed: 's' } },
    }
    given(host, [...enrolled(), escrowed, queued(listing('one')), { type: 'AuthenticatedAgain', data: { certificate: a } }])
      .when(updateToken())
      .then([
        {
          type: 'EnrollmentStarted',
          data: { epoch: 2, enrollmentId: udid, kind: 'device', topic, certificate: a, because: 'authenticated-again' },
        },
        cancelled('enrolled-again', 'one'),
        opened(),
      ])
      .andAgainNothing()
      .thenState(({ escrow }) => assert.equal(escrow.bootstrapToken?.fingerprint, 'boot'))
  })

  it('is known to be erased by a new token from its setup assistant, though no Authenticate was heard', () => {
    given(host, [...enrolled(), queued(listing('one'))])
      .when(with_(updateToken('token-2'), { awaitingConfiguration: true }))
      .thenState(({ enrollment, commands }) => {
        assert.equal(enrollment.epoch, 2)
        assert.equal(enrollment.stage, 'enrolled')
        assert.equal(commands.waiting.size, 0)
      })
      .andAgainNothing()
  })

  it('is not erased by a message that came twice after it was released', () => {
    const waiting = with_(updateToken(), { awaitingConfiguration: true })
    given(host, [discovered(), started()])
      .when(waiting)
      .thenState(({ enrollment }) => assert.equal(enrollment.awaitingConfiguration, true))
      .when(with_(updateToken(), { awaitingConfiguration: false }))
      .then([{ type: 'HostReleased', data: { because: 'told' } }])
      .when(waiting)
      .thenNothing()
  })

  it('keeps waiting in its setup assistant while later tokens are silent on it', () => {
    given(host, [discovered(), started()])
      .when(with_(updateToken(), { awaitingConfiguration: true }))
      .when(with_(updateToken('token-2'), { awaitingConfiguration: null }))
      .thenState(({ enrollment }) => assert.equal(enrollment.awaitingConfiguration, true))
  })

  it('comes back with a token after the one before was found dead', () => {
    given(host, [...enrolled(), { type: 'EnrollmentEnded', data: { because: 'push-token-unregistered' } }])
      .when(updateToken('token-2'))
      .thenState(({ enrollment }) => {
        assert.equal(enrollment.stage, 'enrolled')
        assert.equal(enrollment.epoch, 2)
      })
      .andAgainNothing()
  })

  it('joins the team that its enrollment profile names', () => {
    const command = authenticate(b)
    const identity = identityOf(b, { terms: termsOf({ teamId: '7' }) })
    given(host, enrolled())
      .when({ ...command, data: { ...command.data, identity } })
      .thenState(({ membership, enrollment }) => {
        assert.equal(membership.teamId, '7')
        assert.equal(enrollment.terms?.teamId, '7')
      })
      .andAgainNothing()
  })
})

describe('a host that is brought over from another server', () => {
  const imported = { ...authenticate(), data: { ...authenticate().data, imported: true } }

  it('is enrolled as the records say', () => {
    given(host, [])
      .when(imported)
      .thenState(({ enrollment }) => assert.equal(enrollment.stage, 'started'))
      .andAgainNothing()
      .when(updateToken())
      .thenState(({ enrollment }) => assert.equal(enrollment.stage, 'enrolled'))
  })

  it('is left alone when it came by itself meanwhile', () => {
    given(host, enrolled()).when(imported).thenNothing()
  })
})

describe('a user channel', () => {
  const closing = {
    type: 'CloseChannel',
    data: { channel: userChannel, because: 'push-token-unregistered', since: '2026-03-01T12:00:01.000Z' },
  } as const

  it('closes when its token is dead, with what waited for the user; the host goes on', () => {
    const forUser = { ...listing('for-the-user'), channel: userChannel }
    given(host, [...enrolled(), opened('token-u', userChannel), queued(forUser, listing('for-the-device'))])
      .when(closing)
      .then([
        { type: 'ChannelClosed', data: { channel: userChannel, because: 'push-token-unregistered' } },
        cancelled('enrollment-ended', 'for-the-user'),
      ])
      .andAgainNothing()
  })

  it('stays open when its token is newer than the news', () => {
    given(host, [...enrolled(), opened('token-u', userChannel)])
      .when({ ...closing, data: { ...closing.data, since: '2026-03-01T11:00:00.000Z' } })
      .thenNothing()
  })

  it('is not the device: that one ends in another way', () => {
    given(host, enrolled())
      .when({ ...closing, data: { ...closing.data, channel: 'device' } })
      .thenNothing()
  })
})

describe('asking a host to leave', () => {
  const ask = {
    type: 'RequestUnenrollment',
    data: { commandId: 'leave', identifier: 'com.example.mdm', deadline: '2026-04-01T00:00:00.000Z' },
  } as const

  it('removes its enrollment profile, once; it has left when it says so', () => {
    given(host, [...enrolled(), queued(listing('other'))])
      .when(ask)
      .thenState(({ enrollment, commands }) => {
        assert.equal(enrollment.stage, 'enrolled')
        assert.equal(commands.waiting.get('leave')?.request.kind, 'remove-profile')
      })
      .andAgainNothing()
      .when({ type: 'ReportCommand', data: { commandId: 'leave', outcome: 'acknowledged', errors: [], result: null } })
      .then([
        { type: 'CommandAnswered', data: { commandId: 'leave', outcome: 'acknowledged', errors: [], result: null, late: false } },
        { type: 'EnrollmentEnded', data: { because: 'unenrolled' } },
        cancelled('enrollment-ended', 'other'),
      ])
  })

  it('is over as well when the host checks out first, or does not answer in time', () => {
    given(host, enrolled())
      .when(ask)
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .thenState(({ enrollment }) => assert.equal(enrollment.endedBecause, 'checked-out'))
    given(host, enrolled())
      .when(ask)
      .when({ type: 'ExpireCommands', data: { now: '2026-04-01T00:00:00.000Z' } })
      .then([cancelled('expired', 'leave'), { type: 'EnrollmentEnded', data: { because: 'unenrollment-unanswered' } }])
  })

  it('keeps its agent from enrolling it again, however it went, until an admin readmits it [case K4]', () => {
    const isSentAway = (is: boolean) => (state: Host) => assert.equal(state.enrollment.sentAway, is)
    given(host, enrolled())
      .when(ask)
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .then([{ type: 'EnrollmentEnded', data: { because: 'checked-out', asked: true } }, cancelled('enrollment-ended', 'leave')])
      .thenState(isSentAway(true))
      .when({ type: 'ReadmitHost', data: {} })
      .then([{ type: 'HostReadmitted', data: {} }])
      .thenState(isSentAway(false))
      .andAgainNothing()
    given(host, enrolled())
      .when(ask)
      .when({ type: 'CancelCommand', data: { commandId: 'leave' } })
      .when({ type: 'EndEnrollment', data: { because: 'checked-out' } })
      .then([{ type: 'EnrollmentEnded', data: { because: 'checked-out' } }])
      .thenState(isSentAway(false))
  })

  it('may be asked again when the first order was taken back', () => {
    given(host, enrolled())
      .when(ask)
      .when({ type: 'CancelCommand', data: { commandId: 'leave' } })
      .when({ ...ask, data: { ...ask.data, commandId: 'leave-2' } })
      .thenState(({ enrollment }) => assert.equal(enrollment.unenrollment, 'leave-2'))
  })

  it('is refused for a host that is not enrolled', () => {
    given(host, []).when(ask).thenRejected('not-enrolled')
  })
})
