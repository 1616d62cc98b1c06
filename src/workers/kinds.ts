import type { App } from '../app/app.ts'
import type { Push } from '../app/ports.ts'
import { destroyKeys } from './destroy-key.ts'
import { dissolveTeam } from './dissolve-team.ts'
import { evaluateHosts, labelHosts } from './labels.ts'
import { reconcileHosts, reconcileProfiles, reconcileTeams, refuseUserSettings } from './reconcile.ts'
import { renewIdentity } from './renew-identity.ts'
import { releaseNames } from './release-names.ts'
import { renewSettings } from './renew-settings.ts'
import { resendSettings } from './resend.ts'
import { askFacts, chaseDeclarations, verifyHosts } from './verify.ts'
import { transferHosts } from './transfer-hosts.ts'
import type { ActivityReceiver } from './tell-activities.ts'
import { tellActivities } from './tell-activities.ts'
import { wake, wakeSilent } from './wake.ts'
import type { Receiver } from './post-signed.ts'
import { deliverWebhook } from './webhook.ts'
import type { WorkKind } from './worker.ts'

/** Other systems that are told what happens; null: none. */
export type Told = Readonly<{ webhook: Receiver | null; activities: ActivityReceiver | null }>

/** Every kind of work there is. */
export const workKinds = (app: App, push: Push, told: Told = { webhook: null, activities: null }): readonly WorkKind[] => [
  reconcileHosts(app),
  refuseUserSettings(app),
  reconcileTeams(app),
  reconcileProfiles(app),
  renewSettings(app),
  resendSettings(app),
  labelHosts(app),
  evaluateHosts(app),
  verifyHosts(app),
  chaseDeclarations(app),
  askFacts(app),
  transferHosts(app),
  dissolveTeam(app),
  destroyKeys(app),
  releaseNames(app),
  renewIdentity(app),
  wake(app, push),
  wakeSilent(app, push),
  ...(told.activities === null ? [] : [tellActivities(app, told.activities)]),
  ...(told.webhook === null ? [] : [deliverWebhook(app, told.webhook)]),
]
