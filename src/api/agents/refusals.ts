import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Log } from '../../app/ports.ts'
import type { AgentKind } from '../../domain/agents/events.ts'
import type { DeviceAnswer, DeviceHead } from '../device-path.ts'
import { failureOf, refuse } from '../errors.ts'

/** Everything that agents call lies below these. */
export const agentPrefixes = ['/api/osquery', '/api/v1/osquery', '/api/fleet/orbit']

/** A key or secret that is nobody's. osquery enrolls again by `node_invalid`, orbit by the status. */
export class UnknownKey extends Error {
  override readonly name = 'UnknownKey'
  readonly status: 200 | 401
  readonly body: object

  constructor(kind: AgentKind, message: string, status: 200 | 401 = kind === 'orbit' ? 401 : 200) {
    super(message)
    this.status = status
    this.body = { ...(kind === 'osquery' && { node_invalid: true }), error: message }
  }
}

/**
 * Answers whatever goes wrong while an agent is served. osquery reads no HTTP status: an answer without `error` counts as taken, and its body as what
 * was asked for (osquery/remote/utility.h). So every refusal says `error`; `node_invalid` is said of unknown keys alone.
 * https://github.com/osquery/osquery/blob/master/osquery/remote/utility.h
 */
export const agentFailures = (logger: Log) => {
  const answerTo = failureOf(logger, (errors) => ({ error: errors.map(({ reason }) => reason).join(' ') }))
  return (error: unknown, { method, path }: Readonly<{ method: string; path: string }>): DeviceAnswer => {
    if (error instanceof UnknownKey) return jsonAnswer(error.body, { status: error.status })
    const { status, retryAfter, body } = answerTo(error, { requestId: randomUUID(), method, path })
    return jsonAnswer(body, { status, ...(retryAfter !== null && { headers: { 'retry-after': String(retryAfter) } }) })
  }
}

/** An answer in JSON, with status 200 unless told. */
export const jsonAnswer = (
  body: object,
  { status = 200, headers }: Readonly<{ status?: number; headers?: DeviceAnswer['headers'] }> = {},
): DeviceAnswer => ({ status, type: 'application/json; charset=utf-8', body: JSON.stringify(body), ...(headers && { headers }) })

/** For the routes that Express serves. */
export const agentErrors = (logger: Log): ErrorRequestHandler => {
  const answerTo = agentFailures(logger)
  return (error: unknown, request, response, next) => {
    const { method, baseUrl, path } = request
    const { status, type = '', body, headers = {} } = answerTo(error, { method, path: `${baseUrl}${path}` })
    if (response.headersSent) return next(error)
    response.status(status).set(headers).type(type).send(body)
  }
}

/** For the routes on the path of devices. */
export const agentFailed = (logger: Log): ((error: unknown, head: DeviceHead) => DeviceAnswer) => {
  const answerTo = agentFailures(logger)
  return (error, { path }) => answerTo(error, { method: 'POST', path })
}

/** Refuses what no route has answered. */
export const unknownCall: RequestHandler = (request) =>
  refuse(404, 'base', `There is no ${request.method} ${request.baseUrl}${request.path} for agents.`)
