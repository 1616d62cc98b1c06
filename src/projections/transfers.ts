import type { Left, TransferEvent } from '../domain/transfers/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type TransferRow = Readonly<{
  transfer_id: string
  change_set_id: string
  team_id: string
  actor_id: string
  /** How many hosts it is about, and with how many of them it is done. */
  hosts: number
  done: number
  requested_at: string
  /** Null: it is under way. */
  ended_at: string | null
  /** What became of the hosts; null while it is under way. */
  moved: number | null
  already_there: number | null
  hosts_left: readonly Left[] | null
}>

/** Transfers of many hosts, and how far they are. */
export const transfers: Projection<TransferEvent, TransferRow> = {
  name: 'transfers',
  version: 1,
  schema: `
    transfer_id text not null,
    change_set_id text not null,
    team_id text not null,
    actor_id text not null,
    hosts integer not null,
    done integer not null,
    requested_at timestamptz not null,
    ended_at timestamptz,
    moved integer,
    already_there integer,
    hosts_left jsonb`,
  key: ['transfer_id'],
  indexes: ['(change_set_id)', '(requested_at) where ended_at is null'],

  on: {
    TransferRequested: ({ id, at, data, metadata }) => ({
      where: { transfer_id: id },
      set: {
        ...{ change_set_id: metadata.$correlationId, team_id: data.teamId, actor_id: metadata.actor.id },
        ...{ hosts: data.hosts, done: 0, requested_at: at },
      },
    }),
    TransferContinued: ({ id, data }) => ({ where: { transfer_id: id }, change: { done: data.done } }),
    TransferEnded: ({ id, at, data }) => ({
      where: { transfer_id: id },
      change: { ended_at: at, moved: data.moved, already_there: data.alreadyThere, hosts_left: data.left },
    }),
  },
}

export const transferById = (transferId: string) => query<TransferRow>`select * from transfers where transfer_id = ${transferId}`

/** The transfers of a change set, the earliest first. */
export const transfersOf = (changeSetId: string) =>
  query<TransferRow>`select * from transfers where change_set_id = ${changeSetId} order by requested_at, transfer_id`

/** Transfers that are under way. */
export const openTransfers = () =>
  query<Pick<TransferRow, 'transfer_id'>>`select transfer_id from transfers where ended_at is null order by requested_at`
