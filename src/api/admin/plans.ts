import type { Request } from 'express'
import { rehearsalOf } from '../../app/rehearsal.ts'
import { refuse } from '../errors.ts'
import { planOf } from '../planning/plan.ts'
import type { Route } from './access.ts'
import { access } from './access.ts'
import { markRehearsed, toldWith } from './answer.ts'
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

/** How long the request itself may take to be tried out, ms; what it leads to is bounded apart. */
const limitMs = 20_000

/**
 * Adds plans to handlers. `plannable` makes the same handlers over another app: one that decides and forgets, so that a plan is checked by the
 * very code that would do it. A write that cannot be planned refuses `plan` with 400, for it would be done.
 */
export const withPlans = (
  deps: AdminDeps,
  handlers: Handlers,
  plannable: (deps: AdminDeps) => Pick<Handlers, PlannableRoute>,
): Handlers => {
  const canPlan: ReadonlySet<string> = new Set(plannableRoutes)
  const planning =
    (route: PlannableRoute): Handler =>
    async (request, response, caller) => {
      if (!wantsPlan(request)) return handlers[route](request, response, caller)
      const rehearsal = rehearsalOf(deps.app, limitMs)
      markRehearsed(response)
      await plannable({ ...deps, app: rehearsal.app })[route](request, response, caller)
      if (response.headersSent) return
      const plan = await planOf(deps.app, rehearsal.events, { hostsAsked: deps.settings.planAsksHosts })
      response.status(200).json({ plan, ...toldWith(response) })
    }
  const refusing =
    (handle: Handler): Handler =>
    (request, response, caller) =>
      wantsPlan(request) ? refuse(400, 'plan', 'This change cannot be planned.') : handle(request, response, caller)
  const each = (Object.keys(access) as Route[]).map((route) => {
    if (canPlan.has(route)) return [route, planning(route as PlannableRoute)]
    return [route, route.startsWith('GET ') ? handlers[route] : refusing(handlers[route])]
  })
  return Object.fromEntries(each) as Handlers
}

const wantsPlan = ({ query }: Request): boolean => {
  const told = query['plan']
  if (told === undefined || told === 'false') return false
  return told === 'true' || refuse(400, 'plan', 'plan is true or false.')
}
