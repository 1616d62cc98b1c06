import type { HostCommand } from '../../src/domain/host/host.ts'
import type { HostEvent } from '../../src/domain/host/events.ts'
import type { QueuedCommand } from '../../src/domain/commands/events.ts'
import type { DesiredProfile } from '../../src/domain/host-profiles/state.ts'
import type { Identity } from '../../src/domain/enrollment/commands.ts'
import type { OfType } from '../../src/kernel/event.ts'
import type { Platform } from '../../src/domain/platforms.ts'
import type { Past } from './given.ts'

/** Events and commands of one Mac's life, for given/when/then. */
export const udid = '8A1D5C0E-6C2B-4E0F-9A55-0F1E2D3C4B5A'
export const topic = 'com.apple.mgmt.External.8c2f'
export const userChannel = `${udid}:5D1A0000-0000-4000-8000-000000000501`

export const sealedAs = (what: string) => ({ keyId: 'key-1', nonce: 'bm9uY2U', sealed: what })

export const certificateOf = (name: string): string => name.repeat(64).slice(0, 64)

export const authenticate = (certificate = certificateOf('a'), platform: Platform = 'darwin') =>
  ({
    type: 'Authenticate',
    data: {
      hardwareId: udid,
      enrollmentId: udid,
      kind: 'device',
      platform,
      facts: { serial: 'C02XL0GYJGH5', productName: 'Mac14,7', osVersion: '15.3' },
      topic,
      identity: identityOf(certificate),
    },
  }) as const satisfies HostCommand

/** A certificate of which no more is known than that it is there. */
export const identityOf = (certificate: string, more: Partial<Identity> = {}): Identity => ({
  certificate,
  notAfter: null,
  terms: null,
  ...more,
})

export const updateToken = (fingerprint = 'token-1', channel = 'device', certificate = certificateOf('a')) =>
  ({
    type: 'UpdateToken',
    data: {
      channel,
      enrollmentId: channel === 'device' ? udid : channel,
      topic,
      tokenFingerprint: fingerprint,
      push: sealedAs(fingerprint),
      awaitingConfiguration: false,
      user: channel === 'device' ? null : { shortName: 'ada', longName: 'Ada L.' },
      unlockToken: null,
      identity: identityOf(certificate),
    },
  }) as const satisfies HostCommand

export const discovered = (platform: Platform = 'darwin'): HostEvent => {
  const { hardwareId, facts } = authenticate().data
  return { type: 'HostDiscovered', data: { source: 'apple', hardwareId, platform, facts } }
}

export const started = (epoch = 1, certificate = certificateOf('a')): HostEvent => ({
  type: 'EnrollmentStarted',
  data: {
    epoch,
    enrollmentId: udid,
    kind: 'device',
    topic,
    certificate,
    because: epoch === 1 ? 'first-enrollment' : 'enrolled-again',
  },
})

export const opened = (fingerprint = 'token-1', channel = 'device'): HostEvent => {
  const { unlockToken: _, identity: __, ...data } = updateToken(fingerprint, channel).data
  return { type: 'ChannelOpened', data }
}

/** A host that is enrolled, since `at` if told. */
export const enrolled = (platform: Platform = 'darwin', at?: string): readonly Past<HostEvent>[] => [
  discovered(platform),
  started(),
  { ...opened(), ...(at === undefined ? {} : { at }) },
]

export const queued = (...commands: readonly QueuedCommand[]): HostEvent => ({ type: 'CommandsQueued', data: { commands } })

export const listing = (commandId: string): QueuedCommand => ({
  commandId,
  channel: 'device',
  request: { kind: 'list-profiles' },
  reason: { code: 'asked' },
})

/** 90 days after everything happens. */
export const settingsDeadline = '2026-05-30T12:00:00.000Z'

export const profileOf = (profileId: string, version = '1', more: Partial<DesiredProfile> = {}): DesiredProfile => ({
  profileId,
  identifier: `com.example.${profileId}`,
  checksum: `${profileId}-v${version}`,
  scope: 'System',
  ...more,
})

export const installing = (
  commandId: string,
  profile: DesiredProfile,
  reason: QueuedCommand['reason'] = { code: 'profile-missing' },
): QueuedCommand => ({
  commandId,
  channel: profile.scope === 'System' ? 'device' : userChannel,
  request: { ...profile, kind: 'install-profile' },
  reason,
  deadline: settingsDeadline,
})

export const removing = (commandId: string, profile: DesiredProfile, ignoreError = false): QueuedCommand => ({
  commandId,
  channel: profile.scope === 'System' ? 'device' : userChannel,
  request: { kind: 'remove-profile', profileId: profile.profileId, identifier: profile.identifier, ignoreError },
  reason: { code: 'no-longer-wanted' },
  deadline: settingsDeadline,
})

export const reportOf = (
  commandId: string,
  outcome: Extract<HostCommand, { type: 'ReportCommand' }>['data']['outcome'] = 'acknowledged',
  ...errors: readonly (readonly [domain: string, code: number])[]
) =>
  ({
    type: 'ReportCommand',
    data: {
      commandId,
      outcome,
      errors: errors.map(([domain, code]) => ({ domain, code, description: 'Something went wrong.' })),
      result: null,
    },
  }) as const satisfies HostCommand

export const answered = (commandId: string, more: Partial<OfType<HostEvent, 'CommandAnswered'>['data']> = {}): HostEvent => ({
  type: 'CommandAnswered',
  data: { commandId, outcome: 'acknowledged', errors: [], result: null, late: false, ...more },
})

export const cancelled = (
  because: OfType<HostEvent, 'CommandsCancelled'>['data']['because'],
  ...commandIds: readonly string[]
): HostEvent => ({ type: 'CommandsCancelled', data: { commandIds, because } })

/** The history of a Mac that has acknowledged these profiles. */
export const having = (...profiles: readonly DesiredProfile[]): readonly HostEvent[] =>
  profiles.flatMap((profile): readonly HostEvent[] => {
    const commandId = `install-${profile.profileId}`
    const { profileId, checksum } = profile
    return [
      queued(installing(commandId, profile)),
      answered(commandId),
      { type: 'ProfileInstalled', data: { profileId, checksum, status: 'verifying' } },
    ]
  })

export const reconcileTo = (desired: readonly DesiredProfile[], now = '2026-03-01T12:00:00.000Z') =>
  ({ type: 'ReconcileProfiles', data: { desired, now } }) as const satisfies HostCommand
