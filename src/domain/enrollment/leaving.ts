import { cancelAll } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import { deviceChannel } from '../platforms.ts'
import type { EnrollmentCommand } from './commands.ts'
import type { EnrollmentEvent } from './events.ts'
import type { Enrollment, OpenChannel } from './state.ts'
import { mustBeEnrolled } from './state.ts'

type Sees = Readonly<{ enrollment: Enrollment; commands: Commands }>
type Decides = EnrollmentEvent | CommandEvent
type Told<T extends EnrollmentCommand['type']> = Extract<EnrollmentCommand, { type: T }>

/** An admin asks the host to take its enrollment profile away; again once the first order was taken back. */
export const requestUnenrollment = (
  { data: { commandId, identifier, deadline } }: Told<'RequestUnenrollment'>,
  { enrollment: now, commands }: Sees,
): readonly Decides[] => {
  mustBeEnrolled(now)
  if (isAskedToLeave(now, commands)) return []
  const request = { kind: 'remove-profile', profileId: null, identifier, ignoreError: true } as const
  const command = { commandId, channel: deviceChannel, request, reason: { code: 'asked' }, deadline, priority: 5 } as const
  return [
    { type: 'UnenrollmentRequested', data: { commandId } },
    { type: 'CommandsQueued', data: { commands: [command] } },
  ]
}

/** The host has gone: by itself, or because it can be reached no more. */
export const endEnrollment = ({ data }: Told<'EndEnrollment'>, { enrollment: now, commands }: Sees): readonly Decides[] => {
  if (now.stage === 'never' || now.stage === 'ended') return []
  const open = now.channels[deviceChannel]
  // A host that began to enroll again has no token yet: what is said of an older one does not concern it.
  if (data.because === 'push-token-unregistered' && (open === undefined || isNewer(open, data.since))) return []
  const asked = isAskedToLeave(now, commands)
  return [
    { type: 'EnrollmentEnded', data: { because: data.because, ...(asked && { asked }) } },
    ...cancelAll(commands, 'enrollment-ended'),
  ]
}

/** It was asked to, and the command was not taken back. */
const isAskedToLeave = ({ unenrollment }: Enrollment, { waiting }: Commands): boolean =>
  unenrollment !== null && waiting.has(unenrollment)

/** Whether the token came after that time (ISO 8601). */
export const isNewer = ({ tokenSince }: OpenChannel, since: string): boolean => Date.parse(tokenSince) > Date.parse(since)
