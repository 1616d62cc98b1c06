import type { AgentEvent } from '../agents/events.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { CustodyEvent } from '../custody/events.ts'
import type { DeclarationEvent } from '../declarations/events.ts'
import type { EnrollmentEvent } from '../enrollment/events.ts'
import type { EscrowEvent } from '../escrow/events.ts'
import type { HostProfileEvent } from '../host-profiles/events.ts'
import type { ForgettingEvent } from '../forgetting/events.ts'
import type { RenewalEvent } from '../renewal/events.ts'
import type { MergingEvent } from '../merging/events.ts'
import type { LabelMembershipEvent } from '../labels/events.ts'
import type { MembershipEvent } from '../teams/events.ts'
import type { TokenEvent } from '../tokens/events.ts'

/** Everything that can happen to a host. */
export type HostEvent =
  | EnrollmentEvent
  | AgentEvent
  | MergingEvent
  | EscrowEvent
  | RenewalEvent
  | CustodyEvent
  | MembershipEvent
  | LabelMembershipEvent
  | CommandEvent
  | HostProfileEvent
  | DeclarationEvent
  | TokenEvent
  | ForgettingEvent
