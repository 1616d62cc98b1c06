import { cancelAll } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { MembershipEvent } from '../teams/events.ts'
import type { Membership } from '../teams/membership.ts'
import type { EnrollmentCommand } from './commands.ts'
import type { EnrollmentEvent, EnrollmentReason, FactSource, HostFacts } from './events.ts'
import type { Enrollment } from './state.ts'

type Arrival = Omit<Extract<EnrollmentCommand, { type: 'Authenticate' }>['data'], 'imported'>

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; membership: Membership }>

/** A new epoch: what waited is cancelled on all channels, and the host joins the team that its enrollment profile named. */
export const begin = (
  { identity, ...data }: Arrival,
  because: EnrollmentReason,
  { enrollment: now, commands, membership }: Sees,
): readonly (EnrollmentEvent | CommandEvent | MembershipEvent)[] => {
  const { hardwareId, platform, facts, enrollmentId, kind, topic } = data
  const { certificate, notAfter, terms } = identity
  const known = { ...(notAfter === null ? {} : { notAfter }), ...(terms === null ? {} : { terms }) }
  const teamId = terms?.teamId ?? membership.teamId
  return [
    ...(now.hardwareId === null
      ? [{ type: 'HostDiscovered', data: { source: 'apple', hardwareId, platform, facts } } as const]
      : description(now, facts, 'authenticate')),
    { type: 'EnrollmentStarted', data: { epoch: now.epoch + 1, enrollmentId, kind, topic, certificate, ...known, because } },
    ...(teamId === membership.teamId
      ? []
      : [{ type: 'HostTransferred', data: { teamId, from: membership.teamId, because: 'enrolled' } } as const]),
    ...cancelAll(commands, 'enrolled-again'),
  ]
}

/** Only what differs from what is known. */
export const description = (now: Enrollment, facts: HostFacts, source: FactSource): readonly EnrollmentEvent[] => {
  const known: Readonly<Record<string, string | undefined>> = now.facts
  const news = Object.fromEntries(Object.entries(facts).filter(([name, value]) => known[name] !== value))
  return Object.keys(news).length === 0 ? [] : [{ type: 'HostDescribed', data: { facts: news, source } }]
}

/** As in `hostIdOf`: the case of a hardware id means nothing. */
export const isSameHardware = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase()

type Token = Pick<
  Extract<EnrollmentEvent, { type: 'PushTokenChanged' }>['data'],
  'channel' | 'enrollmentId' | 'topic' | 'tokenFingerprint' | 'push'
>

/** What events keep of a token message. */
export const tokenOf = ({ channel, enrollmentId, topic, tokenFingerprint, push }: Token): Token => ({
  channel,
  enrollmentId,
  topic,
  tokenFingerprint,
  push,
})
