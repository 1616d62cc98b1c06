import type { Request, Response } from 'express'
import { json, Router } from 'express'
import helmet from 'helmet'
import { errorHandler, refuse } from '../errors.ts'
import { nameRoute } from '../metrics.ts'
import { requestId } from '../request-id.ts'
import type { Route } from './access.ts'
import { access, aliases, mayCall } from './access.ts'
import { accountEnrollmentRoutes } from './account-enrollments.ts'
import { accountKeyRoutes } from './account-keys.ts'
import { apiTokenRoutes } from './api-tokens.ts'
import { auditRoutes } from './audit.ts'
import { authorityRoutes } from './authorities.ts'
import { authenticate, callerOf, tokensOf } from './authenticate.ts'
import { carveRoutes } from './carves.ts'
import { certificateRoutes } from './certificates.ts'
import { commandRoutes } from './commands.ts'
import type { AdminDeps, Handlers } from './deps.ts'
import { custodyRoutes } from './custody.ts'
import { hostEnrollmentRoutes } from './host-enrollment.ts'
import { enrollSecretRoutes } from './enroll-secrets.ts'
import { enrollmentProfileRoutes } from './enrollment-profiles.ts'
import { labelRoutes } from './labels.ts'
import { liveRoutes } from './live.ts'
import { migrationRoutes } from './migration.ts'
import { pushCertificateRoutes } from './push-certificates.ts'
import { hostHistoryRoutes } from './host-history.ts'
import { hostListRoutes } from './host-lists.ts'
import { hostMergeRoutes } from './host-merges.ts'
import { hostRoutes } from './hosts.ts'
import { packageRoutes } from './packages.ts'
import { readModelRoutes } from './read-models.ts'
import { profileRoutes } from './profiles.ts'
import { secretVariableRoutes } from './secret-variables.ts'
import { teamRoutes } from './teams.ts'
import { yaraRoutes } from './yara-rules.ts'

/** Room for a command of 1 MiB in base64. */
const jsonLimit = '1.5mb'
/** Room for all settings of a team. */
const batchLimit = '25mb'

/** The admin API. Mount it at `/api/v1/fleet` and `/api/latest/fleet`. */
export const adminRouter = (deps: AdminDeps): Router => {
  const { app, settings } = deps
  const tokens = tokensOf(app)
  const handlers: Handlers = {
    ...hostRoutes(deps),
    ...hostListRoutes(deps),
    ...hostMergeRoutes(deps),
    ...carveRoutes(app),
    ...yaraRoutes(app),
    ...hostHistoryRoutes(app),
    ...custodyRoutes(app),
    ...hostEnrollmentRoutes(app),
    ...teamRoutes(app),
    ...profileRoutes(app),
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
    ...auditRoutes(app),
    ...certificateRoutes(deps),
    ...authorityRoutes(deps),
    ...readModelRoutes(app),
    ...liveRoutes(app, async (request) => (await tokens.find(request.get('authorization'))) !== null),
    ...apiTokenRoutes(app, tokens),
  }

  const router = Router()
  router.use(requestId, helmet(), (_, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })
  router.use(...authenticate(tokens, settings.limits))
  const readJson = (limit: string) =>
    json({ limit, strict: false, type: (request) => !isMultipart(request.headers['content-type']) })
  const [readUsual, readBatch] = [readJson(jsonLimit), readJson(batchLimit)]
  for (const [path, route] of everyPath()) {
    const handle = handlers[route]
    const [method, template] = partsOf(path)
    router[method](
      template,
      (request, response, next) => {
        nameRoute(response, `/api/v1/fleet${template}`)
        const { role } = callerOf(request, response)
        if (!mayCall(role, route)) refuse(403, 'base', `The role ${role} may not do this.`)
        next()
      },
      route === 'POST /configuration_profiles/batch' ? readBatch : readUsual,
      (request: Request, response: Response) => handle(request, response, callerOf(request, response)),
    )
  }
  router.use((request) => refuse(404, 'base', `There is nothing at ${request.method} ${request.baseUrl}${request.path}.`))
  router.use(errorHandler(app.logger))
  return router
}

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
