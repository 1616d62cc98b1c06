import type { Family } from '../../client/settings-client.ts'
import type { WantedLabel } from './labels-in.ts'
import type { ProfileFile } from './profile-file.ts'
import type { Aims } from './team-file.ts'

export type WantedProfile = ProfileFile & Readonly<{ aims: Aims; from: string }>

/**
 * A team, or no team (`name` null). Secrets that are null stay as they are. `lists` are those of settings that files tell, whole: what the team has
 * for other devices stays as it is.
 */
export type WantedTeam = Readonly<{
  name: string | null
  secrets: readonly string[] | null
  lists: readonly Family[]
  profiles: readonly WantedProfile[]
}>

/** Everything that the files say. `variables` are secrets that profiles name and the environment has; `notes` are for people. */
export type Wanted = Readonly<{
  labels: readonly WantedLabel[]
  teams: readonly WantedTeam[]
  variables: readonly Readonly<{ name: string; value: string }>[]
  notes: readonly string[]
}>

/** Names that differ in case only are the same to the server. */
export const comparable = (name: string): string => name.trim().normalize('NFC').toLowerCase()
