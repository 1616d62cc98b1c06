import { setTimeout as pause } from 'node:timers/promises'
import type { Position } from '../kernel/event.ts'
import { catchUp } from './catch-up.ts'
import type { Fed, MainLane } from './main-lane.ts'
import { mainLane, nameOf } from './main-lane.ts'
import { patiently } from './patiently.ts'
import type { ProjectOptions, RunnerOptions } from './project-options.ts'
import type { Generation, Leadership } from './projection-store.ts'
import { Overtaken, workName } from './projection-store.ts'

/** A read model's tables cannot be made as its definition says. */
export class WrongSchema extends Error {
  override readonly name = 'WrongSchema'
}

/**
 * Keeps the read models up to date until `signal` aborts: waits to lead, then feeds them, one transaction per batch. New generations are
 * filled beside and shown when complete; a read model that fails is left out and tried again, alone. Survives the loss of the log and of the
 * store. Throws `WrongSchema`.
 */
export const runProjections = async (given: ProjectOptions): Promise<void> => {
  const options = { batchSize: 5000, retryStuckMs: 30_000, ...given }
  const { store, signal, logger } = options
  while (!signal.aborted) {
    const leadership = await store.lead(signal)
    if (leadership === null) return
    leadership.lost.addEventListener('abort', () => given.onLeading?.(false), { once: true })
    try {
      await prepare(options, AbortSignal.any([signal, leadership.lost]))
      given.onLeading?.(!leadership.lost.aborted)
      await lead(options, leadership)
    } catch (error) {
      if (error instanceof WrongSchema) throw error
      if (!isAbort(error)) logger.error({ error: messageOf(error) }, 'The projections begin anew from their checkpoints.')
    } finally {
      given.onLeading?.(false)
      await leadership.release()
    }
    await pause(beginAgainMs, undefined, { signal }).catch(() => undefined)
  }
}

const beginAgainMs = 200

const prepare = async ({ store, projections, work, logger }: RunnerOptions, signal: AbortSignal): Promise<void> => {
  try {
    await patiently(() => store.prepare(projections, work !== undefined), { signal, logger })
  } catch (error) {
    throw isAbort(error) ? error : new WrongSchema(messageOf(error), { cause: error })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'Something was thrown that is no error.')

const lead = async (given: RunnerOptions, leadership: Leadership): Promise<void> => {
  const over = new AbortController()
  const signal = AbortSignal.any([given.signal, leadership.lost, over.signal])
  const options: RunnerOptions = { ...given, signal }
  const { store, projections, logger } = options
  const feds = fedBy(options, await patiently(() => store.states(), options))
  const main = mainLane(options, together(feds))
  logger.info({ position: main.position(), projections: projections.length }, 'This process leads the projections.')

  const side = sideLanes(options, main)
  store.watch(({ kind }) => {
    if (kind === 'asked') side.look()
  }, signal)
  const timer = setInterval(side.look, options.retryStuckMs)
  const running = main.run()
  try {
    side.look()
    await Promise.race([running, side.failed])
  } finally {
    clearInterval(timer)
    over.abort()
    await Promise.allSettled([running, side.ended()])
  }
}

/** The generations that this process can feed. A retired one, or one of another version, is none of them. */
const fedBy = ({ projections, work }: RunnerOptions, states: readonly Generation[]): readonly Fed[] =>
  states.flatMap((state): Fed[] => {
    const { name, generation, schema } = state
    if (name === workName) return work === undefined ? [] : [{ state, feed: { name, generation, schema, from: work } }]
    const from = projections.find((projection) => projection.name === name && projection.version === state.version)
    return from === undefined || state.status === 'retired' ? [] : [{ state, feed: { name, generation, schema, from } }]
  })

/** Those that have come farthest go on together; the others catch up beside them. */
const together = (feds: readonly Fed[]): Readonly<{ feds: readonly Fed[]; position: Position | null }> => {
  const healthy = feds.filter(({ state }) => state.status !== 'stuck')
  const candidates = healthy.length > 0 ? healthy : feds
  const position = candidates.reduce<Position | null>((far, { state }) => farther(far, state.position), null)
  return { feds: healthy.filter(({ state }) => state.position === position), position }
}

const farther = (one: Position | null, other: Position | null): Position | null =>
  one === null ? other : other === null || other < one ? one : other

type SideLanes = Readonly<{
  /** Starts a lane for what is neither in the main lane nor on its way there. */
  look: () => void
  /** Rejects when a lane failed for a reason that only a new beginning cures. */
  failed: Promise<never>
  ended: () => Promise<void>
}>

const lookAgainMs = 1000

const sideLanes = (options: RunnerOptions, main: MainLane): SideLanes => {
  const busy = new Set<string>()
  const running = new Set<Promise<void>>()
  const { promise: failed, reject: fail } = withReject()

  const keep = (body: Promise<void>): void => {
    const kept: Promise<void> = body
      .catch((error: unknown) => {
        if (isAbort(error) || options.signal.aborted) return
        if (!(error instanceof Overtaken)) return fail(error)
        options.logger.warn({ error: error.message }, 'A read model was replaced while it caught up.')
        keep(pause(lookAgainMs, undefined, { signal: options.signal }).then(look))
      })
      .finally(() => running.delete(kept))
    running.add(kept)
  }

  const start = (feds: readonly Fed[], from: Position | null): void => {
    const names = feds.map(({ feed }) => nameOf(feed))
    for (const name of names) busy.add(name)
    keep(
      catchUp(options, main, { feds, from }).finally(() => {
        for (const name of names) busy.delete(name)
      }),
    )
  }

  const look = async (): Promise<void> => {
    const feds = fedBy(options, await patiently(() => options.store.states(), options))
    const behind = feds.filter(({ feed }) => !main.has(feed) && !busy.has(nameOf(feed)))
    for (const from of new Set(behind.map(({ state }) => state.position)))
      start(
        behind.filter(({ state }) => state.position === from),
        from,
      )
  }

  return {
    look: () => keep(look()),
    failed,
    ended: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

const withReject = (): Readonly<{ promise: Promise<never>; reject: (error: unknown) => void }> => {
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<never>((_, rejected) => (reject = rejected))
  promise.catch(() => undefined)
  return { promise, reject }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
