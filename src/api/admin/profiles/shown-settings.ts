import type { ProfileRow } from '../../../projections/profiles.ts'
import type { KindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { settingsJson } from '../../../protocols/readable/settings-json.ts'
import type { Definition } from './profile-presentation.ts'

/** What settings were uploaded as. */
export const uploadKindOf = ({ kind, family }: Pick<ProfileRow, 'kind' | 'family'>): KindOfUpload =>
  kind === 'declaration' ? 'declaration' : family === 'windows' ? 'windows-profile' : 'apple-profile'

/** What a version of settings sets, as a tree. Secrets and variables stay as they are written. */
export const shownSettings = (row: Definition, bytes: Uint8Array) => ({
  ...versionJson(row),
  settings: settingsJson(uploadKindOf(row), bytes),
})

/** Which version of which settings it is. */
export const versionJson = (row: Definition) => ({
  profile_uuid: row.profile_id,
  name: row.name,
  platform: row.family === 'windows' ? 'windows' : 'darwin',
  checksum: Buffer.from(row.checksum, 'hex').toString('base64'),
  updated_at: row.uploaded_at,
})
