import type { CommandEvent } from '../commands/events.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import type { MembershipEvent } from '../teams/events.ts'

/** Everything that can happen to a host. */
export type HostEvent = EnrollmentEvent | MembershipEvent | CommandEvent | HostProfileEvent
