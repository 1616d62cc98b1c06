import type { Profile } from '../../../client/json.ts'

/** What a profile is, by the letter that its id begins with. */
export const kindOf = ({ profile_uuid }: Pick<Profile, 'profile_uuid'>): string =>
  profile_uuid.startsWith('d') ? 'Declaration' : profile_uuid.startsWith('w') ? 'Windows profile' : 'Configuration profile'

/** The ends of names that settings may have. */
export const settingsFiles: readonly string[] = ['.mobileconfig', '.json', '.xml']
