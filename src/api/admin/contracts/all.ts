import type { Route } from '../access.ts'
import { agentContracts } from './agents.ts'
import { auditContracts } from './audit.ts'
import { certificateContracts } from './certificates.ts'
import { commandContracts } from './commands.ts'
import type { Tagged } from './contract.ts'
import { custodyContracts } from './custody.ts'
import { hostEnrollmentContracts } from './host-enrollment.ts'
import { hostContracts } from './hosts.ts'
import { labelContracts } from './labels.ts'
import { packageContracts } from './packages.ts'
import { profileContracts } from './profiles.ts'
import { secretVariableContracts } from './secret-variables.ts'
import { serverContracts } from './server.ts'
import { teamContracts } from './teams.ts'
import { wayInContracts } from './ways-in.ts'

/** What each route takes and gives; a route without a contract does not compile. The order is that in which they are told. */
export const contracts: { readonly [R in Route]: Tagged<R> } = {
  ...hostContracts,
  ...hostEnrollmentContracts,
  ...custodyContracts,
  ...teamContracts,
  ...labelContracts,
  ...profileContracts,
  ...secretVariableContracts,
  ...commandContracts,
  ...agentContracts,
  ...packageContracts,
  ...wayInContracts,
  ...certificateContracts,
  ...auditContracts,
  ...serverContracts,
}
