import type { Slice } from '../../kernel/slice.ts'
import { cancelDropped, cancelOn } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Escrow } from '../escrow/escrow.ts'
import type { EscrowEvent } from '../escrow/events.ts'
import type { ForgettingEvent } from '../forgetting/events.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { mustHaveLostItsKey } from '../forgetting/state.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { MergingEvent } from '../merging/events.ts'
import type { Merging } from '../merging/merging.ts'
import type { MembershipEvent } from '../teams/events.ts'
import type { Membership } from '../teams/membership.ts'
import { begin, description, isSameHardware, tokenOf } from './beginning.ts'
import type { EnrollmentCommand, Identity } from './commands.ts'
import type { EnrollmentEvent } from './events.ts'
import { endedByAdmin } from './events.ts'
import type { Enrollment, OpenChannel } from './state.ts'
import { endEnrollment, isNewer, requestUnenrollment } from './leaving.ts'
import { notePush, pushNoted } from './pushing.ts'
import { enrollWindows } from './windows.ts'

type Sees = Readonly<{
  enrollment: Enrollment
  commands: Commands
  membership: Membership
  escrow: Escrow
  merging: Merging
  forgetting: Forgetting
}>

type Decides = EnrollmentEvent | EscrowEvent | CommandEvent | MembershipEvent | MergingEvent

type Remembers = EnrollmentEvent | Extract<ForgettingEvent, { type: 'HostForgotten' }>

/**
 * How a host comes, stays and goes. A renewal of the identity, a repeated message and a true new beginning look alike on the wire: they are
 * told apart by facts alone (whose certificate, asked for on which terms, with which token), never by a flag that something is under way.
 */
