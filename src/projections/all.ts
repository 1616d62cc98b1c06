import type { AnyProjection } from '../kernel/projection.ts'
import { erased } from '../kernel/projection.ts'
import { accountEnrollments } from './account-enrollments.ts'
import { agents } from './agents.ts'
import { apiTokens } from './api-tokens.ts'
import { authorities } from './authorities.ts'
import { changeSetEffects } from './change-set-effects.ts'
import { changeSets } from './change-sets.ts'
import { certificates } from './certificates.ts'
import { cohorts } from './cohorts.ts'
import { commandHistory } from './command-history.ts'
import { custody } from './custody.ts'
import { enrollments } from './enrollments.ts'
import { escrowedSecrets } from './escrowed-secrets.ts'
import { hostDeclarations } from './host-declarations.ts'
import { hostProfiles } from './host-profiles.ts'
import { hostReports } from './host-reports.ts'
import { hosts } from './hosts.ts'
import { labelMembers, labels } from './labels.ts'
import { manifests, packages } from './packages.ts'
import { profileContents, profiles } from './profiles.ts'
import { pushCertificates } from './push-certificates.ts'
import { renewals } from './renewals.ts'
import { secretVariables } from './secret-variables.ts'
import { teams } from './teams.ts'
import { timeline } from './timeline.ts'
import { transfers } from './transfers.ts'
import { users } from './users.ts'
import { waitingCommands } from './waiting-commands.ts'
import { windowsEnrollments } from './windows-enrollments.ts'

/** Every read model there is. */
export const allProjections: readonly AnyProjection[] = [
  erased(hosts),
  erased(enrollments),
  erased(agents),
  erased(hostReports),
  erased(custody),
  erased(escrowedSecrets),
  cohorts,
  erased(hostProfiles),
  erased(hostDeclarations),
  erased(waitingCommands),
  erased(commandHistory),
  erased(profiles),
  erased(profileContents),
  erased(secretVariables),
  erased(teams),
  erased(labels),
  erased(labelMembers),
  erased(certificates),
  erased(renewals),
  erased(authorities),
  erased(apiTokens),
  erased(users),
  erased(pushCertificates),
  erased(accountEnrollments),
  erased(packages),
  erased(manifests),
  erased(windowsEnrollments),
  erased(transfers),
  erased(timeline),
  erased(changeSets),
  erased(changeSetEffects),
]
