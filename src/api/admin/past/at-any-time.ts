import type { Request, Response } from 'express'
import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import { queryOf } from '../../parsing.ts'
import type { Route } from '../access.ts'
import type { Handlers } from '../deps.ts'
import { atQuery, momentOf } from './moments.ts'

/** Answers a route as it would have been answered at a moment. */
export type PastHandler = (request: Request, response: Response, moment: Moment) => Promise<void>

/** What answers with `?at=`, besides the routes that read it themselves. */
export const pastRoutes = [
  'GET /hosts/:id',
  'GET /hosts/:id/configuration_profiles',
  'GET /hosts/:id/labels',
  'GET /hosts/:id/commands',
  'GET /teams/:id',
  'GET /labels/:id',
  'GET /configuration_profiles/:profile_uuid',
  'GET /configuration_profiles/:profile_uuid/settings',
] as const satisfies readonly Route[]

export type PastRoute = (typeof pastRoutes)[number]

export type PastHandlers = Readonly<Record<PastRoute, PastHandler>>

/** The handlers of today, which answer as of the moment that a request names with `?at=`, where there is a way to. */
export const atAnyTime = <H extends Partial<Handlers>>(app: Pick<App, 'log' | 'clock'>, present: H, then: PastHandlers): H => {
  const overlaid = Object.entries(then).map(([route, handleThen]) => {
    const handleNow = present[route as Route]
    const handle: Handlers[Route] = async (request, response, caller) => {
      const { at } = queryOf(atQuery, request)
      if (at !== undefined) return handleThen(request, response, await momentOf(app, at, 'at'))
      return handleNow?.(request, response, caller)
    }
    return [route, handle] as const
  })
  return { ...present, ...Object.fromEntries(overlaid) }
}
