import type { Query } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'
import type { HostFilter } from './host-filter.ts'
import { passes, valuesOf } from './host-filter.ts'
import type { HostRow } from './hosts.ts'

/** A host as lists show it. `seen_at` is telemetry: it comes from no event. */
export type ListedHost = HostRow & Readonly<{ team_name: string | null; seen_at: string | null }>

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
  h.team_id, h.stage, h.enrollment_id, h.enrolled_at, h.ended_because, h.ended_at, h.forgotten_at, h.merged_into, h.discovered_at, h.updated_at, t.name as team_name, s.seen_at`

const tables = 'hosts h left join teams t on t.team_id = h.team_id left join host_seen s on s.host_id = h.host_id'

/** One page of the hosts that pass the filter. */
export const hostsPage = (
  filter: HostFilter,
  page: Readonly<{ order: HostOrder; descending: boolean; after: string | null; limit: number; offset: number }>,
): Query<ListedHost> => ({
  text: `select ${columns} from ${tables} where ${passes}
      and ($14::bigint is null or h.host_id::bigint ${page.descending ? '<' : '>'} $14)
    order by ${orderings[page.order]} ${page.descending ? 'desc nulls last' : 'asc nulls last'}, h.host_id limit $12 offset $13`,
  values: [...valuesOf(filter), page.limit, page.offset, page.after],
})

export const hostCount = (filter: HostFilter): Query<Readonly<{ count: number }>> => ({
  text: `select count(*)::int as count from hosts h where ${passes}`,
  values: valuesOf(filter),
})

/** Ids of hosts that pass the filter, in order, those after `after`. */
export const hostIdsPassing = (filter: HostFilter, after: string, limit: number): Query<Readonly<{ host_id: string }>> => ({
  text: `select h.host_id from hosts h where ${passes} and h.host_id > $12 order by h.host_id limit $13`,
  values: [...valuesOf(filter), after, limit],
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
      select coalesce(merged_into, host_id) as host_id, min(case when host_id = $1 then 0 when serial = $2 then 1 else 2 end) as rank from hosts
      where host_id = $1 or serial = $2 or name = $2 group by 1)
    select ${columns} from ${tables} join named n on n.host_id = h.host_id
    where n.rank = (select min(rank) from named) order by h.host_id limit 2`,
  values: [hostId, identifier],
})

/** Which of these hosts there are, what they run and where they stand. */
export const hostsAmong = (hostIds: readonly string[]) =>
  query<
    Pick<HostRow, 'host_id' | 'stage' | 'platform'>
  >`select host_id, stage, platform from hosts where host_id = any(${hostIds})`

/** Hosts told by id, hardware id, serial number or name: `told` is what each was told by. */
export const hostsNamed = (told: readonly string[]): Query<Readonly<{ told: string; host_id: string }>> => ({
  text: `select distinct on (w.told) w.told, h.host_id from unnest($1::text[]) w(told)
    join hosts h on h.host_id = w.told or h.hardware_id = w.told or h.serial = w.told or h.name = w.told
    order by w.told, (h.host_id = w.told) desc, (h.hardware_id = w.told) desc, (h.serial = w.told) desc, h.host_id`,
  values: [told],
})
