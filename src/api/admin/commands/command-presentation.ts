import type { Request } from '../../../domain/commands/requests.ts'
import type { CommandRow } from '../../../projections/command-history.ts'
import type { ListedCommand } from '../../../projections/command-directory.ts'
import { rebootNow, remoteWipe } from '../../../protocols/windows/syncml/csp.ts'
import { nextStepOf } from './next-step.ts'
import { displayNameOf, teamJson } from '../hosts/host-presentation.ts'

/** A command in Fleet's JSON. */
export const commandJson = (row: ListedCommand) => ({
  host_uuid: row.hardware_id,
  command_uuid: row.command_id,
  status: row.platform === 'windows' ? syncStatusOf(row) : statusWords[row.status],
  request_type: row.platform === 'windows' ? syncTypeOf(row.request) : requestTypeOf(row.request),
  updated_at: row.updated_at,
  created_at: row.queued_at,
  hostname: displayNameOf({ name: row.host_name, serial: row.serial, hardware_id: row.hardware_id }),
  host_id: Number(row.host_id),
  team_id: teamJson(row.team_id, null).team_id,
  channel: row.channel,
  reason: row.reason,
  errors: row.errors ?? [],
  cancelled_because: row.cancelled_because,
  deadline: row.deadline,
  next_step: nextStepOf(row),
})

/** The words of Apple's protocol that Fleet's clients know. */
const statusWords: Readonly<Record<CommandRow['status'], string>> = {
  queued: 'Pending',
  sent: 'Pending',
  deferred: 'NotNow',
  acknowledged: 'Acknowledged',
  failed: 'Error',
  malformed: 'CommandFormatError',
  cancelled: 'Cancelled',
}

/** What Windows answered, as Fleet's clients know it: the number of its status; 101 means that it has yet to answer. */
const syncStatusOf = ({ status, errors, code: said }: ListedCommand): string => {
  if (status === 'cancelled') return statusWords.cancelled
  if (status === 'acknowledged') return said ?? '200'
  const code = errors?.[0]?.code
  return status === 'failed' || status === 'malformed' ? String(code ?? 500) : '101'
}

/** The node or the verb of what goes to Windows. */
const syncTypeOf = (request: Request): string => {
  if (request.kind === 'raw') return request.requestType
  if (request.kind === 'wipe') return request.wipeType === 'doWipe' ? remoteWipe.plain : remoteWipe.protected
  if (request.kind === 'restart') return rebootNow
  return syncTypes[request.kind] ?? requestTypes[request.kind]
}

const syncTypes: Readonly<Partial<Record<Request['kind'], string>>> = {
  'install-profile': 'Atomic',
  'remove-profile': 'Delete',
  'describe-device': 'Get',
  'list-profiles': 'Get',
  'release-device': 'Replace',
  lock: 'script',
  unlock: 'script',
}

/** Apple's name of every request but the raw ones, which bring their own. */
export const requestTypes: Readonly<Record<Exclude<Request['kind'], 'raw'>, string>> = {
  'install-profile': 'InstallProfile',
  'remove-profile': 'RemoveProfile',
  'list-profiles': 'ProfileList',
  'describe-device': 'DeviceInformation',
  'renew-identity': 'InstallProfile',
  'sync-declarations': 'DeclarativeManagement',
  'release-device': 'DeviceConfigured',
  lock: 'DeviceLock',
  unlock: 'Unlock',
  wipe: 'EraseDevice',
  'enable-lost-mode': 'EnableLostMode',
  'disable-lost-mode': 'DisableLostMode',
  locate: 'DeviceLocation',
  'clear-passcode': 'ClearPasscode',
  'describe-security': 'SecurityInfo',
  'list-certificates': 'CertificateList',
  'list-applications': 'InstalledApplicationList',
  'list-managed-applications': 'ManagedApplicationList',
  'list-restrictions': 'Restrictions',
  'list-users': 'UserList',
  'list-updates': 'AvailableOSUpdates',
  'describe-updates': 'OSUpdateStatus',
  'install-package': 'InstallEnterpriseApplication',
  'remove-application': 'RemoveApplication',
  restart: 'RestartDevice',
  'shut-down': 'ShutDownDevice',
  'play-sound': 'PlayLostModeSound',
  'log-out-user': 'LogOutUser',
  'unlock-user': 'UnlockUserAccount',
  'allow-remote-desktop': 'EnableRemoteDesktop',
  'release-user': 'UserConfigured',
}

export const requestTypeOf = (request: Request): string => {
  if (request.kind === 'raw') return request.requestType
  return request.kind === 'allow-remote-desktop' && !request.allowed ? 'DisableRemoteDesktop' : requestTypes[request.kind]
}
