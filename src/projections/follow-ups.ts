import type { Criteria, Vital } from '../domain/labels/events.ts'
import type { Query } from '../kernel/query.ts'
import { query } from '../kernel/query.ts'

/** A host that a label's criteria would let in (`joins`), or no longer. */
export type VitalChange = Readonly<{ host_id: string; joins: boolean }>

/** Where the read models have what a criterion asks for; the managed account of a host is known to its stream alone. */
const vitals: Readonly<Partial<Record<Vital, string>>> = {
  platform: 'h.platform',
  os_version: 'h.os_version',
  hardware_model: 'h.product_name',
  hardware_serial: 'h.serial',
  hostname: 'h.name',
  supervised: 'h.supervised',
}

/** Hosts whose membership of a label follows from these criteria and is not so yet. Null: the read models cannot tell. */
export const vitalChanges = (labelId: string, { vital, value }: Criteria): Query<VitalChange> | null => {
  const column = vitals[vital]
  return column === undefined
    ? null
    : {
        text: `select host_id, joins from (
            select h.host_id, coalesce(lower(${column}) = lower(trim($2)), false) as joins, m.host_id is not null as is_in
            from hosts h left join label_members m on m.host_id = h.host_id and m.label_id = $1) v
          where joins <> is_in order by host_id`,
        values: [labelId, value],
      }
}

/** All hosts of a team, enrolled or not. */
export const everyHostOf = (teamId: string) =>
  query<Readonly<{ host_id: string }>>`select host_id from hosts where team_id = ${teamId} order by host_id`

/** Those of these hosts that would go to a team, with where they are; `from`: only hosts of this team. */
export const hostsToMove = (hostIds: readonly string[], { teamId, from }: Readonly<{ teamId: string; from: string | null }>) =>
  query<Readonly<{ host_id: string; team_id: string }>>`
    select host_id, team_id from hosts
    where host_id = any(${hostIds}) and team_id <> ${teamId} and (${from}::text is null or team_id = ${from}) order by host_id`
