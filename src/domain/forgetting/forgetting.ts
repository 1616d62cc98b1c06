import type { Slice } from '../../kernel/slice.ts'
import type { AgentEvent } from '../agents/events.ts'
import { cancelAll } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { reject } from '../rejections.ts'
import type { ForgetReason, ForgettingEvent } from './events.ts'
import type { Forgetting } from './state.ts'

export type ForgettingCommand =
  /** `force`: its enrollment is ended, if it has one. */
  | { type: 'ForgetHost'; data: { because: ForgetReason; reason: string; force: boolean } }
  /** The key that the host was to lose the `times`th time is gone. */
  | { type: 'NoteKeyDestroyed'; data: { times: number } }

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; forgetting: Forgetting }>

type Remembers =
  ForgettingEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' }> | Extract<AgentEvent, { type: 'AgentEnrolled' }>

/** Whether a host is forgotten: nothing is rewritten, what was sealed for it loses its key, and what shows hosts no longer says whose it was. */
export const forgetting: Slice<ForgettingCommand, ForgettingEvent | EnrollmentEvent | CommandEvent, Forgetting, Sees, Remembers> =
  {
    initial: { times: 0, since: null, keyStands: false },

    decide: {
      ForgetHost: ({ data: { because, reason, force } }, { enrollment, commands, forgetting: now }) => {
        if (enrollment.hardwareId === null) reject('not-found', 'There is no such host.', 'id')
        if (now.since !== null) return []
        const isOpen = enrollment.stage === 'started' || enrollment.stage === 'enrolled'
        if (isOpen && !force)
          reject('still-enrolled', 'This host is enrolled. Let it leave first, or force it: then its device is cut off.', 'force')
        return [
          ...(isOpen ? [{ type: 'EnrollmentEnded', data: { because: 'forgotten' } } as const] : []),
          ...cancelAll(commands, 'enrollment-ended'),
          { type: 'HostForgotten', data: { because, reason, times: now.times + 1 } },
        ]
      },

      NoteKeyDestroyed: ({ data }, { forgetting: now }) =>
        now.keyStands && data.times === now.times ? [{ type: 'HostKeyDestroyed', data }] : [],
    },

    evolve: {
      HostForgotten: (_, { at, data }) => ({ times: data.times, since: at, keyStands: true }),
      HostKeyDestroyed: (state) => ({ ...state, keyStands: false }),
      EnrollmentStarted: (state) => ({ ...state, since: null }),
      AgentEnrolled: (state) => ({ ...state, since: null }),
    },
  }
