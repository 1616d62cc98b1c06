import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { DesiredProfile } from '../../../src/domain/host-profiles/state.ts'
import type { QueuedCommand } from '../../../src/domain/commands/events.ts'
import type { Past } from '../../support/given.ts'
import { given, stateAfter } from '../../support/given.ts'
import {
  answered,
  cancelled,
  enrolled,
  having,
  installing,
  opened,
  profileOf,
  queued,
  reconcileTo,
  removing,
  reportOf,
  userChannel,
} from '../../support/host-stories.ts'
import { nextIds } from './next-ids.ts'

const wifi = profileOf('wifi')
const forgotten = (
  profileId: string,
  because: 'never-sent' | 'never-landed' | 'replaced' | 'no-user-channel' = 'replaced',
): HostEvent => ({ type: 'ProfileForgotten', data: { profileId, because } })

const withUser = [...enrolled(), opened('token-u', userChannel)]

/** What the host's next commands are called. */
const named = (history: readonly Past<HostEvent>[], ...commands: readonly ((id: string) => QueuedCommand)[]) =>
  queued(...nextIds(stateAfter(host, history), commands.length).map((id, index) => (commands[index] ?? assert.fail())(id)))

const install = (profile: DesiredProfile, reason?: QueuedCommand['reason']) => (id: string) => installing(id, profile, reason)
const remove =
  (profile: DesiredProfile, ignoreError = false) =>
  (id: string) =>
    removing(id, profile, ignoreError)

