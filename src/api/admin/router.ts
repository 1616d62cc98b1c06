import type { Request, RequestHandler, Response } from 'express'
import { json, Router } from 'express'
import helmet from 'helmet'
import { errorHandler, refuse } from '../errors.ts'
import { nameRoute } from '../metrics.ts'
import { passwordsOf } from '../passwords.ts'
import { requestId } from '../request-id.ts'
import type { Route } from './access.ts'
import { access, aliases, openRoutes } from './access.ts'
import { accountEnrollmentRoutes } from './ways-in/account-enrollments.ts'
import { accountKeyRoutes } from './ways-in/account-keys.ts'
import { apiTokenRoutes } from './server/api-tokens.ts'
import { activityRoutes } from './activities/activities.ts'
import { backupRoutes } from './backup/backup.ts'
import { auditTrailRoutes } from './audit/audit-trail.ts'
import { authorityRoutes } from './certificates/authorities.ts'
import { authenticate, callerOf, isStillKnown, principalOf, tokensOf } from './doors/authenticate.ts'
import { carveRoutes } from './agents/carves.ts'
import { changeSetRoutes } from './change-sets/change-sets.ts'
import { certificateRoutes } from './certificates/certificates.ts'
import { commandRoutes } from './commands/commands.ts'
import type { AdminDeps, Handlers, OpenHandlers } from './deps.ts'
import { custodyRoutes } from './custody/custody.ts'
import { hostEnrollmentRoutes } from './enrollment/host-enrollment.ts'
import { enrollSecretRoutes } from './teams/enroll-secrets.ts'
import { enrollmentProfileRoutes } from './ways-in/enrollment-profiles.ts'
import { labelRoutes } from './labels/labels.ts'
import { liveRoutes } from './server/live.ts'
import { migrationRoutes } from './ways-in/migration.ts'
import { ownRoutes } from './sign-in/me.ts'
import { passwordCheck } from './sign-in/password-check.ts'
import { refusedSignIns } from './sign-in/refused-sign-ins.ts'
import { pushCertificateRoutes } from './certificates/push-certificates.ts'
import { hostExplanationRoutes } from './explanations/host-explanations.ts'
import { hostHistoryRoutes } from './activities/host-history.ts'
import { hostListRoutes } from './hosts/host-lists.ts'
import { hostReportRoutes } from './hosts/host-report.ts'
import { hostMergeRoutes } from './hosts/host-merges.ts'
import { hostRoutes } from './hosts/hosts.ts'
import { forgettingRoutes } from './hosts/forgotten.ts'
import { packageRoutes } from './packages/packages.ts'
import { atAnyTime } from './past/at-any-time.ts'
import { cohortRoutes } from './cohorts/cohorts.ts'
import { hostLifetimeRoutes } from './past/host-lifetime.ts'
import { lookingBack } from './past/looking-back.ts'
import { pastHosts } from './past/past-hosts.ts'
import { pastSettings } from './past/past-settings.ts'
import { settingsDiffRoutes } from './past/settings-diff.ts'
import { withPlans } from './plans.ts'
import { readModelRoutes } from './server/read-models.ts'
import { profileRoutes } from './profiles/profiles.ts'
import { secretVariableRoutes } from './secret-variables/secret-variables.ts'
import { signInRoutes } from './sign-in/sign-in.ts'
import { ssoRoutes } from './sign-in/sso.ts'
import { mustBeKnown } from './doors/known-questions.ts'
import { presentNamesInBody, presentNamesInQuery } from './doors/present-names.ts'
import { mustBeInReach, reachOf } from './doors/team-reach.ts'
import { teamRoutes } from './teams/teams.ts'
import { userChanges } from './users/user-changes.ts'
import { userSessions } from './sign-in/user-sessions.ts'
import { transferRoutes } from './transfers/transfers.ts'
import { userRoutes } from './users/users.ts'
import { webhookRoutes } from './webhooks/webhooks.ts'
import { yaraRoutes } from './agents/yara-rules.ts'

const hourMs = 3_600_000

/** Room for an address and a password. */
const signInLimit = '16kb'
/** Room for a setting. */
const jsonLimit = '1.5mb'
/** Room for a command of 4 MiB in base64. */
const commandLimit = '6mb'
/** Room for all settings of a team. */
const batchLimit = '25mb'

