import type { Channel } from '../platforms.ts'
import type { SealedContent } from '../../kernel/content.ts'
import type { Request } from './requests.ts'

/** Why a command was queued: a closed vocabulary, with the facts that tipped the balance. */
export type Reason =
  | Readonly<{ code: 'asked' }>
  | Readonly<{ code: 'enrolled' }>
  | Readonly<{ code: 'profile-missing' }>
  | Readonly<{ code: 'profile-changed'; from: string }>
  | Readonly<{ code: 'profile-replaces'; profileId: string }>
  | Readonly<{ code: 'removal-reversed' }>
  | Readonly<{ code: 'retried'; attempt: number }>
  | Readonly<{ code: 'resend-asked' }>
  | Readonly<{ code: 'secrets-changed' }>
  | Readonly<{ code: 'variables-changed' }>
  | Readonly<{ code: 'missing-on-host'; attempt: number }>
  | Readonly<{ code: 'verification' }>
  | Readonly<{ code: 'no-longer-wanted' }>
  | Readonly<{ code: 'declarations-changed' }>
  | Readonly<{ code: 'certificate-ends'; notAfter: string | null }>

export type QueuedCommand = Readonly<{
  commandId: string
  channel: Channel
  request: Request
  reason: Reason
  /** When it is given up, ISO 8601; absent: never (commands of before there were deadlines). */
  deadline?: string
  /** Higher goes first; absent is 0. */
  priority?: number
}>

/** One entry of Apple's ErrorChain, topmost first. */
export type DeviceError = Readonly<{ code: number; domain: string; description: string }>

export type CancelReason = 'superseded' | 'no-longer-wanted' | 'enrolled-again' | 'enrollment-ended' | 'asked' | 'expired'

/**
 * Why a command stayed behind although its host called: it is for a user, and who enrolled the device was not signed in; or the session was for the
 * settings of a user alone, or for those of the device alone.
 */
export type HoldReason = 'no-user' | 'user-session' | 'device-session'

export type CommandOutcome = 'acknowledged' | 'failed' | 'malformed'

export type CommandEvent =
  | { type: 'CommandsQueued'; data: { commands: readonly QueuedCommand[] } }
  /**
   * `attempt` counts the times that it was handed out; absent: the first, or not counted. `profileId`: the profile that it carries, when it had been
   * held back; absent: it carries none, or was not.
   */
  | { type: 'CommandSent'; data: { commandId: string; attempt?: number; profileId?: string } }
  | { type: 'CommandDeferred'; data: { commandId: string } }
  /** The host called, and it was not handed out; told once for each reason. `profileId`: the profile that it carries; null: none. */
  | { type: 'CommandHeld'; data: { commandId: string; profileId: string | null; because: HoldReason } }
  | {
      type: 'CommandAnswered'
      data: {
        commandId: string
        outcome: CommandOutcome
        errors: readonly DeviceError[]
        /** What the device answered beside the status, sealed; null when it said no more. */
        result: SealedContent | null
        /** True when the command had been cancelled before the answer came. */
        late: boolean
        /** The number that a Windows device answered with; absent: 200, or the first of the errors. */
        code?: string
      }
    }
  | { type: 'CommandsCancelled'; data: { commandIds: readonly string[]; because: CancelReason } }
  | { type: 'UnknownCommandReported'; data: { commandId: string; outcome: CommandOutcome | 'deferred' } }
