import type { Route } from './access.ts'
import { activitySubjects } from './activities/subjects.ts'
import { agentSubjects } from './agents/subjects.ts'
import { backupSubjects } from './backup/subjects.ts'
import { auditTrailSubjects } from './audit/subjects.ts'
import { certificateSubjects } from './certificates/subjects.ts'
import { changeSetSubjects } from './change-sets/subjects.ts'
import { cohortSubjects } from './cohorts/subjects.ts'
import { commandSubjects } from './commands/subjects.ts'
import { custodySubjects } from './custody/subjects.ts'
import { hostEnrollmentSubjects } from './enrollment/subjects.ts'
import { explanationSubjects } from './explanations/subjects.ts'
import { hostSubjects } from './hosts/subjects.ts'
import { labelSubjects } from './labels/subjects.ts'
import { packageSubjects } from './packages/subjects.ts'
import { pastSubjects } from './past/subjects.ts'
import { profileSubjects } from './profiles/subjects.ts'
import { secretVariableSubjects } from './secret-variables/subjects.ts'
import { serverSubjects } from './server/subjects.ts'
import { signInSubjects } from './sign-in/subjects.ts'
import { teamSubjects } from './teams/subjects.ts'
import { transferSubjects } from './transfers/subjects.ts'
import { userSubjects } from './users/subjects.ts'
import { wayInSubjects } from './ways-in/subjects.ts'
import { webhookSubjects } from './webhooks/subjects.ts'
import type { Subject } from './subject.ts'

/** Every route, with what it is about; a route without a line in its folder's table does not compile. */
export const subjects: Readonly<Record<Route, Subject>> = {
  ...activitySubjects,
  ...agentSubjects,
  ...auditTrailSubjects,
  ...backupSubjects,
  ...certificateSubjects,
  ...changeSetSubjects,
  ...cohortSubjects,
  ...commandSubjects,
  ...custodySubjects,
  ...hostEnrollmentSubjects,
  ...explanationSubjects,
  ...hostSubjects,
  ...labelSubjects,
  ...packageSubjects,
  ...pastSubjects,
  ...profileSubjects,
  ...secretVariableSubjects,
  ...serverSubjects,
  ...signInSubjects,
  ...teamSubjects,
  ...transferSubjects,
  ...userSubjects,
  ...wayInSubjects,
  ...webhookSubjects,
}
