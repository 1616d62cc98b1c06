import { moreLines } from './more-of-the-story.ts'
import assert from 'node:assert/strict'
import type { QueuedCommand } from '../../../src/domain/commands/events.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { story, tell } from '../../../src/domain/host/story.ts'

const sealed = { keyId: 'k', nonce: 'n', sealed: 'secret' }

const asked = (request: QueuedCommand['request']): QueuedCommand => ({
  commandId: 'c1',
  channel: 'device',
  request,
  reason: { code: 'asked' },
})

const install = {
  kind: 'install-profile',
  profileId: 'a1',
  identifier: 'com.example.wifi',
  checksum: 'c',
  scope: 'System',
} as const

const channel = { channel: 'device', enrollmentId: 'e', topic: 't', tokenFingerprint: 'f', push: sealed }

type Line = readonly [HostEvent, string, string | null]

const lines: readonly Line[] = [
  [
    {
      type: 'HostDiscovered',
      data: { source: 'apple', hardwareId: 'u', platform: 'darwin', facts: { name: 'Ada', serial: 'C02' } },
    },
    'The host Ada (C02) became known to this server, running darwin.',
    'It announced itself with Authenticate.',
  ],
  [
    { type: 'HostDescribed', data: { facts: { osVersion: '15.2', name: 'Bob' }, source: 'device-information' } },
    'The host told new facts: system version 15.2, name Bob.',
    'It answered a question for them.',
  ],
  [
    {
      type: 'EnrollmentStarted',
      data: { epoch: 2, enrollmentId: 'e', kind: 'device', topic: 't', certificate: 'c', because: 'enrolled-again' },
    },
    'Enrollment 2 of the host began.',
    'The host enrolled again.',
  ],
  [
    { type: 'ChannelOpened', data: { ...channel, awaitingConfiguration: false, user: null } },
    'The host is enrolled and told where it can be woken.',
    null,
  ],
  [
    {
      type: 'ChannelOpened',
      data: { ...channel, channel: 'e:u', awaitingConfiguration: false, user: { shortName: 'ada', longName: 'Ada' } },
    },
    'The user ada of the host told where it can be woken.',
    null,
  ],
  [{ type: 'PushTokenChanged', data: channel }, 'The host has a new push token.', null],
  [{ type: 'UnlockTokenEscrowed', data: { fingerprint: 'f', sealed } }, 'The host gave a new unlock token into custody.', null],
  [
    { type: 'EnrollmentEnded', data: { because: 'push-token-unregistered' } },
    'The enrollment of the host ended.',
    'The push service says that the host no longer takes pushes.',
  ],
  [
    { type: 'HostTransferred', data: { teamId: '7', from: '0', because: 'asked' } },
    'The host moved from no team to team 7.',
    'An admin asked for it.',
  ],
  [
    { type: 'CommandsQueued', data: { commands: [asked({ kind: 'raw', requestType: 'RestartDevice', payload: sealed })] } },
    'The command RestartDevice was queued for the host.',
    'An admin asked for it.',
  ],
  [
    {
      type: 'CommandsQueued',
      data: { commands: [{ ...asked(install), reason: { code: 'retried', attempt: 1 } }, asked({ kind: 'list-profiles' })] },
    },
    '2 commands were queued (Installing com.example.wifi; Listing the profiles) for the host.',
    'An installation is tried again after 1 failed attempt. An admin asked for it.',
  ],
  [{ type: 'CommandSent', data: { commandId: 'c1' } }, 'The command c1 was handed to the host.', null],
  [
    { type: 'CommandDeferred', data: { commandId: 'c1' } },
    'The host put off the command c1.',
    'It said that it cannot do it now.',
  ],
  [
    {
      type: 'ProfileOverridden',
      data: { profileId: 'p1', checksum: 'c', by: [{ profileId: 'p2', checksum: 'd' }], detail: 'Overridden by Other.' },
    },
    'The profile p1 is overridden on the host.',
    'Overridden by Other.',
  ],
  [
    { type: 'ProfileOverrideEnded', data: { profileId: 'p1' } },
    'The profile p1 is no longer overridden on the host, and is to be sent again.',
    'What overrode it is not in force.',
  ],
  [
    { type: 'CommandHeld', data: { commandId: 'c1', profileId: null, because: 'user-session' } },
    'The command c1 was held back.',
    'It is for the device: it goes out with the next call that is not for the settings of a user alone, as the last one was.',
  ],
  [
    {
      type: 'CommandAnswered',
      data: { commandId: 'c1', outcome: 'acknowledged', errors: [], result: null, late: false, code: '202' },
    },
    'The host accepted the command c1.',
    'It said 202: accepted, and still under way.',
  ],
  [
    {
      type: 'CommandAnswered',
      data: {
        commandId: 'c1',
        outcome: 'failed',
        errors: [{ code: 89, domain: 'MDMClientError', description: 'Not found' }],
        result: null,
        late: true,
      },
    },
    'The host failed to carry out the command c1, which was cancelled already.',
    'MDMClientError (89): Not found',
  ],
  [
    { type: 'CommandsCancelled', data: { commandIds: ['c1'], because: 'superseded' } },
    'The command c1 was cancelled.',
    'A newer command takes its place.',
  ],
  [
    { type: 'CommandsCancelled', data: { commandIds: ['c1', 'c2'], because: 'enrollment-ended' } },
    '2 commands were cancelled.',
    'The enrollment of the host ended.',
  ],
  [
    { type: 'UnknownCommandReported', data: { commandId: 'c9', outcome: 'acknowledged' } },
    'The host answered a command c9 that this server never gave it.',
    null,
  ],
  [
    { type: 'ProfileInstalled', data: { profileId: 'a1', checksum: 'c', status: 'verifying' } },
    'The host installed the profile a1.',
    'It acknowledged the command; the profile has yet to be seen on it.',
  ],
  [
    { type: 'ProfileInstallFailed', data: { profileId: 'a1', checksum: 'c', attempt: 4, willRetry: false, detail: 'It broke.' } },
    'The host refused the profile a1 (attempt 4); it will not be tried again.',
    'It broke.',
  ],
  [
    { type: 'ProfileRemoved', data: { profileId: 'a1', because: 'was-not-there' } },
    'The profile a1 is gone from the host.',
    'The host said that it was not installed.',
  ],
  [
    { type: 'ProfileRemovalFailed', data: { profileId: 'a1', detail: 'It broke.' } },
    'The host did not remove the profile a1.',
    'It broke.',
  ],
  [
    {
      type: 'ProfileKept',
      data: { from: 'a1', to: 'a2', identifier: 'i', checksum: 'c', scope: 'System', status: 'verified', commandId: null },
    },
    'The host keeps the profile a1, which is now a2.',
    'The bytes are the same, so nothing is sent.',
  ],
  [
    { type: 'ProfileForgotten', data: { profileId: 'a1', because: 'never-sent' } },
    'The profile a1 no longer counts as being on the host.',
    'It was never sent.',
  ],
  [
    {
      type: 'ProfileRefused',
      data: {
        profileId: 'a1',
        identifier: 'i',
        checksum: 'c',
        scope: 'User',
        because: 'no-user-channel',
        detail: 'No user is enrolled.',
      },
    },
    'The profile a1 cannot be given to the host.',
    'No user is enrolled.',
  ],
  [
    { type: 'ProfileResendAsked', data: { profileId: 'a1' } },
    'The profile a1 is to be sent to the host again.',
    'An admin asked for it.',
  ],
]

const all = [...lines, ...moreLines]

describe('the story of a host', () => {
  for (const [event, sentence, why] of all)
    it(`tells ${event.type}: ${sentence}`, () => {
      assert.deepEqual(tell(event), { sentence, why })
    })

  it('has been told of every event that there is', () => {
    assert.deepEqual(new Set(all.map(([{ type }]) => type)), new Set(Object.keys(story)))
  })

  it('never tells what is sealed', () => {
    for (const [event] of all) assert.doesNotMatch(JSON.stringify(tell(event)), /secret/)
  })

  it('has no sentence for an event of a later version', () => {
    for (const type of ['HostSang', 'toString', 'constructor']) assert.equal(tell({ type, data: {} }), null)
  })
})
