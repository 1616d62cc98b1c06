import type { Slice } from '../../kernel/slice.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import { cancelAll } from '../commands/cancelling.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { EnrollmentCommand } from './commands.ts'
import type { EnrollmentEvent, HostFacts } from './events.ts'
import type { Enrollment, OpenChannel } from './state.ts'

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands }>

export const enrollment: Slice<EnrollmentCommand, EnrollmentEvent | CommandEvent, Enrollment, Sees, EnrollmentEvent> = {
  initial: {
    stage: 'never',
    epoch: 0,
    hardwareId: null,
    platform: 'darwin',
    facts: {},
    enrollmentId: null,
    topic: null,
    certificate: null,
    channels: {},
    enrolledAt: null,
    unlockToken: null,
  },

  decide: {
    Authenticate: ({ data }, { enrollment: now, commands }) => {
      if (now.hardwareId !== null && !isSameHardware(now.hardwareId, data.hardwareId))
        reject('identity-conflict', `This host is known by another hardware id than ${data.hardwareId}.`, 'UDID')
      if (now.stage === 'started' && now.certificate === data.certificate) return []
      const { enrollmentId, kind, topic, certificate } = data
      const because = now.epoch === 0 ? 'first-enrollment' : 'enrolled-again'
      return [
        ...discovery(now, data),
        { type: 'EnrollmentStarted', data: { epoch: now.epoch + 1, enrollmentId, kind, topic, certificate, because } },
        ...cancelAll(commands, 'enrolled-again'),
      ]
    },

    UpdateToken: ({ data: { unlockToken, ...data } }, { enrollment: now }) => {
      if (now.stage !== 'started' && now.stage !== 'enrolled')
        return reject('not-enrolled', 'This host has not begun an enrollment with Authenticate.')
      if (data.topic !== now.topic) reject('topic-changed', `The topic ${data.topic} is not that of the enrollment.`, 'Topic')
      const { channel, enrollmentId, topic, tokenFingerprint, push } = data
      const open = now.channels[channel]
      const escrowed: EnrollmentEvent[] =
        unlockToken === null || unlockToken.fingerprint === now.unlockToken
          ? []
          : [{ type: 'UnlockTokenEscrowed', data: unlockToken }]
      if (open === undefined) return [{ type: 'ChannelOpened', data }, ...escrowed]
      return open.tokenFingerprint === tokenFingerprint
        ? escrowed
        : [{ type: 'PushTokenChanged', data: { channel, enrollmentId, topic, tokenFingerprint, push } }, ...escrowed]
    },

    DescribeHost: ({ data }, { enrollment: now }) => description(now, data.facts, 'device-information'),

    EndEnrollment: ({ data }, { enrollment: now, commands }) => {
      if (now.stage === 'never' || now.stage === 'ended') return []
      if (data.because === 'push-token-unregistered' && hasNewerToken(now, data.since)) return []
      return [{ type: 'EnrollmentEnded', data: { because: data.because } }, ...cancelAll(commands, 'enrollment-ended')]
    },
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
      stage: 'started',
      epoch: data.epoch,
      enrollmentId: data.enrollmentId,
      topic: data.topic,
      certificate: data.certificate,
      channels: {},
      enrolledAt: null,
    }),
    ChannelOpened: (state, { data, at }) => ({
      ...state,
      stage: data.channel === deviceChannel ? 'enrolled' : state.stage,
      enrolledAt: data.channel === deviceChannel ? at : state.enrolledAt,
      channels: { ...state.channels, [data.channel]: channelOf(data, at) },
    }),
    PushTokenChanged: (state, { data, at }) => ({
      ...state,
      channels: { ...state.channels, [data.channel]: channelOf(data, at) },
    }),
    UnlockTokenEscrowed: (state, { data }) => ({ ...state, unlockToken: data.fingerprint }),
    EnrollmentEnded: (state) => ({ ...state, stage: 'ended', channels: {} }),
  },
}

/** As in `hostIdOf`: the case of a hardware id means nothing. */
const isSameHardware = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase()

/** A host that began to enroll again has no token yet: what is said of an older one does not concern it. */
const hasNewerToken = ({ channels }: Enrollment, since: string): boolean => {
  const open = channels[deviceChannel]
  return open === undefined || Date.parse(open.tokenSince) > Date.parse(since)
}

const channelOf = (data: Readonly<{ enrollmentId: string; tokenFingerprint: string }>, at: string): OpenChannel => ({
  enrollmentId: data.enrollmentId,
  tokenFingerprint: data.tokenFingerprint,
  tokenSince: at,
})

const discovery = (
  now: Enrollment,
  data: Extract<EnrollmentCommand, { type: 'Authenticate' }>['data'],
): readonly EnrollmentEvent[] => {
  const { hardwareId, platform, facts } = data
  return now.hardwareId === null
    ? [{ type: 'HostDiscovered', data: { source: 'apple', hardwareId, platform, facts } }]
    : description(now, facts, 'authenticate')
}

/** Only what differs from what is known. */
const description = (
  now: Enrollment,
  facts: HostFacts,
  source: 'authenticate' | 'device-information',
): readonly EnrollmentEvent[] => {
  const known: Readonly<Record<string, string | undefined>> = now.facts
  const news = Object.fromEntries(Object.entries(facts).filter(([name, value]) => known[name] !== value))
  return Object.keys(news).length === 0 ? [] : [{ type: 'HostDescribed', data: { facts: news, source } }]
}
