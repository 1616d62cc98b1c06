import type { RequestHandler, Response } from 'express'
import { randomUUID } from 'node:crypto'

/** What may come from outside as an id: enough for every tracing system, and safe in a log line. */
const wellFormed = /^[\w.-]{8,64}$/

/** Gives every request an id, its own (`x-request-id`) if it is well formed, and says it in the answer. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  const id = given !== undefined && wellFormed.test(given) ? given : randomUUID()
  response.locals['requestId'] = id
  response.set('x-request-id', id)
  next()
}

/** The id of the request that is being answered. */
export const requestIdOf = (response: Response): string => {
  const id: unknown = response.locals['requestId']
  return typeof id === 'string' ? id : 'unknown'
}