describe('making a host look like its cohort', () => {
  it('installs what it lacks, all in one event, and then has nothing to do', () => {
    const other = profileOf('vpn')
    given(host, enrolled())
      .when(reconcileTo([wifi, other]))
      .then([named(enrolled(), install(wifi), install(other))])
      .andAgainNothing()
  })

  describe('whose system heeds nothing in a profile [case G5]', () => {
    const updates = profileOf('updates', '1', { endedFrom: 27 })
    const running = (osVersion: string): HostEvent => ({
      type: 'HostDescribed',
      data: { facts: { osVersion }, source: 'device-information' },
    })
    const refusal: HostEvent = {
      type: 'ProfileRefused',
      data: {
        ...{ profileId: 'updates', identifier: 'com.example.updates', checksum: 'updates-v1', scope: 'System' },
        because: 'system-heeds-nothing',
        detail: 'macOS 27.0 ignores all that the profile sets: updates are enforced by declarations there.',
      },
    }

    it('refuses it, once, and gives it the rest', () => {
      const history = [...enrolled(), running('27.0')]
      given(host, history)
        .when(reconcileTo([updates, wifi]))
        .then([refusal, named(history, install(wifi))])
        .andAgainNothing()
    })

    it('gives it to a host that runs an earlier one, and to one that did not tell', () => {
      for (const history of [[...enrolled(), running('26.9')], enrolled()])
        given(host, history)
          .when(reconcileTo([updates]))
          .then([named(history, install(profileOf('updates')))])
    })

    it('leaves it where it is, and takes it away with the settings', () => {
      const history = [...enrolled(), ...having(updates), running('27.0')]
      given(host, history)
        .when(reconcileTo([updates]))
        .thenNothing()
      given(host, history)
        .when(reconcileTo([]))
        .then([named(history, remove(updates))])
    })

    it('refuses a new version of it, and still takes away the one that is there', () => {
      const history = [...enrolled(), ...having(profileOf('updates', '0')), running('27.0')]
      given(host, history)
        .when(reconcileTo([updates]))
        .then([refusal])
        .andAgainNothing()
      const later = [...history, refusal]
      given(host, later)
        .when(reconcileTo([]))
        .then([named(later, remove(updates, true))])
    })

    it('gives it other content under the same name', () => {
      const history = [...enrolled(), running('27.0'), refusal]
      const edited = profileOf('updates', '2')
      given(host, history)
        .when(reconcileTo([edited]))
        .then([named(history, install(edited, { code: 'profile-changed', from: 'updates-v1' }))])
    })
  })

  it('waits until the host is enrolled', () => {
    given(host, enrolled().slice(0, 2))
      .when(reconcileTo([wifi]))
      .thenNothing()
  })

  it('leaves alone what is as it should be', () => {
    given(host, [...enrolled(), ...having(wifi)])
      .when(reconcileTo([wifi]))
      .thenNothing()
  })

  it('installs changed content over the old', () => {
    const history = [...enrolled(), ...having(wifi)]
    const edited = profileOf('wifi', '2')
    given(host, history)
      .when(reconcileTo([edited]))
      .then([named(history, install(edited, { code: 'profile-changed', from: 'wifi-v1' }))])
      .andAgainNothing()
  })

  it('cancels an installation under way when the content changes again', () => {
    const history = [...enrolled(), queued(installing('one', wifi))]
    const edited = profileOf('wifi', '2')
    given(host, history)
      .when(reconcileTo([edited]))
      .then([cancelled('superseded', 'one'), named(history, install(edited, { code: 'profile-changed', from: 'wifi-v1' }))])
      .andAgainNothing()
  })

  it('removes what is no longer wanted, once', () => {
    const history = [...enrolled(), ...having(wifi)]
    given(host, history)
      .when(reconcileTo([]))
      .then([named(history, remove(wifi))])
      .andAgainNothing()
  })

  it('cancels an installation under way that is no longer wanted, and removes it all the same, for it may have been fetched', () => {
    const history = [...enrolled(), queued(installing('one', wifi)), { type: 'CommandSent', data: { commandId: 'one' } } as const]
    given(host, history)
      .when(reconcileTo([]))
      .then([cancelled('no-longer-wanted', 'one'), named(history, remove(wifi, true))])
      .andAgainNothing()
  })

  it('installs again what is being removed but wanted again, instead of the removal', () => {
    const sent = { type: 'CommandSent', data: { commandId: 'away' } } as const
    const history = [...enrolled(), ...having(wifi), queued(removing('away', wifi)), sent]
    given(host, history)
      .when(reconcileTo([wifi]))
      .then([cancelled('superseded', 'away'), named(history, install(wifi, { code: 'removal-reversed' }))])
      .andAgainNothing()
  })

  it('takes a removal back that the host was not told yet, and installs nothing', () => {
    const history = [...enrolled(), ...having(wifi), queued(removing('away', wifi))]
    const { profileId, identifier, checksum, scope } = wifi
    const kept = { from: profileId, to: profileId, identifier, checksum, scope, status: 'verifying', commandId: null } as const
    given(host, history)
      .when(reconcileTo([wifi]))
      .then([cancelled('no-longer-wanted', 'away'), { type: 'ProfileKept', data: kept }])
      .andAgainNothing()
      .thenState(({ hostProfiles }) => {
        assert.equal(hostProfiles[profileId]?.operation, 'install')
        assert.equal(hostProfiles[profileId].status, 'verifying')
      })
      .when(reconcileTo([]))
      .thenState(({ hostProfiles }) => {
        assert.equal(hostProfiles[profileId]?.operation, 'remove')
      })
  })

  it('installs another content at once although the removal was not told yet', () => {
    const history = [...enrolled(), ...having(wifi), queued(removing('away', wifi))]
    const other = profileOf('wifi', '2')
    given(host, history)
      .when(reconcileTo([other]))
      .then([cancelled('superseded', 'away'), named(history, install(other, { code: 'removal-reversed' }))])
  })

  it('removes without regard to errors what failed but was there before', () => {
    const history: readonly Past<HostEvent>[] = [
      ...enrolled(),
      ...having(wifi),
      queued(installing('two', profileOf('wifi', '2'))),
      answered('two', { outcome: 'failed' }),
      {
        type: 'ProfileInstallFailed',
        data: { profileId: 'wifi', checksum: 'wifi-v2', attempt: 4, willRetry: false, detail: 'no' },
      },
    ]
    given(host, history)
      .when(reconcileTo([]))
      .then([named(history, remove(profileOf('wifi', '2'), true))])
  })

  it('forgets what never came to be on the host', () => {
    const history: readonly Past<HostEvent>[] = [
      ...enrolled(),
      queued(installing('one', wifi)),
      answered('one', { outcome: 'failed' }),
      {
        type: 'ProfileInstallFailed',
        data: { profileId: 'wifi', checksum: 'wifi-v1', attempt: 1, willRetry: true, detail: 'no' },
      },
    ]
    given(host, history)
      .when(reconcileTo([]))
      .then([forgotten('wifi', 'never-landed')])
      .andAgainNothing()
  })

  it('does not try again by itself what failed for good', () => {
    const history: readonly Past<HostEvent>[] = [
      ...enrolled(),
      queued(installing('one', wifi)),
      answered('one', { outcome: 'failed' }),
      {
        type: 'ProfileInstallFailed',
        data: { profileId: 'wifi', checksum: 'wifi-v1', attempt: 4, willRetry: false, detail: 'no' },
      },
    ]
    given(host, history)
      .when(reconcileTo([wifi]))
      .thenNothing()
    given(host, history)
      .when(reconcileTo([profileOf('wifi', '2')]))
      .then([named(history, install(profileOf('wifi', '2'), { code: 'profile-changed', from: 'wifi-v1' }))])
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.failures, 0))
  })

  it('does not remove again what could not be removed', () => {
    given(host, [...enrolled(), ...having(wifi), queued(removing('away', wifi))])
      .when(reportOf('away', 'failed', ['MDMClientError', 12]))
      .when(reconcileTo([]))
      .thenNothing()
  })
})

