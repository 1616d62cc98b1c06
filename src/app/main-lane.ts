import type { Position, Recorded } from '../kernel/event.ts'
import { oneAtATime } from '../kernel/one-at-a-time.ts'
import { paced } from './paced.ts'
import { patiently } from './patiently.ts'
import type { RunnerOptions } from './project-options.ts'
import type { Applied, Feed, Generation } from './projection-store.ts'
import { workName } from './projection-store.ts'

/** A generation that this process can feed, with what feeds it. */
export type Fed = Readonly<{ state: Generation; feed: Feed }>

/** The feeds that go through the log together, at its end. */
export type MainLane = Readonly<{
  position: () => Position | null
  /** How many events of the log it has passed. */
  passed: () => number
  has: (feed: Feed) => boolean
  /** Follows the log until `signal` aborts. Throws `Overtaken`. */
  run: () => Promise<void>
  /** Takes in feeds that have come close: applies what they still lack while nothing else moves. Throws `Overtaken`. */
  join: (feds: readonly Fed[], position: Position | null) => Promise<void>
}>

/** How long events gather after a batch, ms: hardly at all after one that a person waits for, longer in a rush. */
const restAfter = (events: number): number => Math.min(20, 2 * events)

/** How many events may be missing when a new generation is shown. */
const closeEnough = 200

export const mainLane = (
  options: RunnerOptions,
  start: Readonly<{ feds: readonly Fed[]; position: Position | null }>,
): MainLane => {
  const { log, store, signal, logger, batchSize } = options
  const alone = oneAtATime()
  const members = new Map(start.feds.map((fed) => [nameOf(fed.feed), fed]))
  let position = start.position
  let passed = Math.max(0, ...start.feds.filter(({ state }) => state.name !== workName).map(({ state }) => state.events))
  let showAgainAt = 0

  const applyTo = async (feds: readonly Fed[], from: Position | null, events: readonly Recorded[], announce: boolean) => {
    const feeds = feds.map(({ feed }) => feed)
    if (feeds.length === 0) return feds
    return goingOn(feds, await patiently(() => store.apply({ feeds, from, events, announce }), options), options)
  }

  /** Shows what is complete. What cannot be shown now (its view is in use) is tried again later. */
  const showComplete = async (): Promise<void> => {
    const complete = [...members.values()]
      .filter(({ state }) => state.status !== 'live')
      .sort((one, other) => one.feed.generation - other.feed.generation)
    if (complete.length === 0 || Date.now() < showAgainAt || !(await isClose())) return
    try {
      await store.show(complete.map(({ feed }) => feed))
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'New read models cannot be shown yet.')
      showAgainAt = Date.now() + 5000
      return
    }
    for (const { state, feed } of complete) {
      for (const [name, other] of members) if (other.feed.name === feed.name && other.feed !== feed) members.delete(name)
      members.set(nameOf(feed), { state: { ...state, status: 'live', shown: true }, feed })
      logger.info({ projection: feed.name, version: state.version, generation: feed.generation }, 'A read model is live.')
    }
  }

  /** Beside live read models they are as complete as these; else the log must be nearly at its end. */
  const isClose = async (): Promise<boolean> => {
    if ([...members.values()].some(({ state }) => state.status === 'live' && state.name !== workName)) return true
    return (await patiently(() => log.readAll({ after: position, limit: closeEnough }), options)).length < closeEnough
  }

  const foldAhead = (batch: readonly Recorded[]): Promise<void> =>
    store.foldAhead(
      [...members.values()].map(({ feed }) => feed),
      batch,
    )

  const applyBatch = async (batch: readonly Recorded[]): Promise<void> => {
    const events = position === null ? batch : after(position, batch)
    const last = events.at(-1)
    if (last === undefined) return
    const before = [...members.values()]
    const healthy = new Set((await applyTo(before, position, events, true)).map(({ feed }) => nameOf(feed)))
    for (const { feed } of before) if (!healthy.has(nameOf(feed))) members.delete(nameOf(feed))
    position = last.position
    passed += events.length
    options.onAdvanced?.(position)
    options.onBatch?.(events)
    if (batch.length < batchSize) await showComplete()
  }

  return {
    position: () => position,
    passed: () => passed,
    has: (feed) => members.has(nameOf(feed)),

    run: async () => {
      if (position !== null) options.onAdvanced?.(position)
      await alone(showComplete)
      const batches = log.subscribe({ after: position, maxBatch: batchSize, signal })
      for await (const batch of paced(batches, { restAfter, full: batchSize, signal, prepare: foldAhead })) {
        if (signal.aborted) return
        await alone(() => applyBatch(batch))
      }
    },

    join: (feds, from) =>
      alone(async () => {
        let joining = feds
        let reached = from
        while (joining.length > 0 && position !== null && (reached === null || reached < position)) {
          const after = reached
          const page = await patiently(() => log.readAll({ after, limit: batchSize }), options)
          const events = upTo(position, page)
          const last = events.at(-1)
          if (last === undefined) throw new Error(`The log has no events up to ${position}, which was read from it.`)
          joining = await applyTo(joining, reached, events, false)
          reached = last.position
        }
        for (const fed of joining) members.set(nameOf(fed.feed), fed)
        await showComplete()
      }),
  }
}

/** What became stuck, and what was set aside, is told; the rest goes on. */
export const goingOn = (feds: readonly Fed[], { stuck, setAside }: Applied, { logger }: RunnerOptions): readonly Fed[] => {
  for (const { name, generation, count, first } of setAside)
    logger.error({ projection: name, generation, count, ...first }, 'A read model set aside what it cannot take in, and goes on.')
  for (const { name, generation, failure } of stuck)
    logger.error({ projection: name, generation, ...failure }, 'A read model is stuck at an event and will be tried again.')
  const names = new Set(stuck.map(nameOf))
  return feds.filter(({ feed }) => !names.has(nameOf(feed)))
}

export const nameOf = ({ name, generation }: Readonly<{ name: string; generation: number }>): string =>
  `${name} ${String(generation)}`

/** The events of a page that are not beyond a position; the page itself where that is all of it. */
export const upTo = (position: Position, page: readonly Recorded[]): readonly Recorded[] =>
  whole(
    page,
    page.filter((event) => event.position <= position),
  )

const after = (position: Position, page: readonly Recorded[]): readonly Recorded[] =>
  whole(
    page,
    page.filter((event) => event.position > position),
  )

const whole = <T>(page: readonly T[], part: readonly T[]): readonly T[] => (part.length === page.length ? page : part)
