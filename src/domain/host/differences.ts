import type { Recorded } from '../../kernel/event.ts'
import type { HostEvent } from './events.ts'
import type { Fact, Facts } from './facts.ts'
import { sections } from './facts.ts'
import type { Host } from './host.ts'
import { host } from './host.ts'

/** A fact that is not what it was; null: it was, or is, not there. `because` is the last event that made it what it is. */
export type Difference = Readonly<{ path: string; before: Fact; after: Fact; because: Recorded<HostEvent> }>

/** What is different about a host after these events, in order of paths. What changed and changed back is no difference. */
export const differences = (before: Host, events: readonly Recorded<HostEvent>[]): readonly Difference[] => {
  const first = sections.map(({ tell }) => factsOf(tell(before)))
  const last = [...first]
  const causes = new Map<string, Recorded<HostEvent>>()
  let now = before
  for (const event of events) {
    const next = host.evolve(now, event)
    for (const [index, { part, tell }] of sections.entries()) {
      if (part(next) === part(now)) continue
      const [were, are] = [last[index] ?? none, factsOf(tell(next))]
      for (const path of changed(were, are)) causes.set(path, event)
      last[index] = are
    }
    now = next
  }
  return sections
    .flatMap((_, index) => {
      const [were, are] = [first[index] ?? none, last[index] ?? none]
      return changed(were, are).flatMap((path) => {
        const because = causes.get(path)
        return because === undefined ? [] : [{ path, before: were.get(path) ?? null, after: are.get(path) ?? null, because }]
      })
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

/** Everything that is compared of a host. */
export const factsOfHost = (of: Host): Facts => new Map(sections.flatMap(({ tell }) => [...factsOf(tell(of))]))

const none: Facts = new Map()

const factsOf = (told: readonly (readonly [string, Fact | undefined])[]): Facts =>
  new Map(told.map(([path, fact]) => [path, fact ?? null]))

/** The paths of facts that are not the same; one that is null is as good as not there. */
const changed = (were: Facts, are: Facts): readonly string[] =>
  [...new Set([...were.keys(), ...are.keys()])].filter((path) => (were.get(path) ?? null) !== (are.get(path) ?? null))
