import { noTeam } from '../../../domain/teams/events.ts'
import { leftReasons } from '../../../domain/transfers/words.ts'
import type { TransferRow } from '../../../projections/transfers.ts'

/** A transfer of many hosts, and how far it is. Of hosts that were left, those are named that `mayBeNamed`. */
export const transferJson = (row: TransferRow, mayBeNamed: (hostId: string) => boolean = () => true) => ({
  id: row.transfer_id,
  change_set: row.change_set_id,
  team_id: row.team_id === noTeam ? null : Number(row.team_id),
  actor: row.actor_id,
  requested_at: row.requested_at,
  ended_at: row.ended_at,
  hosts: row.hosts,
  done: row.done,
  moved: row.moved,
  already_there: row.already_there,
  left:
    row.hosts_left?.map(({ because, hosts, hostIds }) => ({
      ...{ because, reason: leftReasons[because], hosts },
      host_ids: hostIds.filter(mayBeNamed).map(Number),
    })) ?? null,
})
