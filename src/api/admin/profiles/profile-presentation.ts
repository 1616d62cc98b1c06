import { noTeam } from '../../../domain/teams/events.ts'
import type { Targets } from '../../../domain/profiles/events.ts'
import type { ProfileRow } from '../../../projections/profiles.ts'
import type { ShownLabel } from './profile-labels.ts'

/** What is shown of a setting, whether it comes from the read models or from a replay. */
export type Definition = Pick<
  ProfileRow,
  | 'profile_id'
  | 'team_id'
  | 'kind'
  | 'family'
  | 'targets'
  | 'name'
  | 'identifier'
  | 'scope'
  | 'checksum'
  | 'created_at'
  | 'uploaded_at'
>

/** A setting's definition in Fleet's JSON; the checksum is the base64 of the MD5's bytes, as scripts compare it. */
export const definitionJson = (row: Definition, shown: (labelId: string) => ShownLabel) => ({
  profile_uuid: row.profile_id,
  team_id: row.team_id === noTeam ? null : Number(row.team_id),
  name: row.name,
  platform: row.family === 'windows' ? 'windows' : 'darwin',
  ...(row.family === 'apple' && { identifier: row.identifier, scope: row.scope }),
  created_at: row.created_at,
  updated_at: row.uploaded_at,
  ...(row.kind === 'declaration' && { uploaded_at: row.uploaded_at }),
  checksum: Buffer.from(row.checksum, 'hex').toString('base64'),
  ...labelsJson(row.targets, shown),
})

const labelsJson = (targets: Targets | null, shown: (labelId: string) => ShownLabel) =>
  targets === null
    ? {}
    : {
        ...(targets.includeAll.length > 0 && { labels_include_all: targets.includeAll.map(shown) }),
        ...(targets.includeAny.length > 0 && { labels_include_any: targets.includeAny.map(shown) }),
        ...(targets.excludeAny.length > 0 && { labels_exclude_any: targets.excludeAny.map(shown) }),
      }

/** What a downloaded profile is called: `2026-03-01 Wi-Fi.mobileconfig`. */
export const downloadNameOf = (now: Date, { name, kind, family }: Pick<ProfileRow, 'name' | 'kind' | 'family'>): string =>
  `${now.toISOString().slice(0, 10)} ${name.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, '_')}${extensionOf(kind, family)}`

const extensionOf = (kind: ProfileRow['kind'], family: ProfileRow['family']): string =>
  kind === 'declaration' ? '.json' : family === 'windows' ? '.xml' : '.mobileconfig'
