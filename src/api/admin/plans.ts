import type { Request } from 'express'
import { rehearsalOf } from '../../app/rehearsal.ts'
import { refuse } from '../errors.ts'
import { planOf } from '../planning/plan.ts'
import type { Route } from './access.ts'
import { access } from './access.ts'
import { markRehearsed, toldWith, warningsOn } from './answer.ts'
import type { AdminDeps, Handler, Handlers } from './deps.ts'

/** Changes that can be planned: with `?plan=true` they are checked as ever, and answered with what they would lead to. */
export const plannableRoutes = [
  'POST /configuration_profiles',
  'POST /configuration_profiles/batch',
  'PATCH /configuration_profiles/:profile_uuid',
  'DELETE /configuration_profiles/:profile_uuid',
  'POST /labels',
  'PATCH /labels/:id',
  'DELETE /labels/id/:id',
  'DELETE /labels/:name',
  'POST /hosts/transfer',
  'POST /hosts/transfer/filter',
  'PATCH /teams/:id',
  'DELETE /teams/:id',
  'POST /change_sets/:id/undo',
] as const satisfies readonly Route[]

export type PlannableRoute = (typeof plannableRoutes)[number]

/** Changes that can be checked, without a plan: with `?dry_run=true` nothing is done, and what the change would be refused for is. */
export const checkableRoutes = [...plannableRoutes, 'POST /teams'] as const satisfies readonly Route[]

export type CheckableRoute = (typeof checkableRoutes)[number]

/** How long the request itself may take to be tried out, ms; what it leads to is bounded apart. */
const limitMs = 20_000

/**
 * Adds plans to handlers. `plannable` makes the same handlers over another app: one that decides and forgets, so that a plan is checked by the
 * very code that would do it. A write that cannot be planned refuses `plan` with 400, for it would be done.
 */
export const withPlans = (
  deps: AdminDeps,
  handlers: Handlers,
  plannable: (deps: AdminDeps) => Pick<Handlers, CheckableRoute>,
): Handlers => {
  const canPlan: ReadonlySet<string> = new Set(plannableRoutes)
  const canCheck: ReadonlySet<string> = new Set(checkableRoutes)
  const planning =
    (route: CheckableRoute): Handler =>
    async (request, response, caller) => {
      const [wantsThePlan, wantsTheCheck] = [wants(request, 'plan'), wants(request, 'dry_run')]
      if (wantsThePlan && !canPlan.has(route)) refuse(400, 'plan', cannotBePlanned)
      if (!wantsThePlan && !wantsTheCheck) return handlers[route](request, response, caller)
      const rehearsal = rehearsalOf(deps.app, limitMs)
      markRehearsed(response)
      await plannable({ ...deps, app: rehearsal.app })[route](request, response, caller)
      if (response.headersSent) return
      if (!wantsThePlan) return void response.status(204).end()
      const plan = await planOf({ ...deps.app, blobs: rehearsal.app.blobs }, rehearsal.events, {
        hostsAsked: deps.settings.planAsksHosts,
      })
      const warnings = [...warningsOn(response), ...plan.warnings]
      response.status(200).json({ plan: { ...plan, warnings }, ...toldWith(response) })
    }
  const refusing =
    (handle: Handler): Handler =>
    (request, response, caller) =>
      wants(request, 'plan') ? refuse(400, 'plan', cannotBePlanned) : handle(request, response, caller)
  const each = (Object.keys(access) as Route[]).map((route) => {
    if (canCheck.has(route)) return [route, planning(route as CheckableRoute)]
    return [route, route.startsWith('GET ') ? handlers[route] : refusing(handlers[route])]
  })
  return Object.fromEntries(each) as Handlers
}

const cannotBePlanned = 'This change cannot be planned.'

const wants = ({ query }: Request, what: 'plan' | 'dry_run'): boolean => {
  const told = query[what]
  if (told === undefined || told === 'false') return false
  return told === 'true' || refuse(400, what, `${what} is true or false.`)
}
