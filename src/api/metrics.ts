import type { RequestHandler, Response } from 'express'
import type { SignInWay } from '../domain/server/events.ts'
import type { Registry } from 'prom-client'
import { Counter, Histogram } from 'prom-client'

/** Methods that are told apart; a client may invent others. */
const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Notes how long a request took, in seconds. `route` is the template of the route, never a path that holds ids: each would be a time series of its own. */
export type ObserveRequest = (labels: Readonly<{ method: string; route: string; status: string }>, seconds: number) => void

/** The time that requests take until their answer is out, by method, route and status. */
export const requestTimes = (registry: Registry): ObserveRequest => {
  const seconds = new Histogram({
    name: 'muster_http_request_duration_seconds',
    help: 'How long requests took, until the answer was written.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return (labels, took) => {
    seconds.observe(labels, took)
  }
}

/** Times every request that comes by. Put it before all routes. */
export const timed =
  (observe: ObserveRequest): RequestHandler =>
  (request, response, next) => {
    const begun = performance.now()
    response.once('close', () => {
      const method = methods.includes(request.method) ? request.method : 'other'
      const status = response.writableFinished ? String(response.statusCode) : 'aborted'
      const route = namedRoute(response) ?? templateOf(request)
      observe({ method, route, status }, (performance.now() - begun) / 1000)
    })
    next()
  }

/** Counts sign-ins that were refused, by the way that was tried. */
export const refusedSignInCount = (registry: Registry): ((by: SignInWay) => void) => {
  const refused = new Counter({
    name: 'muster_sign_ins_refused_total',
    help: 'Sign-ins that were refused: wrong passwords and tokens, and what the identity provider or its rules refused.',
    labelNames: ['by'],
    registers: [registry],
  })
  return (by) => {
    refused.inc({ by })
  }
}

/** Names the route of a request where the router knows better than Express. */
export const nameRoute = (response: Response, route: string): void => {
  response.locals['route'] = route
}

const namedRoute = (response: Response): string | null => {
  const named: unknown = response.locals['route']
  return typeof named === 'string' ? named : null
}

const templateOf = (request: Readonly<{ baseUrl: string; route?: unknown }>): string => {
  const { route } = request
  const path = typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined
  return typeof path === 'string' ? `${request.baseUrl}${path}` : 'unmatched'
}
