import type { Response } from 'express'
import type { App } from '../../app/app.ts'
import type { Position } from '../../kernel/event.ts'

type Executed = Readonly<{ position: Position | null }>

/**
 * Answers a write once the read models show it. When they do not in time, it is answered all the same, because it is done; the header
 * `x-read-models: behind` then says that reads may not show it yet.
 */
export const answer = async (
  { caughtUp }: Pick<App, 'caughtUp'>,
  response: Response,
  executed: Executed | readonly Executed[],
  body: () => object | Promise<object>,
): Promise<void> => {
  // What was only rehearsed is answered with its plan.
  if (isRehearsed(response)) return
  const all: readonly Executed[] = 'position' in executed ? [executed] : executed
  if (!(await caughtUp(latest(all)))) response.set('x-read-models', 'behind')
  response.json(await body())
}

/** Marks the request as one that is only tried out: its handler runs on a rehearsal, and does not answer. */
export const markRehearsed = (response: Response): void => {
  response.locals['rehearsed'] = true
}

export const isRehearsed = (response: Response): boolean => response.locals['rehearsed'] === true

/** What is worth knowing of a change, as sentences: a plan of it says so as well. */
export const warn = (response: Response, warnings: readonly string[]): void => {
  response.locals['warnings'] = warnings
}

export const warningsOn = (response: Response): readonly string[] =>
  (response.locals['warnings'] as readonly string[] | undefined) ?? []

/** Has a plan say more than the plan. */
export const tellWithPlan = (response: Response, more: object): void => {
  response.locals['toldWithPlan'] = more
}

export const toldWith = (response: Response): object => (response.locals['toldWithPlan'] as object | undefined) ?? {}

/** The one that stands farthest in the log. */
const latest = (executed: readonly Executed[]): Executed =>
  executed.reduce<Executed>(
    (last, next) => (next.position !== null && (last.position === null || next.position > last.position) ? next : last),
    { position: null },
  )
