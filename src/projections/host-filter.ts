import type { SqlValue } from '../kernel/query.ts'
import type { HostRow } from './hosts.ts'

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

/** Hosts that pass the filter; the placeholders $1 to $11 are the filter's. */
export const passes = `
  h.merged_into is null and ($1::text is null or position(lower($1) in lower(coalesce(h.name, ''))) > 0 or position(lower($1) in lower(coalesce(h.serial, ''))) > 0
    or position(lower($1) in lower(h.hardware_id)) > 0)
  and ($2::text[] is null or h.team_id = any($2))
  and ($3::text is null or h.host_id in (
    select ch.host_id
    from cohort_hosts ch join desired_profiles d using (cohort_id)
    left join host_profiles p on p.host_id = ch.host_id and p.profile_id = d.profile_id
    where ch.enrolled and ($2::text[] is null or ch.team_id = any($2))
    group by ch.host_id
    having $3 = case
      when bool_or(p.status = 'failed' and (p.operation = 'remove' or p.checksum = d.checksum)) then 'failed'
      when bool_or(p.host_id is null or p.checksum <> d.checksum or p.operation = 'remove' or p.status in ('waiting', 'pending')) then 'pending'
      when bool_or(p.status = 'verifying') then 'verifying'
      else 'verified' end))
  and ($4::text is null or h.host_id in (
    select ch.host_id from cohort_hosts ch
    left join desired_profiles d on d.cohort_id = ch.cohort_id and d.profile_id = $4
    left join host_profiles p on p.host_id = ch.host_id and p.profile_id = $4
    where ch.enrolled and (d.profile_id is not null or p.profile_id is not null)
      and ($5::text is null or $5 = case when p.host_id is null or p.status = 'waiting' then 'pending' else p.status end)))
  and ($6::text is null or ($6 = '1') or h.platform = case $6 when '2' then 'darwin' when '3' then 'ios' when '4' then 'ipados' when '5' then 'windows' end
    or h.host_id in (select m.host_id from label_members m where m.label_id = $6))
  and ($7::text is null or case $7
    when 'new' then h.discovered_at > $11::timestamptz - interval '1 day'
    when 'online' then exists (select from host_seen s where s.host_id = h.host_id and s.seen_at > $11::timestamptz - interval '1 hour')
    when 'mia' then coalesce((select s.seen_at from host_seen s where s.host_id = h.host_id), h.discovered_at) <= $11::timestamptz - interval '30 days'
    else not exists (select from host_seen s where s.host_id = h.host_id and s.seen_at > $11::timestamptz - interval '1 hour') end)
  and ($8::text[] is null or h.stage = any($8))
  and ($9::text is null or h.platform = $9)
  and ($10::text is null or h.os_version = $10)`

/** The values of the placeholders. */
export const valuesOf = (filter: HostFilter): readonly SqlValue[] => [
  ...[filter.text, filter.teamIds, filter.settings],
  ...[filter.profileId, filter.profileStatus, filter.labelId],
  ...[filter.presence, filter.stages, filter.platform, filter.osVersion],
  filter.now,
]
