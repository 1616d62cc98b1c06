import { setTimeout as pause } from 'node:timers/promises'
import { patiently } from './patiently.ts'
import type { ProjectOptions } from './project-options.ts'
import { runProjections } from './project.ts'
import type { Generation, ProjectionFailure } from './projection-store.ts'

/** How far one rebuild is. `events`: how many of the log it has passed; `total`: how many the read model that is shown has, about the goal. */
export type RebuildProgress = Readonly<{
  name: string
  events: number
  total: number
  state: 'building' | 'done' | 'stuck'
  failure: ProjectionFailure | null
}>

export type RebuildOptions = ProjectOptions &
  Readonly<{
    /** The read models to fill anew. */
    names: 'all' | readonly string[]
    onProgress?: (progress: readonly RebuildProgress[]) => void
    /** How often to look (default 500 ms). */
    pollMs?: number
  }>

/**
 * Fills read models anew beside those shown, which are asked until the new ones are complete. The process that leads does it; this one
 * stands by and takes part, so that it also works when no server runs. Answers how each ended; when `signal` aborts before that, how far
 * each is (a server goes on with it). Throws an `Error` for a name that no projection has.
 */
export const rebuildProjections = async (options: RebuildOptions): Promise<readonly RebuildProgress[]> => {
  const { store, projections, names, onProgress, pollMs = 500, logger } = options
  const unknown = names === 'all' ? undefined : names.find((name) => !projections.some((projection) => projection.name === name))
  if (unknown !== undefined)
    throw new Error(`There is no projection "${unknown}". There are: ${projections.map(({ name }) => name).join(', ')}.`)
  const chosen = projections.filter(({ name }) => names === 'all' || names.includes(name))

  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  await patiently(() => store.rebuild(chosen), { signal, logger })
  const asked = newest(await patiently(() => store.states(), { signal, logger }))
  const runner = runProjections({ ...options, signal })
  try {
    for (;;) {
      const states = await Promise.race([patiently(() => store.states(), { signal: over.signal, logger }), failureOf(runner)])
      const progress = chosen.map(({ name }) => progressOf(name, asked.get(name), states))
      onProgress?.(progress)
      if (options.signal.aborted || progress.every(({ state }) => state !== 'building')) return progress
      await pause(pollMs, undefined, { signal: options.signal }).catch(() => undefined)
    }
  } finally {
    over.abort()
    await runner
  }
}

const newest = (states: readonly Generation[]): ReadonlyMap<string, Generation> =>
  new Map(states.map((state) => [state.name, state]))

/** Never answers; throws when the runner does. */
const failureOf = (runner: Promise<void>): Promise<never> =>
  new Promise((_, reject) => {
    runner.catch(reject)
  })

/** One that was asked for and is gone was replaced by one that came later, or by nothing: neither is being built here any more. */
const progressOf = (name: string, asked: Generation | undefined, states: readonly Generation[]): RebuildProgress => {
  const own = states.filter((state) => state.name === name)
  const state = own.find(({ generation }) => generation === asked?.generation)
  const shown = own.find((generation) => generation.shown)
  const total = Math.max(shown?.events ?? 0, state?.events ?? 0)
  const common = { name, events: state?.events ?? total, total, failure: state?.failure ?? null }
  if (state === undefined || (state.shown && state.status === 'live')) return { ...common, state: 'done' }
  return { ...common, state: state.status === 'stuck' && state.failure !== null ? 'stuck' : 'building' }
}
