import { noTeam } from '../../domain/teams/events.ts'
import type { ProfileRow } from '../../projections/profiles.ts'

/** A profile's definition in Fleet's JSON; the checksum is the base64 of the MD5's bytes, as scripts compare it. */
export const definitionJson = (row: ProfileRow) => ({
  profile_uuid: row.profile_id,
  team_id: row.team_id === noTeam ? null : Number(row.team_id),
  name: row.name,
  platform: 'darwin',
  identifier: row.identifier,
  scope: row.scope,
  created_at: row.created_at,
  updated_at: row.uploaded_at,
  checksum: Buffer.from(row.checksum, 'hex').toString('base64'),
})

/** What a downloaded profile is called: `2026-03-01 Wi-Fi.mobileconfig`. */
export const downloadNameOf = (now: Date, name: string): string =>
  `${now.toISOString().slice(0, 10)} ${name.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, '_')}.mobileconfig`
