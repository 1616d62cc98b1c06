import type { Decider } from '../../kernel/decider.ts'
import { decideBy } from '../../kernel/decider.ts'
import { evolveSlice } from '../../kernel/slice.ts'
import type { CommandCommand } from '../commands/commands.ts'
import { commands } from '../commands/commands.ts'
import type { Commands } from '../commands/state.ts'
import type { EnrollmentCommand } from '../enrollment/commands.ts'
import { enrollment } from '../enrollment/enrollment.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { HostProfileCommand } from '../host-profiles/host-profiles.ts'
import { hostProfiles } from '../host-profiles/host-profiles.ts'
import type { HostProfiles } from '../host-profiles/state.ts'
import type { Membership, MembershipCommand } from '../teams/membership.ts'
import { membership } from '../teams/membership.ts'
import type { HostEvent } from './events.ts'

export type HostCommand = EnrollmentCommand | CommandCommand | HostProfileCommand | MembershipCommand

export type Host = Readonly<{
  enrollment: Enrollment
  membership: Membership
  commands: Commands
  hostProfiles: HostProfiles
}>

/** A host's whole life in one stream; the rules are in its slices. */
export const host: Decider<HostCommand, HostEvent, Host> = {
  category: 'host',
  initial: {
    enrollment: enrollment.initial,
    membership: membership.initial,
    commands: commands.initial,
    hostProfiles: hostProfiles.initial,
  },
  decide: decideBy<HostCommand, HostEvent, Host>({
    ...enrollment.decide,
    ...membership.decide,
    ...commands.decide,
    ...hostProfiles.decide,
  }),
  evolve: (state, event) => ({
    enrollment: evolveSlice(enrollment, state.enrollment, event),
    membership: evolveSlice(membership, state.membership, event),
    commands: evolveSlice(commands, state.commands, event),
    hostProfiles: evolveSlice(hostProfiles, state.hostProfiles, event),
  }),
  concerns: (id) => [id],
}
