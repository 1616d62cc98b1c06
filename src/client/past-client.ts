import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { Actor, AsOf } from './json.ts'

/** The event that something is so because of; `sentence` is null for one that the server's version does not know. */
export type EventReference = Readonly<{
  position: string
  revision: number
  at: string
  type: string
  sentence: string | null
  why: string | null
  actor: Actor
  correlation_id: string
}>

export type Fact = string | number | boolean | null

/** What is different between two moments; null: it was, or is, not there. */
export type HostDiff = Readonly<{
  host_id: number
  from: AsOf
  to: AsOf
  changes: readonly Readonly<{ path: string; before: Fact; after: Fact; because: EventReference }>[]
  events_between: number
}>

/** `to` is null while it lasts. */
export type HostSegment = Readonly<{
  from: string
  to: string | null
  kind: 'discovered' | 'enrolling' | 'enrolled' | 'locked' | 'lost' | 'wiped' | 'unenrolled' | 'merged'
  epoch: number
  team_id: number | null
  team_name: string | null
  because: EventReference
}>

/** Looking back. Moments are times in ISO 8601 or positions of the log. */
export type PastClient = Readonly<{
  diff: (hostId: number, from: string, to: string) => Promise<HostDiff>
  segments: (hostId: number) => Promise<readonly HostSegment[]>
}>

export const pastClient = ({ json }: Pick<Connection, 'json'>): PastClient => ({
  diff: (hostId, from, to) => json<HostDiff>({ method: 'GET', path: pathOf`/hosts/${hostId}/diff`, query: { from, to } }),
  segments: async (hostId) =>
    (await json<Readonly<{ segments: readonly HostSegment[] }>>({ method: 'GET', path: pathOf`/hosts/${hostId}/segments` }))
      .segments,
})