export const enrollment: Slice<EnrollmentCommand, Decides, Enrollment, Sees, Remembers> = {
  initial: {
    stage: 'never',
    epoch: 0,
    kind: 'device',
    hardwareId: null,
    platform: 'darwin',
    facts: {},
    enrollmentId: null,
    topic: null,
    certificate: null,
    notAfter: null,
    pastCertificates: [],
    authenticatedAgain: null,
    terms: null,
    channels: {},
    enrolledAt: null,
    awaitingConfiguration: false,
    unenrollment: null,
    endedBecause: null,
    sentAway: false,
  },

  decide: {
    Authenticate: ({ data }, sees) => {
      const { enrollment: now } = sees
      const { identity, facts } = data
      mustHaveLostItsKey(sees.forgetting)
      if (now.hardwareId !== null && !isSameHardware(now.hardwareId, data.hardwareId))
        reject('identity-conflict', `This host is known by another hardware id than ${data.hardwareId}.`, 'UDID')
      if (data.imported === true && now.epoch > 0) return []
      if (now.stage === 'started' && now.certificate === identity.certificate) return []
      if (now.stage === 'enrolled' && isRenewal(identity)) return description(now, facts, 'authenticate')
      if (now.stage === 'enrolled' && had(now, identity.certificate))
        return now.authenticatedAgain === identity.certificate
          ? []
          : [
              ...description(now, facts, 'authenticate'),
              { type: 'AuthenticatedAgain', data: { certificate: identity.certificate } },
              // As with a new certificate: what the token opened may be gone with the enrollment before.
              ...(sees.escrow.bootstrapToken === null
                ? []
                : [{ type: 'BootstrapTokenWithdrawn', data: { because: 'enrolled-again' } } as const]),
            ]
      const again = data.imported === true ? 'imported' : 'enrolled-again'
      const { into } = sees.merging
      return [
        ...(into === null ? [] : [{ type: 'HostCameBack', data: { from: into, because: 'enrolled' } } as const]),
        ...begin(data, now.epoch === 0 && again !== 'imported' ? 'first-enrollment' : again, sees),
      ]
    },

    UpdateToken: ({ data }, sees) => {
      const { enrollment: now, escrow } = sees
      const { channel, identity, topic, unlockToken } = data
      if (data.imported === true && now.channels[channel] !== undefined) return []
      const comesBack = now.stage === 'ended' && now.endedBecause === 'push-token-unregistered' && had(now, identity.certificate)
      if (now.stage !== 'started' && now.stage !== 'enrolled' && !(comesBack && channel === deviceChannel))
        return reject('not-enrolled', 'This host has not begun an enrollment with Authenticate.')
      if (topic !== now.topic) reject('topic-changed', `The topic ${topic} is not that of the enrollment.`, 'Topic')
      const escrowed: EscrowEvent[] =
        unlockToken === null || unlockToken.fingerprint === escrow.unlockToken?.fingerprint
          ? []
          : [{ type: 'UnlockTokenEscrowed', data: unlockToken }]
      const anew = comesBack ? 'token-came-back' : beginsAnew(now, data)
      if (anew !== null) return [...begin(asKnown(now, identity), anew, sees), opened(data), ...escrowed]
      return [...renewal(now, channel, identity), ...token(now, data), ...escrowed]
    },

    EnrollWindows: enrollWindows,
    NoteHardwareCollision: ({ data }, { enrollment: now }) => [
      { type: 'HardwareIdCollided', data: { ...data, name: null, formerName: now.facts.name ?? null } },
    ],

    NotePushAddress: ({ data }, { enrollment: now }) => {
      const open = now.channels[deviceChannel]
      if (now.stage !== 'enrolled' || now.platform !== 'windows' || open === undefined) return []
      if (open.tokenFingerprint === data.tokenFingerprint) return []
      return [{ type: 'PushTokenChanged', data: { channel: deviceChannel, enrollmentId: open.enrollmentId, ...data } }]
    },

    NoteIdentityEnd: ({ data }, { enrollment: now }) =>
      now.certificate === data.certificate && now.notAfter === null ? [{ type: 'IdentityEndSeen', data }] : [],

    ReplaceIdentity: ({ data: { identity } }, { enrollment: now }) =>
      now.stage !== 'enrolled' || had(now, identity.certificate)
        ? []
        : [renewed(now, identity, now.certificate === '' ? 'adoption' : 'scep')],

    // What comes late of a host that was forgotten would be remembered.
    DescribeHost: ({ data }, { enrollment: now, commands, forgetting }) => {
      if (forgetting.since !== null) return []
      const news = description(now, data.facts, data.source)
      return news.length === 0 ? [] : [...news, ...cancelDropped(commands, { ...now, facts: { ...now.facts, ...data.facts } })]
    },

    CloseChannel: ({ data: { channel, because, since } }, { enrollment: now, commands }) => {
      const open = now.channels[channel]
      if (channel === deviceChannel || open === undefined || isNewer(open, since)) return []
      return [{ type: 'ChannelClosed', data: { channel, because } }, ...cancelOn(commands, channel, 'enrollment-ended')]
    },

    RequestUnenrollment: requestUnenrollment,
    EndEnrollment: endEnrollment,
    NotePush: ({ data }, { enrollment: now }) => notePush(data, now),
    ReadmitHost: (_, { enrollment: now }) => (now.sentAway ? [{ type: 'HostReadmitted', data: {} }] : []),
  },

  evolve: {
    HostDiscovered: (state, { data }) => ({
      ...state,
      hardwareId: data.hardwareId,
      platform: data.platform,
      facts: data.facts,
    }),
    HostDescribed: (state, { data }) => ({ ...state, facts: { ...state.facts, ...data.facts } }),
    EnrollmentStarted: (state, { data }) => ({
      ...state,
      ...withIdentity(state, data.certificate, data.notAfter ?? null),
      stage: 'started',
      epoch: data.epoch,
      kind: data.kind,
      enrollmentId: data.enrollmentId,
      topic: data.topic,
      terms: data.terms ?? null,
      channels: {},
      enrolledAt: null,
      awaitingConfiguration: false,
      unenrollment: null,
      endedBecause: null,
      sentAway: false,
    }),
    WindowsDeviceEnrolled: (state, { data, at }) => ({
      ...state,
      stage: 'enrolled',
      enrolledAt: at,
      channels: { [deviceChannel]: { enrollmentId: data.deviceId, tokenFingerprint: '', tokenSince: at } },
      // The page of Windows' setup waits for us where an account of the organization brought the device in.
      awaitingConfiguration: data.inSetup && data.by === 'account',
    }),
    HardwareIdCollided: (state) => state,
    AuthenticatedAgain: (state, { data }) => ({ ...state, authenticatedAgain: data.certificate }),
    IdentityEndSeen: (state, { data }) => ({ ...state, notAfter: data.notAfter }),
    IdentityRenewed: (state, { data }) => ({ ...state, ...withIdentity(state, data.to, data.notAfter) }),
    ChannelOpened: (state, { data, at }) => {
      const channels = { ...state.channels, [data.channel]: channelOf(data, at) }
      if (data.channel !== deviceChannel) return { ...state, channels }
      return { ...state, channels, stage: 'enrolled', enrolledAt: at, awaitingConfiguration: data.awaitingConfiguration }
    },
    PushTokenChanged: (state, { data, at }) => ({
      ...state,
      channels: { ...state.channels, [data.channel]: channelOf(data, at) },
    }),
    PushRefused: (state, { data }) => ({ ...state, channels: pushNoted(state.channels, data.channel, data.reason) }),
    PushTaken: (state, { data }) => ({ ...state, channels: pushNoted(state.channels, data.channel, null) }),
    ChannelClosed: (state, { data }) => {
      const { [data.channel]: _, ...channels } = state.channels
      return { ...state, channels }
    },
    HostReleased: (state) => ({ ...state, awaitingConfiguration: false }),
    UnenrollmentRequested: (state, { data }) => ({ ...state, unenrollment: data.commandId }),
    EnrollmentEnded: (state, { data }) => ({
      ...state,
      stage: 'ended',
      channels: {},
      awaitingConfiguration: false,
      unenrollment: null,
      endedBecause: data.because,
      sentAway: endedByAdmin(data),
    }),
    HostReadmitted: (state) => ({ ...state, sentAway: false }),
    HostForgotten: (state) => ({ ...state, facts: {}, endedBecause: state.stage === 'ended' ? 'forgotten' : null }),
  },
}

