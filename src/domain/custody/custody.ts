import type { Sealed } from '../../kernel/content.ts'
import type { Slice } from '../../kernel/slice.ts'
import type { Agents } from '../agents/agents.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Obliteration, Request, WipeType } from '../commands/requests.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import type { ForgettingEvent } from '../forgetting/events.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { mustBeRemembered } from '../forgetting/state.ts'
import type { Channel } from '../platforms.ts'
import { agentChannel, deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { CustodyEvent } from './events.ts'
import type { Custody } from './state.ts'

/** `deadline` is ISO 8601: until then the host may fetch the command. `raw` is the command as an admin wrote it, where one did. */
type Order = Readonly<{ commandId: string; deadline: string; raw?: RawRequest }>

type RawRequest = Extract<Request, { kind: 'raw' }>

export type CustodyCommand =
  /** `pin` counts for Macs alone, message and the rest for what shows them. */
  | {
      type: 'LockHost'
      data: Order & { pin: Sealed | null; message: string | null; phoneNumber: string | null; footnote: string | null }
    }
  | { type: 'UnlockHost'; data: Order }
  | { type: 'WipeHost'; data: Order & { pin: Sealed | null; obliteration: Obliteration | null; wipeType?: WipeType } }
  | { type: 'ViewPin'; data: object }
  /** The host called without being asked anything. */
  | { type: 'NoteHostSeen'; data: object }

type Sees = Readonly<{ enrollment: Enrollment; agents: Agents; custody: Custody; forgetting: Forgetting }>

type Remembers =
  | CustodyEvent
  | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' }>
  | Extract<ForgettingEvent, { type: 'HostForgotten' }>
  | Cancelled

type Cancelled = Extract<CommandEvent, { type: 'CommandsCancelled' }>

const free: Custody = { status: 'unlocked', pending: null, means: null, pin: null }

/**
 * Locking and wiping. One PIN at a time: a second lock would replace the PIN that people were shown. What the admin API answers to each deed
 * in each state is in spec tables; the rules are here, and a command written by hand cannot go around them.
 */
export const custody: Slice<CustodyCommand, CustodyEvent | CommandEvent, Custody, Sees, Remembers> = {
  initial: free,

  decide: {
    LockHost: ({ data: { commandId, deadline, raw, pin, message, phoneNumber, footnote } }, sees) => {
      const { enrollment, agents, custody: now } = sees
      mustBeManageable(enrollment, 'locked')
      mustNotBePending(now)
      if (now.status === 'wiped') reject('already-wiped', 'This host was wiped.')
      if (now.status === 'locked') reject('already-locked', 'This host is locked.')
      if (enrollment.platform === 'windows') {
        mustHaveAgent(agents)
        const request: Request = { kind: 'lock', pin: null, message, phoneNumber }
        return [
          { type: 'LockRequested', data: { commandId, means: 'script', pin: null } },
          queued(request, { commandId, deadline }, agentChannel),
        ]
      }
      const isMac = enrollment.platform === 'darwin'
      if (!isMac && enrollment.facts.supervised === 'no')
        reject('not-supported', 'This host is not supervised; only a supervised one can be put into Lost Mode.')
      const request: Request = isMac
        ? { kind: 'lock', pin, message, phoneNumber }
        : { kind: 'enable-lost-mode', message, phoneNumber, footnote }
      const means = isMac ? 'pin' : 'lost-mode'
      return [
        { type: 'LockRequested', data: { commandId, means, pin: isMac ? pin : null } },
        queued(raw ?? request, { commandId, deadline }),
      ]
    },

    UnlockHost: ({ data: { commandId, deadline } }, { enrollment, custody: now }) => {
      mustBeManageable(enrollment, 'unlocked')
      if (now.pending?.action === 'unlock' && now.means === 'pin') return []
      mustNotBePending(now)
      if (now.status === 'wiped') reject('already-wiped', 'This host was wiped.')
      if (now.status === 'unlocked') reject('already-unlocked', 'This host is not locked.')
      if (now.means === 'pin') return [{ type: 'UnlockRequested', data: { commandId: null } }]
      return [
        { type: 'UnlockRequested', data: { commandId } },
        now.means === 'script'
          ? queued({ kind: 'unlock' }, { commandId, deadline }, agentChannel)
          : queued({ kind: 'disable-lost-mode' }, { commandId, deadline }),
      ]
    },

    WipeHost: ({ data: { commandId, deadline, raw, pin, obliteration, wipeType } }, { enrollment, custody: now }) => {
      mustBeManageable(enrollment, 'wiped')
      mustNotBePending(now)
      if (now.status === 'wiped') reject('already-wiped', 'This host was wiped.')
      if (now.status === 'locked') reject('already-locked', 'This host is locked; unlock it first.')
      const forMac = enrollment.platform === 'darwin' ? pin : null
      return [
        { type: 'WipeRequested', data: { commandId, pin: forMac } },
        queued(raw ?? { kind: 'wipe', pin: forMac, obliteration, ...(wipeType && { wipeType }) }, { commandId, deadline }),
      ]
    },

    ViewPin: (_, { custody: now, forgetting }) => {
      mustBeRemembered(forgetting)
      if (now.pin === null) return reject('not-found', 'This host has no PIN.')
      return [{ type: 'PinViewed', data: { commandId: now.pin.commandId } }]
    },

    NoteHostSeen: (_, { custody: now }) =>
      now.pending?.action === 'unlock' && now.means === 'pin' ? [{ type: 'HostUnlocked', data: { because: 'seen-again' } }] : [],
  },

  evolve: {
    // Whatever held it, a host that enrolls again is free; what was done to it stays in its history.
    EnrollmentStarted: (state, { data }) => (data.because === 'token-came-back' ? state : free),
    HostForgotten: () => free,
    LockRequested: (state, { data: { commandId, means, pin } }) => ({
      ...state,
      means,
      pending: { action: 'lock', commandId },
      pin: pin === null ? null : { commandId, sealed: pin },
    }),
    HostLocked: (state) => ({ ...state, status: 'locked', pending: null }),
    // The PIN stays readable: a host that said no may have locked all the same.
    LockFailed: (state) => ({ ...state, pending: null }),
    UnlockRequested: (state, { data }) => ({ ...state, pending: { action: 'unlock', commandId: data.commandId } }),
    HostUnlocked: () => free,
    UnlockFailed: (state) => ({ ...state, pending: null }),
    WipeRequested: (state, { data: { commandId, pin } }) => ({
      ...state,
      pending: { action: 'wipe', commandId },
      pin: pin === null ? null : { commandId, sealed: pin },
    }),
    HostWiped: (state) => ({ ...state, status: 'wiped', pending: null }),
    WipeFailed: (state) => ({ ...state, pending: null }),
    PinViewed: (state) => state,
    CommandsCancelled: (state, { data }) =>
      state.pending?.commandId != null && data.commandIds.includes(state.pending.commandId) ? { ...state, pending: null } : state,
  },
}

/** Before everything else that waits. */
const urgent = 10

const queued = (request: Request, { commandId, deadline }: Order, channel: Channel = deviceChannel): CommandEvent => ({
  type: 'CommandsQueued',
  data: { commands: [{ commandId, channel, request, reason: { code: 'asked' }, deadline, priority: urgent }] },
})

const mustBeManageable = (enrollment: Enrollment, deed: string): void => {
  mustBeEnrolled(enrollment)
  if (enrollment.kind === 'user-enrollment') reject('not-supported', `This host is personal; it cannot be ${deed}.`)
}

/** Windows has no command that locks a desktop. */
const mustHaveAgent = ({ orbit }: Agents): void => {
  if (!orbit) reject('not-supported', 'Windows is locked by a script that its agent runs, and no agent (orbit) is on this host.')
}

const mustNotBePending = ({ pending }: Custody): void => {
  if (pending !== null) reject('still-in-progress', `This host is about to ${pending.action}; wait for its answer.`)
}
