import type { HostEvent } from '../../../src/domain/host/events.ts'

const sealed = { keyId: 'k', nonce: 'n', sealed: 'secret' }

/** What is said of identity, escrow, custody and declarations. */
const assigned = {
  ...{ profileId: 'd1', identifier: 'com.example.passcode', checksum: 'aa', token: 't' },
  ...{ scope: 'System' as const, channel: 'device' },
}

export const moreLines: readonly (readonly [HostEvent, string, string | null])[] = [
  [
    { type: 'AuthenticatedAgain', data: { certificate: 'c' } },
    'The host authenticated again with a certificate that it had before.',
    'Its next token will tell whether it begins anew.',
  ],
  [
    { type: 'IdentityEndSeen', data: { certificate: 'a', notAfter: '2027-01-01T00:00:00.000Z' } },
    'The identity certificate of the host ends at 2027-01-01T00:00:00.000Z.',
    'It said so itself: another authority issued it.',
  ],
  [
    { type: 'IdentityRenewed', data: { from: 'a', to: 'b', notAfter: '2027-01-01T00:00:00.000Z', by: 'profile' } },
    'The host goes on under a new identity certificate, which ends at 2027-01-01T00:00:00.000Z.',
    'It installed its enrollment profile again.',
  ],
  [
    { type: 'IdentityRenewed', data: { from: 'a', to: 'b', notAfter: null, by: 'scep' } },
    'The host goes on under a new identity certificate.',
    'It asked the authority for it by itself.',
  ],
  [
    { type: 'ChannelClosed', data: { channel: 'e:u', because: 'push-token-unregistered' } },
    'The user e:u of the host can no longer be reached.',
    'The push service says that it no longer takes pushes.',
  ],
  [{ type: 'HostReleased', data: { because: 'released' } }, 'The host left its setup assistant.', 'It was told that it may.'],
  [
    { type: 'PushRefused', data: { channel: 'device', reason: 'ChannelGone' } },
    'The host cannot be woken: its push address has ended (ChannelGone).',
    'The host gets it when it calls by itself, and tells a new address then.',
  ],
  [{ type: 'PushTaken', data: { channel: 'device' } }, 'The host can be woken again.', 'The push service took a push to it.'],
  [{ type: 'HostReadmitted', data: {} }, 'The agent of the host may enroll it again.', 'An admin readmitted it.'],
  [{ type: 'UnenrollmentRequested', data: { commandId: 'c1' } }, 'The host is asked to leave.', 'An admin asked for it.'],
  [
    { type: 'EnrollmentEnded', data: { because: 'unenrolled' } },
    'The enrollment of the host ended.',
    'The host left, as it was asked to.',
  ],
  [
    { type: 'BootstrapTokenEscrowed', data: { fingerprint: 'f', sealed: sealed } },
    'The host gave its bootstrap token into custody.',
    null,
  ],
  [
    { type: 'HostForgotten', data: { because: 'asked', reason: 'The device was sold.', times: 1 } },
    'The host was forgotten.',
    'The device was sold.',
  ],
  [
    { type: 'HostForgotten', data: { because: 'retention', reason: 'It ended long ago.', times: 1 } },
    'The host was forgotten.',
    'Its enrollment ended longer ago than hosts are remembered.',
  ],
  [
    { type: 'HostKeyDestroyed', data: { times: 1 } },
    'The key of the host was destroyed: what was sealed with it can be read no more.',
    null,
  ],
  [{ type: 'BootstrapTokenWithdrawn', data: {} }, 'The host took its bootstrap token back.', null],
  [
    { type: 'BootstrapTokenWithdrawn', data: { because: 'enrolled-again' } },
    'The bootstrap token of the enrollment before was put away.',
    null,
  ],
  [
    { type: 'TokenIssued', data: { service: 'managed-account', tokenId: 't', watch: null } },
    'The host was given a token for its managed account.',
    null,
  ],
  [
    { type: 'TokenIssued', data: { service: 'watch-pairing', tokenId: null, watch: 'W' } },
    'The host was given a token for the watch W.',
    null,
  ],
  [{ type: 'BootstrapTokenRead', data: { fingerprint: 'f' } }, 'The host asked for its bootstrap token.', null],
  [
    { type: 'IdentityRenewalRequested', data: { commandId: 'c1', attempt: 2, certificate: 'c', because: 'expiring' } },
    'The host is asked to renew its identity certificate (attempt 2).',
    'The certificate will end within half a year.',
  ],
  [
    { type: 'IdentityRenewalFailed', data: { attempt: 2, because: 'refused', detail: 'No network.' } },
    'Renewing the identity certificate failed (attempt 2).',
    'No network.',
  ],
  [
    { type: 'LockRequested', data: { commandId: 'c1', means: 'pin', pin: sealed } },
    'The host is to be locked with a PIN.',
    'An admin asked for it.',
  ],
  [
    { type: 'LockRequested', data: { commandId: 'c1', means: 'lost-mode', pin: null } },
    'The host is to go into Lost Mode.',
    'An admin asked for it.',
  ],
  [{ type: 'HostLocked', data: { commandId: 'c1' } }, 'The host is locked.', 'It acknowledged the command.'],
  [{ type: 'LockFailed', data: { commandId: 'c1', detail: 'It cannot.' } }, 'The host was not locked.', 'It cannot.'],
  [
    { type: 'UnlockRequested', data: { commandId: null } },
    'The host is to be unlocked.',
    'An admin asked for it; a person must type the PIN.',
  ],
  [
    { type: 'HostUnlocked', data: { because: 'seen-again' } },
    'The host is unlocked.',
    'It called again after its PIN was asked for.',
  ],
  [{ type: 'UnlockFailed', data: { commandId: 'c1', detail: 'It cannot.' } }, 'The host was not unlocked.', 'It cannot.'],
  [{ type: 'WipeRequested', data: { commandId: 'c1', pin: sealed } }, 'The host is to be wiped.', 'An admin asked for it.'],
  [{ type: 'HostWiped', data: { commandId: 'c1' } }, 'The host wipes itself.', 'It acknowledged the command.'],
  [{ type: 'WipeFailed', data: { commandId: 'c1', detail: 'It cannot.' } }, 'The host was not wiped.', 'It cannot.'],
  [{ type: 'PinViewed', data: { commandId: 'c1' } }, 'The PIN of the host was shown.', 'An admin asked for it.'],
  [
    { type: 'MdmReported', data: { enrolled: true, serverUrl: 'https://mdm.example.com', installedFromDep: false } },
    'The host says that it is managed by https://mdm.example.com.',
    null,
  ],
  [{ type: 'DiskEncryptionReported', data: { encrypted: false } }, 'The disk of the host is not encrypted.', null],
  [
    { type: 'AgentEnrolled', data: { agent: 'osquery', keyHash: 'aa', instanceId: 'i', version: '5.12.1' } },
    'The agent osquery 5.12.1 enrolled on the host.',
    null,
  ],
  [
    { type: 'IdentityConflictDetected', data: { agent: 'osquery', instances: ['a', 'b'] } },
    '2 machines enroll as this host with osquery.',
    'They were cloned, or share an identifier; each takes the key of the other.',
  ],
  [
    { type: 'LabelMembershipChanged', data: { joined: ['7'], left: ['8'], learned: ['7'], because: 'reported' } },
    'The labels of the host changed: in 7, out of 8.',
    'Its agent answered the queries of labels.',
  ],
  [
    { type: 'DeclarationsAssigned', data: { assigned: [assigned], withdrawn: ['d2'] } },
    'The host is to declare 1 more or other, and 1 no more.',
    "Its team's settings changed: com.example.passcode, d2.",
  ],
  [
    { type: 'DeclarationsTaken', data: { profileIds: ['d1'] } },
    'The host goes to fetch its declarations (1 news).',
    'It acknowledged the command.',
  ],
  [
    { type: 'DeclarationsDropped', data: { profileIds: ['d1'], because: 'no-longer-reported' } },
    'The host no longer has the declarations d1.',
    'It reports them no more.',
  ],
  [
    { type: 'DeclarationsUnreported', data: { profileIds: ['d1'], detail: 'Nothing came.' } },
    'The declarations d1 count as failed on the host.',
    'Nothing came.',
  ],
  [
    { type: 'DeclarationResendAsked', data: { profileId: 'd1' } },
    'The declaration d1 is to be sent to the host again.',
    'An admin asked for it.',
  ],
  [
    {
      type: 'ProfilesObserved',
      data: {
        source: 'agent',
        seen: ['a1'],
        missed: [{ profileId: 'a2', was: 'verified', attempt: 1, willRetry: true, detail: 'It is gone.' }],
        appeared: [{ identifier: 'com.stranger', name: null }],
        gone: ['com.gone'],
      },
    },
    'The agent listed its profiles: 1 seen as they should be; a2 missing; com.stranger found that nobody manages; com.gone found no longer.',
    'It is gone.',
  ],
  [{ type: 'DeclarationsAnnounced', data: { token: 't', commandId: 'c1' } }, 'The host is told to fetch its declarations.', null],
  [
    {
      type: 'DeclarationsReported',
      data: { changed: [{ identifier: 'one', token: 't', status: 'failed', detail: 'x' }], gone: ['two'] },
    },
    'The host reported its declarations: one is failed, two is gone.',
    null,
  ],
  [
    { type: 'StatusReported', data: { items: { 'passcode.is-present': true } } },
    'The host reported: passcode.is-present true.',
    null,
  ],
  [
    { type: 'EscrowedSecretViewed', data: { fingerprint: 'f' } },
    'Something that the host gave into custody was shown.',
    'An admin asked for it.',
  ],
  [
    { type: 'HostsMerged', data: { absorbed: '7', hardwareId: 'h', because: 'asked' } },
    'Host 7 is the same device and was merged into this one.',
    'An admin asked for it.',
  ],
  [
    { type: 'HostsSplit', data: { absorbed: '7' } },
    'Host 7 is a device of its own again and was split off this one.',
    'An admin asked for it.',
  ],
  [
    { type: 'HostMergedAway', data: { into: '8', because: 'serial' } },
    'The host is the same device as host 8, and lives on there.',
    'The device told the serial number that only the other has.',
  ],
  [
    { type: 'HostCameBack', data: { from: '8', because: 'enrolled' } },
    'The host stands for itself again; it had been merged into host 8.',
    'Its device enrolled by itself.',
  ],
  [
    { type: 'CarveStarted', data: { carve: '12', requestId: 'r', size: 700 } },
    'The agent began to hand over files of the host: carve 12, 700 bytes.',
    null,
  ],
  [{ type: 'CarveViewed', data: { carve: '12' } }, 'The files of carve 12 were fetched.', 'An admin asked for them.'],
  [
    {
      type: 'WindowsDeviceEnrolled',
      data: {
        ...{ deviceId: 'D1', hardwareHash: 'H1', enrollmentType: 'Device', by: 'account', userName: 'ada', inSetup: true },
        credential: { keyId: 'k', nonce: 'n', box: 'b' } as never,
      },
    },
    'Windows enrolled as the device D1 of ada.',
    'Its user joined with an account of the organisation.',
  ],
  [
    { type: 'HardwareIdCollided', data: { hardwareHash: 'H1', with: '12', name: 'PC', formerName: null } },
    'The device has the same hardware id as host 12.',
    'It was renamed, or both were made from one image that was not generalised.',
  ],
]
