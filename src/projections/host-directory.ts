import { isBuiltIn } from '../domain/labels/built-in.ts'
import type { Query } from '../kernel/query.ts'
import { parameters, query } from '../kernel/query.ts'
import type { HostFilter } from './host-filter.ts'
import { conditionsOf } from './host-filter.ts'
import type { HostRow } from './hosts.ts'
import { shownName } from './hosts.ts'

/** A host as lists show it. `seen_at` is telemetry: it comes from no event. */
export type ListedHost = HostRow & Readonly<{ team_name: string | null; seen_at: string | null }>

/** What lists may be ordered by. */
export type HostOrder =
  'id' | 'name' | 'serial' | 'hardware_id' | 'platform' | 'os_version' | 'team' | 'discovered' | 'updated' | 'enrolled' | 'seen'

/** What a list is ordered by, and whether it may be missing: such hosts come last. */
const orderings: Readonly<Record<HostOrder, Readonly<{ key: string; missing: boolean }>>> = {
  id: { key: 'h.host_id::bigint', missing: false },
  name: { key: shownName('h.'), missing: false },
  serial: { key: 'h.serial', missing: true },
  hardware_id: { key: 'h.hardware_id', missing: false },
  platform: { key: 'h.platform', missing: false },
  os_version: { key: 'h.os_version', missing: true },
  team: { key: 't.name', missing: true },
  discovered: { key: 'h.discovered_at', missing: false },
  updated: { key: 'h.updated_at', missing: false },
  enrolled: { key: 'h.enrolled_at', missing: true },
  seen: { key: 's.seen_at', missing: true },
}

const columns = `h.host_id, h.hardware_id, h.serial, h.name, h.model, h.product_name, h.os_version, h.build_version, h.platform,
  h.team_id, h.stage, h.enrollment_id, h.enrolled_at, h.ended_because, h.ended_at, h.forgotten_at, h.merged_into, h.discovered_at, h.updated_at, t.name as team_name, s.seen_at`

const joined = { team: 'left join teams t on t.team_id = h.team_id', seen: 'left join host_seen s on s.host_id = h.host_id' }

const tables = `hosts h ${joined.team} ${joined.seen}`

/** One page of the hosts that pass the filter. Its ids are cut out along an index where there is one, before anything is joined to them. */
export const hostsPage = (
  filter: HostFilter,
  page: Readonly<{ order: HostOrder; descending: boolean; after: string | null; limit: number; offset: number }>,
): Query<ListedHost> => {
  const { values, value } = parameters()
  const { key, missing } = orderings[page.order]
  const order = `order by ${key} ${page.descending ? 'desc' : 'asc'}${missing ? ' nulls last' : ''}${page.order === 'id' ? '' : ', h.host_id'}`
  const after = page.after === null ? '' : `and h.host_id::bigint ${page.descending ? '<' : '>'} ${value(page.after)}::bigint`
  const ordering = page.order === 'team' || page.order === 'seen' ? joined[page.order] : ''
  const ids = `select h.host_id from hosts h ${ordering} where ${conditionsOf(filter, value)} ${after} ${order}
    limit ${value(page.limit)} offset ${value(page.offset)}`
  return {
    text: `select ${columns} from (${ids}) page join hosts h using (host_id) ${joined.team} ${joined.seen} ${order}`,
    values,
  }
}

/** How many hosts pass the filter. Of all, of teams and of a label that somebody made, others keep count already: less those that were merged away. */
export const hostCount = (filter: HostFilter): Query<Readonly<{ count: number }>> => {
  const { values, value } = parameters()
  const { teamIds, labelId } = filter
  const asked = Object.entries(filter).flatMap(([name, wish]) => (name === 'now' || wish === null ? [] : [name]))
  const less = (those: string, all: string) =>
    `select ((${all}) - (select count(*) from hosts h where h.merged_into is not null${those}))::int as count`
  if (asked.every((name) => name === 'teamIds')) {
    const ofTeams = teamIds === null ? '' : `team_id = any(${value(teamIds)}::text[])`
    const members = `select coalesce(sum(members), 0) from cohorts${ofTeams === '' ? '' : ` where ${ofTeams}`}`
    return { text: less(ofTeams === '' ? '' : ` and h.${ofTeams}`, members), values }
  }
  if (labelId !== null && asked.length === 1 && !isBuiltIn(labelId)) {
    const labelled = `m.label_id = ${value(labelId)}`
    const among = ` and exists (select from label_members m where m.host_id = h.host_id and ${labelled})`
    return { text: less(among, `select count(*) from label_members m where ${labelled}`), values }
  }
  const { profileId, profileStatus } = filter
  const isOfProfile = asked.every((name) => name === 'profileId' || name === 'profileStatus')
  // Only enrolled hosts have rows, and none that was merged away is enrolled.
  if (isOfProfile && profileId !== null && profileStatus !== null && profileStatus !== 'pending')
    return {
      text: `select count(*)::int as count from host_profiles where profile_id = ${value(profileId)} and status = ${value(profileStatus)}`,
      values,
    }
  return { text: `select count(*)::int as count from hosts h where ${conditionsOf(filter, value)}`, values }
}

/** Ids of hosts that pass the filter, in order, those after `after`. */
export const hostIdsPassing = (filter: HostFilter, after: string, limit: number): Query<Readonly<{ host_id: string }>> => {
  const { values, value } = parameters()
  return {
    text: `select h.host_id from hosts h where ${conditionsOf(filter, value)} and h.host_id > ${value(after)}
      order by h.host_id limit ${value(limit)}`,
    values,
  }
}

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
