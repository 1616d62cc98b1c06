import type { Query, SqlValue } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'
import type { HostRow } from './hosts.ts'

/** A host as lists show it. `seen_at` is telemetry: it comes from no event. */
export type ListedHost = HostRow & Readonly<{ team_name: string | null; seen_at: string | null }>

/** How a host stands over all its profiles, the worst counting. */
export type OverallStatus = 'verified' | 'verifying' | 'pending' | 'failed'

/**
 * `text` is looked for in name, serial number and hardware id, without regard to case. `profileId` with `profileStatus`: hosts on which that
 * setting stands so. Null: no matter.
 */
export type HostFilter = Readonly<{
  text: string | null
  teamId: string | null
  settings: OverallStatus | null
  profileId: string | null
  profileStatus: OverallStatus | null
  labelId: string | null
}>

/** What lists may be ordered by. */
export type HostOrder =
  'id' | 'name' | 'serial' | 'hardware_id' | 'platform' | 'os_version' | 'team' | 'discovered' | 'updated' | 'enrolled' | 'seen'

const orderings: Readonly<Record<HostOrder, string>> = {
  id: 'h.host_id::bigint',
  name: 'lower(coalesce(h.name, h.serial, h.hardware_id))',
  serial: 'h.serial',
  hardware_id: 'h.hardware_id',
  platform: 'h.platform',
  os_version: 'h.os_version',
  team: 't.name',
  discovered: 'h.discovered_at',
  updated: 'h.updated_at',
  enrolled: 'h.enrolled_at',
  seen: 's.seen_at',
}

const columns = `h.host_id, h.hardware_id, h.serial, h.name, h.model, h.product_name, h.os_version, h.build_version, h.platform,
  h.team_id, h.stage, h.enrollment_id, h.enrolled_at, h.ended_because, h.discovered_at, h.updated_at, t.name as team_name, s.seen_at`

const tables = 'hosts h left join teams t on t.team_id = h.team_id left join host_seen s on s.host_id = h.host_id'

/** Hosts that pass the filter; the placeholders $1 to $6 are the filter's. */
const passes = `
  ($1::text is null or position(lower($1) in lower(coalesce(h.name, ''))) > 0 or position(lower($1) in lower(coalesce(h.serial, ''))) > 0
    or position(lower($1) in lower(h.hardware_id)) > 0)
  and ($2::text is null or h.team_id = $2)
  and ($3::text is null or h.host_id in (
    select ch.host_id
    from cohort_hosts ch join desired_profiles d using (cohort_id)
    left join host_profiles p on p.host_id = ch.host_id and p.profile_id = d.profile_id
    where ch.enrolled and ($2::text is null or ch.team_id = $2)
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
    or h.host_id in (select m.host_id from label_members m where m.label_id = $6))`

const valuesOf = ({ text, teamId, settings, profileId, profileStatus, labelId }: HostFilter): readonly SqlValue[] => [
  ...[text, teamId, settings],
  ...[profileId, profileStatus, labelId],
]

/** One page of the hosts that pass the filter. */
export const hostsPage = (
  filter: HostFilter,
  page: Readonly<{ order: HostOrder; descending: boolean; limit: number; offset: number }>,
): Query<ListedHost> => ({
  text: `select ${columns} from ${tables} where ${passes}
    order by ${orderings[page.order]} ${page.descending ? 'desc nulls last' : 'asc nulls last'}, h.host_id limit $7 offset $8`,
  values: [...valuesOf(filter), page.limit, page.offset],
})

export const hostCount = (filter: HostFilter): Query<Readonly<{ count: number }>> => ({
  text: `select count(*)::int as count from hosts h where ${passes}`,
  values: valuesOf(filter),
})

export const hostById = (hostId: string): Query<ListedHost> => ({
  text: `select ${columns} from ${tables} where h.host_id = $1`,
  values: [hostId],
})

/**
 * The hosts that an identifier may mean: the one that it is by hardware id (`hostId`), else those with this serial number, else those with
 * this name. Two rows mean that it is ambiguous.
 */
export const hostsByIdentifier = (hostId: string, identifier: string): Query<ListedHost> => ({
  text: `with named as (
      select host_id, case when host_id = $1 then 0 when serial = $2 then 1 else 2 end as rank from hosts
      where host_id = $1 or serial = $2 or name = $2)
    select ${columns} from ${tables} join named n on n.host_id = h.host_id
    where n.rank = (select min(rank) from named) order by h.host_id limit 2`,
  values: [hostId, identifier],
})

/** Which of these hosts there are, and where they stand. */
export const hostsAmong = (hostIds: readonly string[]) =>
  query<Pick<HostRow, 'host_id' | 'stage'>>`select host_id, stage from hosts where host_id = any(${hostIds})`

/** Hosts told by id, hardware id, serial number or name: `told` is what each was told by. */
export const hostsNamed = (told: readonly string[]): Query<Readonly<{ told: string; host_id: string }>> => ({
  text: `select distinct on (w.told) w.told, h.host_id from unnest($1::text[]) w(told)
    join hosts h on h.host_id = w.told or h.hardware_id = w.told or h.serial = w.told or h.name = w.told
    order by w.told, (h.host_id = w.told) desc, (h.hardware_id = w.told) desc, (h.serial = w.told) desc, h.host_id`,
  values: [told],
})

/** A page of a label's hosts; of a built-in label, those of its platform (null: all). */
export const hostsOfLabel = (
  labelId: string,
  platform: string | null,
  { limit, offset }: Readonly<{ limit: number; offset: number }>,
): Query<ListedHost> => ({
  text: `select ${columns} from ${tables}
    where $1::text in ('1', '2', '3', '4', '5') and ($2::text is null or h.platform = $2)
       or h.host_id in (select m.host_id from label_members m where m.label_id = $1)
    order by h.host_id limit $3 offset $4`,
  values: [labelId, platform, limit, offset],
})
