import type { Decider } from '../../kernel/decider.ts'
import { decideBy } from '../../kernel/decider.ts'
import { evolveSlice } from '../../kernel/slice.ts'
import type { AgentCommand, Agents } from '../agents/agents.ts'
import { agents } from '../agents/agents.ts'
import type { CommandCommand } from '../commands/commands.ts'
import { commands } from '../commands/commands.ts'
import type { Commands } from '../commands/state.ts'
import type { CustodyCommand } from '../custody/custody.ts'
import { custody } from '../custody/custody.ts'
import type { Custody } from '../custody/state.ts'
import type { DeclarationCommand } from '../declarations/declarations.ts'
import type { Declarations } from '../declarations/state.ts'
import { declarations } from '../declarations/declarations.ts'
import type { EnrollmentCommand } from '../enrollment/commands.ts'
import { enrollment } from '../enrollment/enrollment.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Escrow, EscrowCommand } from '../escrow/escrow.ts'
import { escrow } from '../escrow/escrow.ts'
import type { ForgettingCommand } from '../forgetting/forgetting.ts'
import { forgetting } from '../forgetting/forgetting.ts'
import type { Forgetting } from '../forgetting/state.ts'
import type { HostProfileCommand } from '../host-profiles/host-profiles.ts'
import { hostProfiles } from '../host-profiles/host-profiles.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import type { Renewal, RenewalCommand } from '../renewal/renewal.ts'
import type { LabelMembership, LabelMembershipCommand } from '../labels/membership.ts'
import { labels } from '../labels/membership.ts'
import type { Merging, MergingCommand } from '../merging/merging.ts'
import { merging } from '../merging/merging.ts'
import type { Observation, ObservationCommand } from '../observation/observation.ts'
import { observation } from '../observation/observation.ts'
import { renewal } from '../renewal/renewal.ts'
import type { Membership, MembershipCommand } from '../teams/membership.ts'
import { membership } from '../teams/membership.ts'
import type { TokenCommand } from '../tokens/tokens.ts'
import { tokens } from '../tokens/tokens.ts'
import type { HostEvent } from './events.ts'

export type HostCommand =
  | EnrollmentCommand
  | AgentCommand
  | MergingCommand
  | EscrowCommand
  | RenewalCommand
  | CustodyCommand
  | CommandCommand
  | HostProfileCommand
  | DeclarationCommand
  | ObservationCommand
  | MembershipCommand
  | LabelMembershipCommand
  | TokenCommand
  | ForgettingCommand

export type Host = Readonly<{
  enrollment: Enrollment
  agents: Agents
  merging: Merging
  escrow: Escrow
  renewal: Renewal
  custody: Custody
  membership: Membership
  labels: LabelMembership
  commands: Commands
  hostProfiles: HostProfiles
  declarations: Declarations
  observation: Observation
  forgetting: Forgetting
}>

/** A host's whole life in one stream; the rules are in its slices. */
export const host: Decider<HostCommand, HostEvent, Host> = {
  category: 'host',
  initial: {
    enrollment: enrollment.initial,
    agents: agents.initial,
    merging: merging.initial,
    escrow: escrow.initial,
    renewal: renewal.initial,
    custody: custody.initial,
    membership: membership.initial,
    labels: labels.initial,
    commands: commands.initial,
    hostProfiles: hostProfiles.initial,
    declarations: declarations.initial,
    observation: observation.initial,
    forgetting: forgetting.initial,
  },
  decide: decideBy<HostCommand, HostEvent, Host>({
    ...enrollment.decide,
    ...agents.decide,
    ...merging.decide,
    ...escrow.decide,
    ...renewal.decide,
    ...custody.decide,
    ...membership.decide,
    ...labels.decide,
    ...commands.decide,
    ...hostProfiles.decide,
    ...declarations.decide,
    ...observation.decide,
    ...tokens.decide,
    ...forgetting.decide,
  }),
  evolve: (state, event) => ({
    enrollment: evolveSlice(enrollment, state.enrollment, event),
    agents: evolveSlice(agents, state.agents, event),
    merging: evolveSlice(merging, state.merging, event),
    escrow: evolveSlice(escrow, state.escrow, event),
    renewal: evolveSlice(renewal, state.renewal, event),
    custody: evolveSlice(custody, state.custody, event),
    membership: evolveSlice(membership, state.membership, event),
    labels: evolveSlice(labels, state.labels, event),
    commands: evolveSlice(commands, state.commands, event),
    hostProfiles: evolveSlice(hostProfiles, state.hostProfiles, event),
    declarations: evolveSlice(declarations, state.declarations, event),
    observation: evolveSlice(observation, state.observation, event),
    forgetting: evolveSlice(forgetting, state.forgetting, event),
  }),
  concerns: (id) => [id],
}
