import { noTeam } from '../../../domain/teams/events.ts'
import type { ListedHost } from '../../../projections/host-directory.ts'
import type { HostProfileRow } from '../../../projections/host-profiles.ts'
import type { AdminSettings } from '../deps.ts'
import { serverUrlOf } from './server-url.ts'

/** What is shown of a host, whether it comes from the read models or from a replay. */
export type ShownHost = Pick<
  ListedHost,
  | 'host_id'
  | 'hardware_id'
  | 'serial'
  | 'name'
  | 'model'
  | 'os_version'
  | 'build_version'
  | 'platform'
  | 'team_id'
  | 'team_name'
  | 'stage'
  | 'enrolled_at'
  | 'discovered_at'
  | 'updated_at'
  | 'seen_at'
>

export type ShownProfile = Pick<HostProfileRow, 'profile_id' | 'identifier' | 'scope' | 'operation' | 'status'> &
  Readonly<{ name: string | null; detail: string | null }>

/** A host in Fleet's JSON. Without `details` (in lists) these are left out. */
export const hostJson = (
  { publicUrl }: Pick<AdminSettings, 'publicUrl'>,
  host: ShownHost,
  details: Readonly<{ profiles: readonly ShownProfile[]; custody: object }> | null,
) => ({
  id: Number(host.host_id),
  uuid: host.hardware_id,
  hardware_serial: host.serial ?? '',
  hardware_model: host.model ?? '',
  computer_name: host.name ?? '',
  hostname: host.name ?? '',
  display_name: displayNameOf(host),
  platform: host.platform,
  os_version: host.os_version === null ? '' : `${systems[host.platform] ?? host.platform} ${host.os_version}`,
  build: host.build_version ?? '',
  ...teamJson(host.team_id, host.team_name),
  created_at: host.discovered_at,
  updated_at: host.updated_at,
  last_enrolled_at: host.enrolled_at,
  seen_time: host.seen_at,
  mdm: {
    enrollment_status: enrollmentWords[host.stage],
    server_url: host.stage === 'enrolled' ? serverUrlOf(host.platform, publicUrl) : null,
    connected_to_fleet: host.stage === 'enrolled',
    ...(details === null
      ? {}
      : { ...details.custody, profiles: details.profiles.map((profile) => profileJson(host.platform, profile)) }),
  },
})

/** What a host is called: its own name, else what is printed on it. */
export const displayNameOf = ({ name, serial, hardware_id }: Pick<ShownHost, 'name' | 'serial' | 'hardware_id'>): string =>
  [name, serial].find((text) => text !== null && text !== '') ?? hardware_id

/** A team's number and name; no team is null. */
export const teamJson = (teamId: string, name: string | null) => ({
  team_id: teamId === noTeam ? null : Number(teamId),
  team_name: teamId === noTeam ? null : name,
})

export const profileJson = (
  platform: string,
  { profile_id, name, identifier, status, operation, detail, scope }: ShownProfile,
) => ({
  profile_uuid: profile_id,
  name: name ?? identifier,
  identifier,
  // What was not sent yet is pending to an admin.
  status: status === 'waiting' ? 'pending' : status,
  operation_type: operation,
  detail: detail ?? '',
  platform,
  scope,
})

const enrollmentWords: Readonly<Record<ShownHost['stage'], string>> = {
  known: 'Off',
  started: 'Pending',
  enrolled: 'On (manual)',
  ended: 'Off',
}

const systems: Readonly<Record<string, string>> = { darwin: 'macOS', ios: 'iOS', ipados: 'iPadOS', windows: 'Windows' }