type TokenData = Extract<EnrollmentCommand, { type: 'UpdateToken' }>['data']

/** Only the profile that this server sent to renew an identity holds the challenge that such a certificate was bought with. */
const isRenewal = ({ terms }: Identity): boolean => terms?.renews != null

const had = ({ certificate, pastCertificates }: Enrollment, fingerprint: string): boolean =>
  certificate === fingerprint || pastCertificates.includes(fingerprint)

/** A host that was wiped has another token than before; a message that came twice has not. */
const beginsAnew = (now: Enrollment, data: TokenData): 'awaiting-configuration' | 'authenticated-again' | null => {
  const open = now.channels[deviceChannel]
  if (data.channel !== deviceChannel || open === undefined) return null
  if (now.authenticatedAgain === data.identity.certificate) return 'authenticated-again'
  const isNew = open.tokenFingerprint !== data.tokenFingerprint
  return data.awaitingConfiguration === true && !now.awaitingConfiguration && isNew ? 'awaiting-configuration' : null
}

/** What a new beginning repeats of what is known. */
const asKnown = (now: Enrollment, identity: Identity) => ({
  hardwareId: now.hardwareId ?? '',
  enrollmentId: now.enrollmentId ?? '',
  kind: now.kind,
  platform: now.platform,
  facts: {},
  topic: now.topic ?? '',
  identity: { ...identity, terms: identity.terms ?? now.terms },
})

const renewal = (now: Enrollment, channel: string, identity: Identity): readonly EnrollmentEvent[] =>
  now.stage === 'enrolled' && channel === deviceChannel && !had(now, identity.certificate)
    ? [renewed(now, identity, 'profile')]
    : []

const renewed = (now: Enrollment, { certificate, notAfter }: Identity, by: 'profile' | 'scep' | 'adoption'): EnrollmentEvent => ({
  type: 'IdentityRenewed',
  data: { from: now.certificate ?? '', to: certificate, notAfter, by },
})

const token = (now: Enrollment, data: TokenData): readonly EnrollmentEvent[] => {
  const open = now.channels[data.channel]
  if (open === undefined) return [opened(data)]
  const released = data.channel === deviceChannel && now.awaitingConfiguration && data.awaitingConfiguration === false
  return [
    ...(open.tokenFingerprint === data.tokenFingerprint ? [] : [{ type: 'PushTokenChanged', data: tokenOf(data) } as const]),
    ...(released ? [{ type: 'HostReleased', data: { because: 'told' } } as const] : []),
  ]
}

const opened = (data: TokenData): EnrollmentEvent => ({
  type: 'ChannelOpened',
  data: { ...tokenOf(data), awaitingConfiguration: data.awaitingConfiguration ?? false, user: data.user },
})

/** How many earlier certificates a host is remembered by. */
const certificateMemory = 16

const withIdentity = (state: Enrollment, certificate: string, notAfter: string | null) => ({
  certificate,
  notAfter,
  authenticatedAgain: null,
  pastCertificates:
    state.certificate === null || state.certificate === certificate
      ? state.pastCertificates
      : [...state.pastCertificates, state.certificate].filter((past) => past !== certificate).slice(-certificateMemory),
})

const channelOf = (data: Readonly<{ enrollmentId: string; tokenFingerprint: string }>, at: string): OpenChannel => ({
  enrollmentId: data.enrollmentId,
  tokenFingerprint: data.tokenFingerprint,
  tokenSince: at,
})
