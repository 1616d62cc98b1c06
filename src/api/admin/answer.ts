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
  const all: readonly Executed[] = 'position' in executed ? [executed] : executed
  if (!(await caughtUp(latest(all)))) response.set('x-read-models', 'behind')
  response.json(await body())
}

/** The one that stands farthest in the log. */
const latest = (executed: readonly Executed[]): Executed =>
  executed.reduce<Executed>(
    (last, next) => (next.position !== null && (last.position === null || next.position > last.position) ? next : last),
    { position: null },
  )
