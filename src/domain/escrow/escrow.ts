import type { Sealed } from '../../kernel/content.ts'
import type { Slice } from '../../kernel/slice.ts'
import type { CommandEvent } from '../commands/events.ts'
import { mustBeTaken } from '../commands/needs.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { ForgettingEvent } from '../forgetting/events.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { mustBeRemembered } from '../forgetting/state.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { EscrowEvent } from './events.ts'

export type EscrowCommand =
  /** Null takes the token back. */
  | { type: 'EscrowBootstrapToken'; data: { token: Escrowed | null } }
  | { type: 'ReadBootstrapToken'; data: object }
  | { type: 'ViewEscrowedSecret'; data: { fingerprint: string } }
  /** Takes the passcode of the host away with its own unlock token. `deadline` is ISO 8601. */
  | { type: 'ClearPasscode'; data: { commandId: string; deadline: string } }

export type Escrowed = Readonly<{ fingerprint: string; sealed: Sealed }>

/** The secrets that a host has given into custody, sealed with its own key. */
export type Escrow = Readonly<{
  unlockToken: Escrowed | null
  bootstrapToken: Escrowed | null
  /** All that it ever gave, by fingerprint: those of earlier enrollments stay readable. */
  given: Readonly<Record<string, Readonly<{ kind: 'unlock-token' | 'bootstrap-token'; sealed: Sealed }>>>
}>

type Sees = Readonly<{ enrollment: Enrollment; escrow: Escrow; forgetting: Forgetting }>

type Remembers =
  EscrowEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' }> | Extract<ForgettingEvent, { type: 'HostForgotten' }>

const nothingGiven: Escrow = { unlockToken: null, bootstrapToken: null, given: {} }

export const escrow: Slice<EscrowCommand, EscrowEvent | CommandEvent, Escrow, Sees, Remembers> = {
  initial: nothingGiven,

  decide: {
    EscrowBootstrapToken: ({ data: { token } }, { enrollment, escrow: now }) => {
      if (enrollment.stage !== 'started' && enrollment.stage !== 'enrolled')
        return reject('not-enrolled', 'This host is not enrolled.')
      if (token?.fingerprint === now.bootstrapToken?.fingerprint) return []
      return [token === null ? { type: 'BootstrapTokenWithdrawn', data: {} } : { type: 'BootstrapTokenEscrowed', data: token }]
    },
    ReadBootstrapToken: (_, { escrow: now }) =>
      now.bootstrapToken === null ? [] : [{ type: 'BootstrapTokenRead', data: { fingerprint: now.bootstrapToken.fingerprint } }],
    ViewEscrowedSecret: ({ data }, { escrow: now, forgetting }) => {
      mustBeRemembered(forgetting)
      if (now.given[data.fingerprint] === undefined)
        reject('not-found', 'This host never gave this secret into custody.', 'fingerprint')
      return [{ type: 'EscrowedSecretViewed', data }]
    },
    ClearPasscode: ({ data: { commandId, deadline } }, { enrollment, escrow: now }) => {
      mustBeEnrolled(enrollment)
      mustBeTaken({ name: 'ClearPasscode', platforms: ['ios', 'ipados'] }, { enrollment, channel: deviceChannel })
      if (now.unlockToken === null) return reject('not-supported', 'This host has given no unlock token into custody.')
      const request = { kind: 'clear-passcode', unlockToken: now.unlockToken.sealed } as const
      const command = { commandId, channel: deviceChannel, request, reason: { code: 'asked' }, deadline } as const
      return [{ type: 'CommandsQueued', data: { commands: [command] } }]
    },
  },

  evolve: {
    // What a host had before it lost everything opens nothing any more; an unlock token is never told a second time.
    EnrollmentStarted: (state, { data }) =>
      data.because === 'enrolled-again' || data.because === 'awaiting-configuration' ? { ...state, bootstrapToken: null } : state,
    // A device that comes again gives its secrets again, for another key.
    HostForgotten: () => nothingGiven,
    UnlockTokenEscrowed: (state, { data }) => ({ ...state, unlockToken: data, given: given(state, 'unlock-token', data) }),
    BootstrapTokenEscrowed: (state, { data }) => ({
      ...state,
      bootstrapToken: data,
      given: given(state, 'bootstrap-token', data),
    }),
    EscrowedSecretViewed: (state) => state,
    BootstrapTokenWithdrawn: (state) => ({ ...state, bootstrapToken: null }),
    BootstrapTokenRead: (state) => state,
  },
}

const given = (state: Escrow, kind: 'unlock-token' | 'bootstrap-token', { fingerprint, sealed }: Escrowed): Escrow['given'] => ({
  ...state.given,
  [fingerprint]: { kind, sealed },
})
