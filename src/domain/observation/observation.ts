import type { Slice } from '../../kernel/slice.ts'
import { derivedId } from '../../kernel/ids.ts'
import { recently } from '../../kernel/recent.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import type { Observation as Listed } from '../host-profiles/observing.ts'
import { observe } from '../host-profiles/observing.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import { deviceChannel } from '../platforms.ts'

export type ObservationCommand =
  /** A list of the profiles on the host, from its agent or in answer to ProfileList. */
  | { type: 'ObserveProfiles'; data: Listed }
  /** Asks the host itself for its profiles: when some were acknowledged and nobody has seen them since, or when an admin wants to know. */
  | { type: 'AskForProfiles'; data: { because: 'verification' | 'asked'; now: string } }
  /** Asks the host for the facts that rules rest on: once it enrolled, where they are not known, or when an admin wants to know. */
  | { type: 'AskForFacts'; data: { because: 'enrolled' | 'asked'; now: string; queries: readonly string[] } }

/** Profiles on the host that nobody manages here, by identifier. */
export type Observation = Readonly<{ unexpected: ReadonlySet<string> }>

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; hostProfiles: HostProfiles; observation: Observation }>

type Remembers = Extract<HostProfileEvent, { type: 'ProfilesObserved' }> | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' }>

/** How long a host may take to answer, ms; after that what it did not confirm has failed. */
const waitMs = 14 * 24 * 60 * 60 * 1000

/** What is really on a host, as others than the server's own commands tell it. */
export const observation: Slice<ObservationCommand, HostProfileEvent | CommandEvent, Observation, Sees, Remembers> = {
  initial: { unexpected: new Set() },

  decide: {
    ObserveProfiles: ({ data }, { enrollment, hostProfiles, observation: now }) =>
      enrollment.stage === 'enrolled' ? observe(data, hostProfiles, now.unexpected) : [],

    AskForProfiles: ({ data: { because, now } }, { enrollment, commands, hostProfiles }) => {
      if (because === 'asked') mustBeEnrolled(enrollment)
      if (enrollment.stage !== 'enrolled') return []
      const unseen = Object.values(hostProfiles).filter(
        ({ status, operation }) => operation === 'install' && status === 'verifying',
      )
      const asked = [...commands.waiting.values()].some(({ request }) => request.kind === 'list-profiles')
      if ((unseen.length === 0 && because === 'verification') || asked) return []
      const commandId = derivedId(`${String(enrollment.enrollmentId)}/${String(enrollment.epoch)}/verification/${now}`)
      const deadline = new Date(Date.parse(now) + waitMs).toISOString()
      const request = { kind: 'list-profiles' } as const
      return [
        {
          type: 'CommandsQueued',
          data: { commands: [{ commandId, channel: deviceChannel, request, reason: { code: because }, deadline }] },
        },
      ]
    },

    AskForFacts: ({ data: { because, now, queries } }, { enrollment, commands }) => {
      if (because === 'asked') mustBeEnrolled(enrollment)
      const { stage, kind, platform, facts, enrollmentId, epoch } = enrollment
      if (stage !== 'enrolled' || kind === 'user-enrollment' || platform === 'windows' || platform === 'linux') return []
      // Phones and tablets are locked by Lost Mode, which only supervised ones have; no such rule waits for a Mac to say so.
      if (because === 'enrolled' && (platform === 'darwin' || facts.supervised !== undefined)) return []
      if ([...commands.waiting.values()].some(({ request }) => request.kind === 'describe-device')) return []
      const commandId = derivedId(`${String(enrollmentId)}/${String(epoch)}/facts/${because}/${because === 'asked' ? now : ''}`)
      const deadline = new Date(Date.parse(now) + waitMs).toISOString()
      const request = { kind: 'describe-device', queries } as const
      const command = { commandId, channel: deviceChannel, request, reason: { code: because }, deadline } as const
      return recently(commands.settled, commandId) === undefined
        ? [{ type: 'CommandsQueued', data: { commands: [command] } }]
        : []
    },
  },

  evolve: {
    EnrollmentStarted: () => ({ unexpected: new Set() }),
    ProfilesObserved: ({ unexpected }, { data: { appeared, gone } }) => ({
      unexpected: new Set([
        ...[...unexpected].filter((one) => !gone.includes(one)),
        ...appeared.map(({ identifier }) => identifier),
      ]),
    }),
  },
}
