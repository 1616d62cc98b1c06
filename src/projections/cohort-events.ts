import type { LabelEvent, LabelMembershipEvent } from '../domain/labels/events.ts'
import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { ProfileEvent } from '../domain/profiles/events.ts'
import type { MembershipEvent } from '../domain/teams/events.ts'
import type { Recorded } from '../kernel/event.ts'

/** What cohorts are made of. */
export type CohortEvent = Recorded<EnrollmentEvent | MembershipEvent | ProfileEvent | LabelEvent | LabelMembershipEvent>
