import type { Position, Recorded } from '../kernel/event.ts'
import type { Fed, MainLane } from './main-lane.ts'
import { goingOn, upTo } from './main-lane.ts'
import { patiently } from './patiently.ts'
import type { RunnerOptions } from './project-options.ts'

/** So few missing events that the main lane may wait for them. */
const fewEnough = 1_000

/**
 * Brings feeds that are behind, all at `from`, as far as the main lane has come, beside it, and hands them over. Feeds that become stuck are
 * left behind. Throws `Overtaken`, and an `AbortError` when the signal aborts.
 */
export const catchUp = async (
  options: RunnerOptions,
  main: MainLane,
  { feds, from }: Readonly<{ feds: readonly Fed[]; from: Position | null }>,
): Promise<void> => {
  const { log, store, batchSize } = options
  let behind = feds
  const readAfter = async (after: Position | null): Promise<readonly Recorded[]> => {
    const page = await patiently(() => log.readAll({ after, limit: batchSize }), options)
    await store.foldAhead(
      behind.map(({ feed }) => feed),
      page,
    )
    return page
  }
  const pageAfter = (after: Position | null): Promise<readonly Recorded[]> => {
    const page = readAfter(after)
    page.catch(() => undefined)
    return page
  }

  let passed = Math.max(0, ...feds.map(({ state }) => state.events))
  let position = from
  let next = pageAfter(position)
  while (behind.length > 0) {
    const page = await next
    const limit = main.position()
    const events = limit === null ? [] : upTo(limit, page)
    const last = events.at(-1)
    if (last !== undefined) {
      // While these are applied, the next are read.
      next = pageAfter(last.position)
      const feeds = behind.map(({ feed }) => feed)
      const before = position
      const applied = await patiently(() => store.apply({ feeds, from: before, events, announce: false }), options)
      behind = goingOn(behind, applied, options)
      position = last.position
      passed += events.length
    }
    // Under steady writing a page is always full: what is missing then is applied while the main lane waits, and both go on together.
    if (events.length < batchSize || main.passed() - passed < Math.max(batchSize, fewEnough))
      return await main.join(behind, position)
  }
}
