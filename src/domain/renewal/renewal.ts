import type { Slice } from '../../kernel/slice.ts'
import { cancelSome } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Custody } from '../custody/state.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { mustBeEnrolled } from '../enrollment/state.ts'
import { deviceChannel } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { RenewalEvent } from './events.ts'
import { answerWithinMs, renewalDue, renewalPauseMs } from './schedule.ts'

export type RenewalCommand = {
  type: 'RenewIdentity'
  data: { hostId: string; commandId: string; now: string; because: 'expiring' | 'asked' }
}

/** `attempt` counts since the certificate in use began; `since` is when the stage began, ISO 8601. */
export type Renewal = Readonly<{
  stage: 'idle' | 'requested' | 'failed'
  attempt: number
  commandId: string | null
  since: string | null
}>

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands; custody: Custody; renewal: Renewal }>

type Remembers = RenewalEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' | 'IdentityRenewed' }>

const idle: Renewal = { stage: 'idle', attempt: 0, commandId: null, since: null }

export const renewal: Slice<RenewalCommand, RenewalEvent | CommandEvent, Renewal, Sees, Remembers> = {
  initial: idle,

  decide: {
    RenewIdentity: ({ data }, sees) => {
      const { enrollment, commands, renewal: now } = sees
      if (data.because === 'asked') mustBeRenewable(sees)
      const due = nextRenewal(data.hostId, sees)
      if (now.stage === 'requested') {
        if (due === null || due > data.now) return []
        return [
          failed(now, 'no-answer', 'The host did not renew its certificate in time.'),
          ...cancelSome(commands, now.commandId === null ? [] : [now.commandId], 'superseded'),
        ]
      }
      if (data.because === 'expiring' && (due === null || due > data.now)) return []
      const { terms, certificate, hardwareId } = enrollment
      if (terms === null || certificate === null || hardwareId === null) return []
      const { commandId, because, hostId } = data
      const request = { kind: 'renew-identity', terms: { ...terms, renews: { hostId, commandId } } } as const
      const deadline = new Date(Date.parse(data.now) + answerWithinMs).toISOString()
      const reason =
        because === 'asked'
          ? ({ code: 'asked' } as const)
          : ({ code: 'certificate-ends', notAfter: enrollment.notAfter } as const)
      return [
        { type: 'IdentityRenewalRequested', data: { commandId, attempt: now.attempt + 1, certificate, because } },
        { type: 'CommandsQueued', data: { commands: [{ commandId, channel: deviceChannel, request, reason, deadline }] } },
      ]
    },
  },

  evolve: {
    EnrollmentStarted: () => idle,
    IdentityRenewed: () => idle,
    IdentityRenewalRequested: (_, { data, at }) => ({
      stage: 'requested',
      attempt: data.attempt,
      commandId: data.commandId,
      since: at,
    }),
    IdentityRenewalFailed: (state, { at }) => ({ ...state, stage: 'failed', commandId: null, since: at }),
  },
}

/** When the host's renewal must be looked at again, ISO 8601; null: not before it changes by itself (it left, its end is not known). */
export const nextRenewal = (
  hostId: string,
  { enrollment, renewal: now }: Pick<Sees, 'enrollment' | 'renewal'>,
): string | null => {
  if (enrollment.stage !== 'enrolled' || enrollment.notAfter === null || enrollment.terms === null) return null
  const { stage, since, attempt } = now
  if (stage === 'requested' && since !== null) return later(since, answerWithinMs)
  if (stage === 'failed' && since !== null) return later(since, renewalPauseMs(attempt))
  return renewalDue(hostId, enrollment.notAfter)
}

/** True while a renewal would disturb what is going on with the host. */
export const isBusy = ({ enrollment, custody }: Pick<Sees, 'enrollment' | 'custody'>): boolean =>
  enrollment.awaitingConfiguration || custody.status !== 'unlocked' || custody.pending !== null

export const failed = (
  now: Renewal,
  because: 'refused' | 'no-answer' | 'not-renewed' | 'cancelled',
  detail: string,
): RenewalEvent => ({
  type: 'IdentityRenewalFailed',
  data: { attempt: now.attempt, because, detail },
})

const mustBeRenewable = (sees: Sees): void => {
  mustBeEnrolled(sees.enrollment)
  if (sees.enrollment.platform === 'windows')
    reject('not-supported', 'A Windows device renews its certificate by itself, before it ends.')
  if (sees.enrollment.terms === null)
    reject('not-supported', 'It is not known which enrollment profile this host has, so it cannot be repeated.')
  if (isBusy(sees)) reject('still-in-progress', 'This host is locked, lost, being wiped or in its setup assistant.')
}

const later = (since: string, ms: number): string => new Date(Date.parse(since) + ms).toISOString()