describe('a profile in the place of another with its identifier', () => {
  const moved = { ...wifi, profileId: 'wifi-of-team-b' }

  it('is kept when the bytes are the same, with nothing sent', () => {
    given(host, [...enrolled(), ...having(wifi)])
      .when(reconcileTo([moved]))
      .then([
        {
          type: 'ProfileKept',
          data: {
            from: 'wifi',
            to: 'wifi-of-team-b',
            identifier: wifi.identifier,
            checksum: wifi.checksum,
            scope: 'System',
            status: 'verifying',
            commandId: 'install-wifi',
          },
        },
      ])
      .andAgainNothing()
  })

  it('settles under its new id when the installation was still on its way', () => {
    given(host, [...enrolled(), queued(installing('one', wifi))])
      .when(reconcileTo([moved]))
      .when(reportOf('one'))
      .then([
        answered('one'),
        { type: 'ProfileInstalled', data: { profileId: 'wifi-of-team-b', checksum: 'wifi-v1', status: 'verifying' } },
      ])
      .thenState(({ hostProfiles }) => assert.deepEqual(Object.keys(hostProfiles), ['wifi-of-team-b']))
      .when(reconcileTo([moved]))
      .thenNothing()
  })

  it('is installed over it when the bytes differ, and nothing is removed', () => {
    const history = [...enrolled(), ...having(wifi)]
    const changed = { ...moved, checksum: 'other' }
    given(host, history)
      .when(reconcileTo([changed]))
      .then([named(history, install(changed, { code: 'profile-replaces', profileId: 'wifi' })), forgotten('wifi')])
      .andAgainNothing()
  })

  it('takes over an installation under way when the bytes differ', () => {
    const history = [...enrolled(), queued(installing('one', wifi))]
    const changed = { ...moved, checksum: 'other' }
    given(host, history)
      .when(reconcileTo([changed]))
      .then([
        cancelled('superseded', 'one'),
        named(history, install(changed, { code: 'profile-replaces', profileId: 'wifi' })),
        forgotten('wifi'),
      ])
  })

  it('takes over from one that waits to be tried again, bytes or not', () => {
    const history: readonly Past<HostEvent>[] = [
      ...enrolled(),
      queued(installing('one', wifi)),
      answered('one', { outcome: 'failed' }),
      {
        type: 'ProfileInstallFailed',
        data: { profileId: 'wifi', checksum: 'wifi-v1', attempt: 1, willRetry: true, detail: 'no' },
      },
    ]
    given(host, history)
      .when(reconcileTo([moved]))
      .then([named(history, install(moved, { code: 'profile-replaces', profileId: 'wifi' })), forgotten('wifi')])
  })

  it('takes over from one that is being removed, whose removal would race with it', () => {
    const history = [...enrolled(), ...having(wifi), queued(removing('away', wifi))]
    given(host, history)
      .when(reconcileTo([moved]))
      .then([
        cancelled('superseded', 'away'),
        named(history, install(moved, { code: 'profile-replaces', profileId: 'wifi' })),
        forgotten('wifi'),
      ])
      .andAgainNothing()
  })

  it('is removed, when it failed, for what it should have replaced is still there', () => {
    const history = [...enrolled(), ...having(wifi)]
    const changed = { ...moved, checksum: 'other' }
    const events = stateAfter(host, history)
    const [id = ''] = nextIds(events, 1)
    const failing = [0, 1, 2, 3].flatMap((attempt): readonly Past<HostEvent>[] => [
      queued(installing(attempt === 0 ? id : `again-${String(attempt)}`, changed)),
      ...(attempt === 0 ? [forgotten('wifi')] : []),
      answered(attempt === 0 ? id : `again-${String(attempt)}`, { outcome: 'failed' }),
      {
        type: 'ProfileInstallFailed',
        data: { profileId: moved.profileId, checksum: 'other', attempt: attempt + 1, willRetry: attempt < 3, detail: 'no' },
      },
    ])
    given(host, [...history, ...failing])
      .when(reconcileTo([]))
      .then([named([...history, ...failing], remove(changed, true))])
  })
})

