import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Log } from '../../app/ports.ts'
import { errorHandler, refuse } from '../errors.ts'

/** Everything that agents call lies below these. */
export const agentPrefixes = ['/api/osquery', '/api/v1/osquery', '/api/fleet/orbit']

/**
 * Answers whatever goes wrong while an agent is served. osquery reads no HTTP status: an answer without `error` counts as taken, and its body as what
 * was asked for (osquery/remote/utility.h). So every refusal says `error`; `node_invalid` is none of them.
 * https://github.com/osquery/osquery/blob/master/osquery/remote/utility.h
 */
export const agentErrors = (logger: Log): ErrorRequestHandler =>
  errorHandler(logger, (errors) => ({ error: errors.map(({ reason }) => reason).join(' ') }))

/** Refuses what no route has answered. */
export const unknownCall: RequestHandler = (request) =>
  refuse(404, 'base', `There is no ${request.method} ${request.baseUrl}${request.path} for agents.`)