/** The admin API. Mount it at `/api/v1/fleet` and `/api/latest/fleet`. */
export const adminRouter = (deps: AdminDeps): Router => {
  const { app, settings } = deps
  const tokens = tokensOf(app)
  const sessions = userSessions(app, settings.sessions ?? { idleMs: 8 * hourMs, longestMs: 120 * hourMs })
  const passwords = passwordsOf(settings.passwordCost)
  const changes = userChanges(app, passwords)
  const tellRefused = refusedSignIns(app, deps.signInRefused)
  const check = passwordCheck(app, passwords, tellRefused)
  const { publicUrl } = settings
  const doors = { tokens, sessions, publicUrl, tellRefused }
  const openHandlers: OpenHandlers = {
    ...signInRoutes({ app, sessions, check, publicUrl }),
    ...ssoRoutes({ app, sessions, changes, provider: deps.identityProvider ?? null, publicUrl, tellRefused }),
  }
  const past = lookingBack(app)
  const written: Handlers = {
    ...hostRoutes(deps),
    ...hostListRoutes(deps),
    ...hostReportRoutes(deps),
    ...hostMergeRoutes(deps),
    ...carveRoutes(app),
    ...yaraRoutes(app),
    ...hostHistoryRoutes(app),
    ...hostExplanationRoutes(app),
    ...custodyRoutes(app),
    ...hostEnrollmentRoutes(app, deps.settings),
    ...forgettingRoutes(app),
    ...teamRoutes(app),
    ...profileRoutes(deps),
    ...secretVariableRoutes(app, deps.tickets),
    ...labelRoutes(deps),
    ...commandRoutes(app),
    ...pushCertificateRoutes(deps),
    ...migrationRoutes(deps),
    ...enrollmentProfileRoutes(deps),
    ...enrollSecretRoutes(app, deps.tickets),
    ...accountEnrollmentRoutes(deps),
    ...accountKeyRoutes(app),
    ...packageRoutes(deps),
    ...activityRoutes(app),
    ...webhookRoutes(deps),
    ...auditTrailRoutes(deps),
    ...backupRoutes(deps),
    ...changeSetRoutes(deps),
    ...transferRoutes(app),
    ...certificateRoutes(deps),
    ...authorityRoutes(deps),
    ...readModelRoutes(app),
    ...liveRoutes(app, (request) => isStillKnown(doors, request)),
    ...apiTokenRoutes(app, tokens),
    ...userRoutes(app, changes, sessions),
    ...ownRoutes({ app, changes, sessions, check }),
    ...cohortRoutes(app, past),
    ...hostLifetimeRoutes(app, past),
    ...settingsDiffRoutes(app, past),
  }
  const handlers = atAnyTime(app, withPlans(deps, written, plannable), {
    ...pastHosts({ ...deps, past }),
    ...pastSettings({ app, past }),
  })

  const router = Router()
  router.use(requestId, helmet(), (_, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })
  const readJson = (limit: string) =>
    json({ limit, strict: false, type: (request) => !isMultipart(request.headers['content-type']) })
  const [readUsual, readBatch, readCommand] = [readJson(jsonLimit), readJson(batchLimit), readJson(commandLimit)]
  const readers: Readonly<Partial<Record<Route, RequestHandler>>> = {
    'POST /configuration_profiles/batch': readBatch,
    'POST /commands/run': readCommand,
    'POST /mdm/apple/enqueue': readCommand,
  }
  for (const route of openRoutes) {
    const [method, template] = partsOf(route)
    router[method](template, named(template), readJson(signInLimit), openHandlers[route])
  }
  router.use(...authenticate(doors, settings.limits))
  for (const [path, route] of everyPath()) {
    const handle = handlers[route]
    const [method, template] = partsOf(path)
    router[method](
      template,
      named(template),
      presentNamesInQuery,
      (request, response, next) => {
        reachOf(principalOf(response).rights, route)
        mustBeKnown(route, request)
        next()
      },
      readers[route] ?? readUsual,
      presentNamesInBody,
      async (request: Request, response: Response) => {
        const caller = callerOf(request, response)
        const reach = reachOf(caller.principal.rights, route)
        await mustBeInReach(app, request, { route, reach })
        await handle(request, response, { ...caller, reach })
      },
    )
  }
  router.use((request) => refuse(404, 'base', `There is nothing at ${request.method} ${request.baseUrl}${request.path}.`))
  router.use(errorHandler(app.logger))
  return router
}

const named =
  (template: string): RequestHandler =>
  (_request, response, next) => {
    nameRoute(response, `/api/v1/fleet${template}`)
    next()
  }

const plannable = (deps: AdminDeps) => ({
  ...hostRoutes(deps),
  ...hostListRoutes(deps),
  ...teamRoutes(deps.app),
  ...profileRoutes(deps),
  ...labelRoutes(deps),
  ...changeSetRoutes(deps),
})

const everyPath = (): readonly (readonly [string, Route])[] => [
  ...(Object.keys(access) as Route[]).map((route) => [route, route] as const),
  ...Object.entries(aliases),
]

const partsOf = (path: string): readonly ['get' | 'post' | 'put' | 'patch' | 'delete', string] => {
  const [method, template] = path.split(' ') as ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string]
  return [verbs[method], template]
}

const verbs = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

const isMultipart = (contentType: string | undefined): boolean => /^multipart\//i.test(contentType ?? '')
