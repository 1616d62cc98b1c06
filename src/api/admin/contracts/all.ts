import type { OpenRoute, Route } from '../access.ts'
import { agentContracts } from './agents.ts'
import { auditContracts } from './audit.ts'
import { auditTrailContracts } from './audit-trail.ts'
import { certificateContracts } from './certificates.ts'
import { changeSetContracts } from './change-sets.ts'
import { cohortContracts } from './cohorts.ts'
import { commandContracts } from './commands.ts'
import type { Tagged } from './contract.ts'
import { custodyContracts } from './custody.ts'
import { explanationContracts } from './explanations.ts'
import { hostEnrollmentContracts } from './host-enrollment.ts'
import { hostContracts } from './hosts.ts'
import { labelContracts } from './labels.ts'
import { atAnyTime } from './moments.ts'
import { packageContracts } from './packages.ts'
import { pastContracts } from './past.ts'
import { plannable } from './plans.ts'
import { profileContracts } from './profiles.ts'
import { secretVariableContracts } from './secret-variables.ts'
import { serverContracts } from './server.ts'
import { signInContracts } from './sign-in.ts'
import { teamContracts } from './teams.ts'
import { userContracts } from './users.ts'
import { wayInContracts } from './ways-in.ts'

/** What each route takes and gives; a route without a contract does not compile. The order is that in which they are told. */
export const contracts: { readonly [R in Route | OpenRoute]: Tagged<R> } = plannable(
  atAnyTime({
    ...hostContracts,
    ...pastContracts,
    ...explanationContracts,
    ...hostEnrollmentContracts,
    ...custodyContracts,
    ...teamContracts,
    ...labelContracts,
    ...profileContracts,
    ...cohortContracts,
    ...secretVariableContracts,
    ...commandContracts,
    ...agentContracts,
    ...packageContracts,
    ...wayInContracts,
    ...certificateContracts,
    ...changeSetContracts,
    ...auditContracts,
    ...auditTrailContracts,
    ...signInContracts,
    ...userContracts,
    ...serverContracts,
  }),
)
