import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { HostDiff, HostSegment, SettingsDiff, SettingsTree, SettingsVersion } from './history-json.ts'

/** Looking back. Moments are times in ISO 8601 or positions of the log. */
export type PastClient = Readonly<{
  diff: (hostId: number, from: string, to: string) => Promise<HostDiff>
  segments: (hostId: number) => Promise<readonly HostSegment[]>
  /** What a profile sets, now or as of a moment. */
  settings: (profileUuid: string, at?: string) => Promise<SettingsVersion & Readonly<{ settings: SettingsTree }>>
  /** Without `to`: up to now. */
  settingsDiff: (profileUuid: string, from: string, to?: string) => Promise<SettingsDiff>
}>

export const pastClient = ({ json }: Pick<Connection, 'json'>): PastClient => ({
  diff: (hostId, from, to) => json<HostDiff>({ method: 'GET', path: pathOf`/hosts/${hostId}/diff`, query: { from, to } }),
  segments: async (hostId) =>
    (await json<Readonly<{ segments: readonly HostSegment[] }>>({ method: 'GET', path: pathOf`/hosts/${hostId}/segments` }))
      .segments,
  settings: (profileUuid, at) =>
    json({
      ...{ method: 'GET', path: pathOf`/configuration_profiles/${profileUuid}/settings` },
      query: { ...(at !== undefined && { at }) },
    }),
  settingsDiff: (profileUuid, from, to) =>
    json({
      ...{ method: 'GET', path: pathOf`/configuration_profiles/${profileUuid}/settings/diff` },
      query: { from, ...(to !== undefined && { to }) },
    }),
})