describe('settings for a user', () => {
  const mail = profileOf('mail', '1', { scope: 'User' })

  it('go to the user channel', () => {
    given(host, withUser)
      .when(reconcileTo([mail]))
      .then([named(withUser, install(mail))])
      .thenState(({ commands }) => assert.deepEqual([...commands.waiting.values()][0]?.channel, userChannel))
  })

  it('wait two hours for a user, and are refused then, once', () => {
    given(host, enrolled())
      .when(reconcileTo([mail], '2026-03-01T13:59:59.999Z'))
      .thenNothing()
      .when(reconcileTo([mail], '2026-03-01T14:00:00.000Z'))
      .then([
        {
          type: 'ProfileRefused',
          data: {
            profileId: 'mail',
            identifier: mail.identifier,
            checksum: mail.checksum,
            scope: 'User',
            because: 'no-user-channel',
            detail: 'The profile is for a user, and no user of this Mac is enrolled.',
          },
        },
      ])
      .andAgainNothing()
  })

  it('are refused with another sentence by devices that know no users', () => {
    const story = given(host, enrolled('ipados')).when(reconcileTo([mail], '2026-03-01T14:00:00.000Z'))
    story.thenState(({ hostProfiles }) => assert.equal(hostProfiles['mail']?.status, 'failed'))
    assert.throws(() => story.thenNothing(), /this device has no user channel/)
  })

  it('are installed when the user comes in time', () => {
    const history = withUser
    given(host, history)
      .when(reconcileTo([mail]))
      .then([named(history, install(mail))])
  })

  it('are forgotten when they were refused and are no longer wanted', () => {
    given(host, enrolled())
      .when(reconcileTo([mail], '2026-03-01T15:00:00.000Z'))
      .when(reconcileTo([], '2026-03-01T15:00:00.000Z'))
      .then([forgotten('mail', 'no-user-channel')])
      .andAgainNothing()
  })

  it('never take the place of settings of the device: these go first, alone, and the others follow', () => {
    const ofDevice = { ...mail, profileId: 'mail-of-device', scope: 'System', checksum: 'other' } as const
    const history = [...withUser, ...having(ofDevice)]
    const [away = ''] = nextIds(stateAfter(host, history), 1)
    given(host, history)
      .when(reconcileTo([mail]))
      .then([queued(removing(away, ofDevice))])
      .andAgainNothing()
      .when(reportOf(away))
      .when(reconcileTo([mail]))
      .thenState(({ commands, hostProfiles }) => {
        assert.deepEqual(Object.keys(hostProfiles), ['mail'])
        assert.deepEqual(
          [...commands.waiting.values()].map(({ request }) => request.kind),
          ['install-profile'],
        )
      })
  })

  it('leave the device first when a new version of the same profile is for a user', () => {
    const ofDevice = { ...mail, scope: 'System', checksum: 'other' } as const
    const history = [...withUser, ...having(ofDevice)]
    const [away = ''] = nextIds(stateAfter(host, history), 1)
    given(host, history)
      .when(reconcileTo([mail]))
      .then([queued(removing(away, ofDevice))])
      .andAgainNothing()
      .when(reportOf(away))
      .then([answered(away), { type: 'ProfileRemoved', data: { profileId: 'mail', because: 'removed' } }])
      .when(reconcileTo([mail]))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['mail']?.scope, 'User'))
  })

  it('do not wait for ever for a profile of the device that cannot be removed', () => {
    const ofDevice = { ...mail, profileId: 'mail-of-device', scope: 'System', checksum: 'other' } as const
    given(host, [...withUser, ...having(ofDevice), queued(removing('away', ofDevice))])
      .when(reportOf('away', 'failed', ['MDMClientError', 12]))
      .when(reconcileTo([mail]))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['mail']?.status, 'pending'))
  })
})
