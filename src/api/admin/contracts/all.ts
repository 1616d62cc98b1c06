import type { OpenRoute, Route } from '../access.ts'
import { agentContracts } from '../agents/contract.ts'
import { activityContracts } from '../activities/contract.ts'
import { backupContracts } from '../backup/contract.ts'
import { auditTrailContracts } from '../audit/contract.ts'
import { certificateContracts } from '../certificates/contract.ts'
import { changeSetContracts } from '../change-sets/contract.ts'
import { cohortContracts } from '../cohorts/contract.ts'
import { commandContracts } from '../commands/contract.ts'
import type { Tagged } from './contract.ts'
import { custodyContracts } from '../custody/contract.ts'
import { explanationContracts } from '../explanations/contract.ts'
import { hostEnrollmentContracts } from '../enrollment/contract.ts'
import { hostContracts } from '../hosts/contract.ts'
import { labelContracts } from '../labels/contract.ts'
import { atAnyTime } from './moments.ts'
import { packageContracts } from '../packages/contract.ts'
import { pastContracts } from '../past/contract.ts'
import { checkable, plannable } from './plans.ts'
import { profileContracts } from '../profiles/contract.ts'
import { secretVariableContracts } from '../secret-variables/contract.ts'
import { serverContracts } from '../server/contract.ts'
import { signInContracts } from '../sign-in/contract.ts'
import { teamContracts } from '../teams/contract.ts'
import { transferContracts } from '../transfers/contract.ts'
import { userContracts } from '../users/contract.ts'
import { webhookContracts } from '../webhooks/contract.ts'
import { wayInContracts } from '../ways-in/contract.ts'

/** What each route takes and gives; a route without a contract does not compile. The order is that in which they are told. */
export const contracts: { readonly [R in Route | OpenRoute]: Tagged<R> } = checkable(
  plannable(
    atAnyTime({
      ...hostContracts,
      ...transferContracts,
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
      ...activityContracts,
      ...webhookContracts,
      ...auditTrailContracts,
      ...backupContracts,
      ...signInContracts,
      ...userContracts,
      ...serverContracts,
    }),
  ),
)
