import type { PlatformFamily } from '../domain/platforms.ts'
import type { ProfileEvent, ProfileScope, ProfileVersion, SettingsKind, Targets } from '../domain/profiles/events.ts'
import type { Content } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type ProfileRow = Readonly<{
  profile_id: string
  team_id: string
  kind: SettingsKind
  family: PlatformFamily
  targets: Targets | null
  name: string
  identifier: string
  scope: ProfileScope
  checksum: string
  size: number
  payload_types: readonly string[]
  variables: readonly string[]
  secrets: readonly string[]
  content: Content
  created_at: string
  uploaded_at: string
  deleted_at: string | null
}>

/** Every profile as it stands; deleted ones stay, marked, because hosts may still have them. */
export const profiles: Projection<ProfileEvent, ProfileRow> = {
  name: 'profiles',
  version: 2,
  schema: `
    profile_id text not null,
    team_id text not null,
    kind text not null,
    family text not null,
    targets jsonb,
    name text not null,
    identifier text not null,
    scope text not null,
    checksum text not null,
    size integer not null,
    payload_types jsonb not null,
    variables jsonb not null,
    secrets jsonb not null,
    content jsonb not null,
    created_at timestamptz not null,
    uploaded_at timestamptz not null,
    deleted_at timestamptz`,
  key: ['profile_id'],
  indexes: ['(team_id, name)', '(checksum, uploaded_at)'],

  on: {
    ProfileUploaded: ({ id, at, data }) => ({
      where: { profile_id: id },
      set: {
        ...{ team_id: data.teamId, kind: data.kind ?? 'profile', family: data.family, targets: data.targets ?? null },
        ...{ created_at: at, uploaded_at: at, deleted_at: null, ...columnsOf(data) },
      },
    }),
    ProfileRetargeted: ({ id, data }) => ({ where: { profile_id: id }, change: { targets: data.targets } }),
    ProfileEdited: ({ id, at, data }) => ({ where: { profile_id: id }, change: { uploaded_at: at, ...columnsOf(data) } }),
    ProfileDeleted: ({ id, at }) => ({ where: { profile_id: id }, change: { deleted_at: at } }),
  },
}

export type ProfileContentRow = Readonly<{ profile_id: string; checksum: string; content: Content }>

/** Every version's bytes: a queued command delivers the version that it was decided for. */
export const profileContents: Projection<ProfileEvent, ProfileContentRow> = {
  name: 'profile_contents',
  version: 1,
  schema: `
    profile_id text not null,
    checksum text not null,
    content jsonb not null`,
  key: ['profile_id', 'checksum'],

  on: {
    ProfileUploaded: ({ id, data }) => ({ where: { profile_id: id, checksum: data.checksum }, set: { content: data.content } }),
    ProfileEdited: ({ id, data }) => ({ where: { profile_id: id, checksum: data.checksum }, set: { content: data.content } }),
  },
}

const columnsOf = ({ name, identifier, scope, checksum, size, payloadTypes, variables, secrets, content }: ProfileVersion) => ({
  name,
  identifier,
  scope,
  checksum,
  size,
  payload_types: payloadTypes,
  variables: variables ?? [],
  secrets: secrets ?? [],
  content,
})

/** The profiles of a team, by name. */
export const profilesOfTeam = (teamId: string, limit: number, offset: number) =>
  query<ProfileRow>`
    select * from profiles where team_id = ${teamId} and deleted_at is null
    order by name, profile_id limit ${limit} offset ${offset}`

/** Settings that hold a secret, in order of their ids. */
export const profilesWithSecret = (secret: string, after: string, limit: number) =>
  query<Pick<ProfileRow, 'profile_id' | 'name'>>`
    select profile_id, name from profiles where secrets ? ${secret} and profile_id > ${after} and deleted_at is null
    order by profile_id limit ${limit}`

/** The teams whose settings hold the secret. */
export const teamsWithSecret = (secret: string) =>
  query<Pick<ProfileRow, 'team_id'>>`
    select distinct team_id from profiles where secrets ? ${secret} and deleted_at is null order by team_id limit 10000`

/** The settings that hold any of these secrets, with their bytes, in order of their ids. */
export const settingsWithSecrets = (secrets: readonly string[], after: string, limit: number) =>
  query<ProfileRow>`
    select * from profiles where secrets ?| ${secrets}::text[] and profile_id > ${after} and deleted_at is null
    order by profile_id limit ${limit}`

export const profileById = (profileId: string) =>
  query<ProfileRow>`select * from profiles where profile_id = ${profileId} and deleted_at is null`

/** Whose it is, or was before it was deleted. */
export const teamOfProfile = (profileId: string) =>
  query<Pick<ProfileRow, 'team_id'>>`select team_id from profiles where profile_id = ${profileId}`

export const profileContent = (profileId: string, checksum: string) =>
  query<ProfileContentRow>`select * from profile_contents where profile_id = ${profileId} and checksum = ${checksum}`

/** The profiles of a name, in any team, those that are not deleted first: to find the one that is meant. */
export const profilesNamed = (name: string, limit: number) =>
  query<Pick<ProfileRow, 'profile_id' | 'team_id' | 'deleted_at'>>`
    select profile_id, team_id, deleted_at from profiles where name = ${name}
    order by deleted_at is not null, profile_id limit ${limit}`

/** What these profiles are called, and when their content was uploaded. */
export const uploadsOf = (profileIds: readonly string[]) =>
  query<Pick<ProfileRow, 'profile_id' | 'name' | 'uploaded_at'>>`
    select profile_id, name, uploaded_at from profiles where profile_id = any(${profileIds})`

/** What stands in these profiles, as far as they are for Windows. */
export const contentsOfWindows = (profileIds: readonly string[]) =>
  query<Pick<ProfileRow, 'profile_id' | 'name' | 'uploaded_at' | 'size' | 'content'>>`
    select profile_id, name, uploaded_at, size, content from profiles where profile_id = any(${profileIds}) and family = 'windows'`
