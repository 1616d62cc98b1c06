import { builtInLabels } from '../domain/labels/built-in.ts'
import type { ToParameter } from '../kernel/query.ts'
import type { HostRow } from './hosts.ts'
import { searchedText } from './hosts.ts'

/** How a host stands over all its profiles, the worst counting. */
export type OverallStatus = 'verified' | 'verifying' | 'pending' | 'failed'

/** `online`: heard of within the hour; `new`: known for less than a day; `mia`: not heard of for 30 days, and offline too. */
export type Presence = 'online' | 'offline' | 'new' | 'mia'

/**
 * `text` is looked for in name, serial number and hardware id, without regard to case. `profileId` with `profileStatus`: hosts on which that
 * setting stands so. Null: no matter.
 */
export type HostFilter = Readonly<{
  text: string | null
  /** In any of these. */
  teamIds: readonly string[] | null
  settings: OverallStatus | null
  profileId: string | null
  profileStatus: OverallStatus | null
  labelId: string | null
  presence: Presence | null
  /** How its enrollment stands: any of these. */
  stages: readonly HostRow['stage'][] | null
  platform: string | null
  osVersion: string | null
  /** ISO 8601: what `presence` is measured from. */
  now: string
}>

/**
 * The conditions on a host `h` that a filter asks for. Only what is asked for is a condition, so that the planner sees which index serves it;
 * those that tell `merged_into is null` hold only hosts that lists show.
 */
export const conditionsOf = (filter: HostFilter, value: ToParameter): string =>
  [
    'h.merged_into is null',
    ...(filter.text === null ? [] : holds(filter.text, value)),
    ...(filter.teamIds === null ? [] : [`h.team_id = any(${value(filter.teamIds)}::text[])`]),
    ...(filter.settings === null ? [] : [standsOverall(filter.settings, filter.teamIds, value)]),
    ...(filter.profileId === null ? [] : [standsWith(filter.profileId, filter.profileStatus, value)]),
    ...(filter.labelId === null ? [] : has(filter.labelId, value)),
    ...(filter.presence === null ? [] : [wasHeard(filter.presence, value(filter.now))]),
    ...(filter.stages === null ? [] : [`h.stage = any(${value(filter.stages)}::text[])`]),
    ...(filter.platform === null ? [] : [`h.platform = ${value(filter.platform)}`]),
    ...(filter.osVersion === null ? [] : [`h.os_version = ${value(filter.osVersion)}`]),
  ].join(' and ')

/** The index of trigrams finds who may hold the text, and each text is looked at. It knows nothing of fewer than three characters. */
const holds = (text: string, value: ToParameter): readonly string[] => {
  const part = value(text)
  const within = (column: string) => `position(lower(${part}) in lower(${column})) > 0`
  const looked = `(${within("coalesce(h.name, '')")} or ${within("coalesce(h.serial, '')")} or ${within('h.hardware_id')})`
  if (text.length < 3) return [looked]
  return [`${searchedText('h.')} like '%' || lower(${value(text.replace(/[\\%_]/g, '\\$&'))}) || '%'`, looked]
}

/** How hosts stand is judged for all at once: the worst of a host's settings counts. */
const standsOverall = (status: OverallStatus, teamIds: readonly string[] | null, value: ToParameter): string => `h.host_id in (
    select ch.host_id
    from cohort_hosts ch join desired_profiles d using (cohort_id)
    left join host_profiles p on p.host_id = ch.host_id and p.profile_id = d.profile_id
    where ch.enrolled ${teamIds === null ? '' : `and ch.team_id = any(${value(teamIds)}::text[])`}
    group by ch.host_id
    having ${value(status)} = case
      when bool_or(p.status = 'failed' and (p.operation = 'remove' or p.checksum = d.checksum)) then 'failed'
      when bool_or(p.host_id is null or p.checksum <> d.checksum or p.operation = 'remove' or p.status in ('waiting', 'pending')) then 'pending'
      when bool_or(p.status = 'verifying') then 'verifying'
      else 'verified' end)`

/** A host that is to have a setting and knows nothing of it yet has no row: it counts as pending. */
const standsWith = (profileId: string, status: OverallStatus | null, value: ToParameter): string => {
  const profile = value(profileId)
  if (status !== null && status !== 'pending')
    return `exists (select from host_profiles p where p.host_id = h.host_id and p.profile_id = ${profile} and p.status = ${value(status)}) and h.stage = 'enrolled'`
  return `h.host_id in (
    select ch.host_id from cohort_hosts ch
    left join desired_profiles d on d.cohort_id = ch.cohort_id and d.profile_id = ${profile}
    left join host_profiles p on p.host_id = ch.host_id and p.profile_id = ${profile}
    where ch.enrolled and (${status === null ? 'd.profile_id is not null or p.profile_id is not null' : "p.profile_id is null and d.profile_id is not null or p.status in ('waiting', 'pending')"}))`
}

const has = (labelId: string, value: ToParameter): readonly string[] => {
  const builtIn = builtInLabels.find(({ id }) => id === labelId)
  if (builtIn === undefined)
    return [`exists (select from label_members m where m.label_id = ${value(labelId)} and m.host_id = h.host_id)`]
  return builtIn.platform === null ? [] : [`h.platform = ${value(builtIn.platform)}`]
}

const wasHeard = (presence: Presence, now: string): string => {
  const lately = `exists (select from host_seen s where s.host_id = h.host_id and s.seen_at > ${now}::timestamptz - interval '1 hour')`
  if (presence === 'new') return `h.discovered_at > ${now}::timestamptz - interval '1 day'`
  if (presence === 'online') return lately
  if (presence === 'offline') return `not ${lately}`
  const last = 'coalesce((select s.seen_at from host_seen s where s.host_id = h.host_id), h.discovered_at)'
  return `${last} <= ${now}::timestamptz - interval '30 days'`
}
