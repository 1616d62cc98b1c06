import type { App } from '../../app/app.ts'
import type { Request, Response } from 'express'
import { ParseError } from '../../kernel/parse-error.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { HttpRefusal, problemOf, statusOf } from '../errors.ts'

export type Answering = (request: Request, response: Response) => Promise<void>

/** What became of one addressee. */
export type Outcome = Readonly<{ push_result?: string; push_error?: string; command_error?: string }>

/**
 * All went well (200), some did (207), or none (500): an addressee that was given the command and could not be pushed to counts among those with which it
 * did not. https://github.com/micromdm/nanomdm/blob/v0.9.0/api/api.go
 */
export const statusFor = (outcomes: readonly Outcome[]): number => {
  const failed = outcomes.filter((outcome) => outcome.push_error !== undefined || outcome.command_error !== undefined).length
  if (failed === 0) return 200
  return failed === outcomes.length ? 500 : 207
}

/** Errors in NanoMDM's form, `{error}`, and under the name by which callers of this door look for one. */
export const answering =
  ({ logger }: Pick<App, 'logger'>, handle: Answering, also?: 'command_error' | 'push_error'): Answering =>
  async (request, response) => {
    try {
      await handle(request, response)
    } catch (error) {
      const status = statusFrom(error)
      if (status >= 500) logger.error({ err: error, path: request.path }, 'a request failed')
      const said = status >= 500 ? 'The server failed; its log says why.' : (error as Error).message
      response.status(status).json({ error: said, ...(also !== undefined && { [also]: said }) })
    }
  }

const statusFrom = (error: unknown): number => {
  if (error instanceof ParseError) return 400
  if (error instanceof HttpRefusal) return error.status
  if (error instanceof Rejection) return (statusOf as Readonly<Record<string, number | undefined>>)[error.code] ?? 500
  return problemOf(error)?.status ?? 500
}
