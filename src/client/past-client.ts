import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { HostDiff, HostSegment } from './history-json.ts'

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
