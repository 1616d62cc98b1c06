import type { Activity } from '../../client/json.ts'
import { activityNames } from './activity-names.ts'

const names: Readonly<Record<string, string>> = {
  mdm: 'MDM',
  macos: 'macOS',
  windows: 'Windows',
  pin: 'PIN',
  scep: 'SCEP',
  idp: 'IdP',
}

/** `ran_custom_mdm_command` and `HostTransferred`, read as words. */
export const wordsOf = (name: string): string => {
  const words = name.replace(/[_-]/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2')

  const lower = words.replace(/\b[A-Z][a-z]+/g, (word) => word.toLowerCase())
  const named = lower.replace(/\b(mdm|macos|windows|pin|scep|idp)\b/gi, (word) => names[word.toLowerCase()] ?? word)
  return named.charAt(0).toUpperCase() + named.slice(1)
}

/** What an activity is called; one that this console does not know has its own name as words. */
export const activityWords = (type: string): string => activityNames[type] ?? wordsOf(type)

const text = (details: Activity['details'], name: string): string | null => {
  const value = details[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** What an activity is about besides its host, most telling first. */
export const objectOf = ({ details }: Activity): string | null =>
  ['profile_name', 'label_name', 'user_name', 'custom_variable_name', 'name', 'request_type', 'team_name']
    .map((name) => text(details, name))
    .find((value) => value !== null) ?? null

/** Who did it. A device is told by its host, so its long id is not. */
export const doerOf = ({ actor_kind, actor_full_name }: Activity): string =>
  actor_kind === 'admin'
    ? actor_full_name
    : actor_kind === 'device' || actor_kind === 'agent'
      ? `the ${actor_kind}`
      : `the server (${actor_full_name})`

export const hostNameOf = ({ details, host_id }: Activity): string | null =>
  host_id === null ? null : (text(details, 'host_display_name') ?? `Host ${String(host_id)}`)
