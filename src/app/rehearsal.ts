import type { Decider } from '../kernel/decider.ts'
import type { AnyCommand, AnyEvent, Cause, Recorded } from '../kernel/event.ts'
import { derivedId, streamOf } from '../kernel/ids.ts'
import type { App } from './app.ts'
import type { Execute, Load, Loaded } from './execute.ts'
import { decideInTurn, metadataOf } from './execute.ts'
import { TookTooLong } from './ports.ts'

/** `app` decides as the real one does, and appends nothing; what it would have appended is in `events`, in order. */
export type Rehearsal = Readonly<{ app: App; events: readonly Recorded[] }>

/**
 * An app for trying out what a request would lead to: each stream begins as it is in the log, and goes on in memory. Read models show what is,
 * not what would be. Whatever writes by another way than `execute` and `blobs.keep` throws an `Error`; past `limitMs` it throws `TookTooLong`.
 */
export const rehearsalOf = (app: App, limitMs: number): Rehearsal => {
  const states = new Map<string, Loaded<unknown>>()
  const events: Recorded[] = []
  const kept = new Map<string, Uint8Array>()
  const until = app.clock().getTime() + limitMs

  const load: Load = async <C extends AnyCommand, E extends AnyEvent, S>(decider: Decider<C, E, S>, id: string) => {
    if (app.clock().getTime() > until) throw new TookTooLong('This takes too long to work out; plan for less at once.')
    const stream = streamOf(decider.category, id)
    const known = states.get(stream) as Loaded<S> | undefined
    if (known !== undefined) return known
    const loaded = await app.load(decider, id)
    // Another step of the same request may have gone on meanwhile.
    const first = (states.get(stream) as Loaded<S> | undefined) ?? loaded
    states.set(stream, first)
    return first
  }

  const execute: Execute = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: NoInfer<C> | readonly NoInfer<C>[],
    cause: Cause,
  ) => {
    await load(decider, id)
    const stream = streamOf(decider.category, id)
    const now = states.get(stream) as Loaded<S>
    const at = app.clock().toISOString()
    const decided = decideInTurn(decider, command, { state: now.state, at }).map((event, index): Recorded<E> => {
      const revision = now.revision + 1 + index
      const position = `rehearsed/${String(events.length + index).padStart(9, '0')}`
      const metadata = metadataOf(decider, id, event, { cause, at })
      const eventId = derivedId(`rehearsed/${stream}/${String(revision)}`)
      return { ...event, id, category: decider.category, eventId, revision, position, at, metadata }
    })
    const state = decided.reduce((before, event) => decider.evolve(before, event), now.state)
    states.set(stream, { state, revision: now.revision + decided.length })
    events.push(...decided)
    return { events: decided, position: null, state }
  }

  return {
    events,
    app: {
      ...app,
      execute,
      load,
      caughtUp: () => Promise.resolve(true),
      blobs: {
        ...app.blobs,
        keep: (bytes) => {
          const blob = `rehearsed/${String(kept.size)}`
          kept.set(blob, bytes)
          return Promise.resolve({ blob })
        },
        fetch: async (content) => ('blob' in content ? kept.get(content.blob) : undefined) ?? app.blobs.fetch(content),
        keepSealed: never,
      },
      log: { ...app.log, append: never },
      vault: { ...app.vault, seal: never, destroy: never },
      applyNow: never,
    },
  }
}

const never = (): never => {
  throw new Error('A rehearsal writes nothing.')
}
