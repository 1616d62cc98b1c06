import { custodyConsequences } from '../custody/consequences.ts'
import type { CustodyEvent } from '../custody/events.ts'
import type { Custody } from '../custody/state.ts'
import { declarationConsequences, declarationExpiry } from '../declarations/consequences.ts'
import type { Declarations } from '../declarations/state.ts'
import type { DeclarationEvent } from '../declarations/events.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { neverConfirmed, profileConsequences, profileExpiry } from '../host-profiles/consequences.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import { renewalConsequences } from '../renewal/consequences.ts'
import type { RenewalEvent } from '../renewal/events.ts'
import type { Renewal } from '../renewal/renewal.ts'
import { failed } from '../renewal/renewal.ts'
import type { Answer } from './answer.ts'
import { cancelAll } from './cancelling.ts'
import type { CommandEvent } from './events.ts'
import type { Commands } from './state.ts'

type Sees = Readonly<{
  enrollment: Enrollment
  commands: Commands
  hostProfiles: HostProfiles
  custody: Custody
  renewal: Renewal
  declarations: Declarations
}>

type Consequence = HostProfileEvent | CustodyEvent | RenewalEvent | EnrollmentEvent | CommandEvent | DeclarationEvent

/** What a final answer means for each concern that the command was about. */
export const consequencesOf = (answer: Answer, sees: Sees): readonly Consequence[] => [
  ...profileConsequences(answer, sees.hostProfiles),
  ...custodyConsequences(answer, sees.custody),
  ...renewalConsequences(answer, sees.renewal),
  ...enrollmentConsequences(answer, sees),
  ...declarationConsequences(answer, sees),
]

/** What it means that a command was given up at its deadline. */
export const consequencesOfExpiry = (commandId: string, sees: Sees): readonly Consequence[] => {
  const { enrollment, commands, hostProfiles, renewal } = sees
  return [
    ...(commands.waiting.get(commandId)?.request.kind === 'list-profiles' ? neverConfirmed(hostProfiles) : []),
    ...profileExpiry(commandId, hostProfiles),
    ...declarationExpiry(commandId, sees),
    ...(renewal.commandId === commandId ? [failed(renewal, 'no-answer', 'The host did not answer in time.')] : []),
    ...(enrollment.unenrollment === commandId
      ? [{ type: 'EnrollmentEnded', data: { because: 'unenrollment-unanswered' } } as const]
      : []),
  ]
}

/** A host that was released, and one that took its enrollment profile away as it was asked to. */
const enrollmentConsequences = (
  { commandId, request, outcome }: Answer,
  { enrollment, commands }: Sees,
): readonly (EnrollmentEvent | CommandEvent)[] => {
  if (outcome !== 'acknowledged') return []
  if (request.kind === 'release-device' && enrollment.awaitingConfiguration)
    return [{ type: 'HostReleased', data: { because: 'released' } }]
  if (enrollment.unenrollment !== commandId) return []
  const others = { ...commands, waiting: new Map([...commands.waiting].filter(([id]) => id !== commandId)) }
  return [{ type: 'EnrollmentEnded', data: { because: 'unenrolled' } }, ...cancelAll(others, 'enrollment-ended')]
}
