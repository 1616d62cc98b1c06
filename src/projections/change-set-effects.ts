import type { CommandEvent } from '../domain/commands/events.ts'
import type { DeclarationEvent } from '../domain/declarations/events.ts'
import type { LabelMembershipEvent } from '../domain/labels/events.ts'
import type { MembershipEvent } from '../domain/teams/events.ts'
import type { Recorded } from '../kernel/event.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type EffectRow = Readonly<{
  event_position: string
  change_set_id: string
  host_id: string
  actor_kind: string
  type: string
  at: string
  installs: number
  removals: number
  /** Where a host came from and went to, which labels it left, which commands somebody asked for. */
  details: object
}>

type Effect = CommandEvent | DeclarationEvent | LabelMembershipEvent | MembershipEvent

/** What became of hosts under each correlation: the consequences of change sets, and what undoing them needs. */
export const changeSetEffects: Projection<Effect, EffectRow> = {
  name: 'change_set_effects',
  version: 1,
  schema: `
    event_position text collate "C" not null,
    change_set_id text not null,
    host_id text not null,
    actor_kind text not null,
    type text not null,
    at timestamptz not null,
    installs integer not null,
    removals integer not null,
    details jsonb not null`,
  key: ['event_position'],
  indexes: ['(change_set_id, host_id)', `(host_id, event_position) where type = 'HostTransferred'`],

  on: {
    CommandsQueued: (event) => {
      const { commands } = event.data
      const count = (kind: string) => commands.filter(({ request }) => request.kind === kind).length
      const asked = commands
        .filter(({ reason }) => reason.code === 'asked')
        .map(({ commandId, request }) => ({ commandId, kind: request.kind }))
      return effect(event, { installs: count('install-profile'), removals: count('remove-profile') }, { asked })
    },
    DeclarationsAssigned: (event) => {
      const { assigned, withdrawn } = event.data
      const sent = assigned.filter(({ told, refused }) => told === undefined && refused === undefined)
      return effect(event, { installs: sent.length, removals: withdrawn.length }, {})
    },
    LabelMembershipChanged: (event) =>
      event.data.because === 'reported' ? [] : effect(event, none, { left: event.data.left, because: event.data.because }),
    HostTransferred: (event) => effect(event, none, { from: event.data.from, to: event.data.teamId }),
  },
}

const none = { installs: 0, removals: 0 }

const effect = (
  { position, id, type, at, metadata }: Recorded,
  counts: Readonly<{ installs: number; removals: number }>,
  details: object,
) =>
  metadata.$correlationId === 'sweep'
    ? []
    : {
        where: { event_position: position },
        set: {
          change_set_id: metadata.$correlationId,
          host_id: id,
          actor_kind: metadata.actor.kind,
          type,
          at,
          ...counts,
          details,
        },
      }

/** What a change set has led to so far. */
export const effectsOf = (changeSetId: string) =>
  query<Readonly<{ hosts: number; installs: number; removals: number; transfers: number; relabelled: number }>>`
    select count(distinct host_id)::int as hosts, coalesce(sum(installs), 0)::int as installs, coalesce(sum(removals), 0)::int as removals,
           (count(distinct host_id) filter (where type = 'HostTransferred'))::int as transfers,
           (count(distinct host_id) filter (where type = 'LabelMembershipChanged'))::int as relabelled
    from change_set_effects where change_set_id = ${changeSetId}`

export type MovedHost = Readonly<{
  host_id: string
  /** Where it was before, and where the change set left it. */
  from: string
  to: string
  /** The change set of a move since, which is neither this one nor its undo; null: none. */
  later: string | null
  later_to: string | null
  /** The undo has moved it already. */
  undone: boolean
}>

/** Hosts that a change set moved, after `after`, in order of id: from where, to where, and whether they were moved again. */
export const hostsMovedBy = (changeSetId: string, undo: string, after: string, limit: number) =>
  query<MovedHost>`
    with own as (
      select host_id, (array_agg(details->>'from' order by event_position))[1] as "from",
             (array_agg(details->>'to' order by event_position desc))[1] as "to", min(event_position) as since
      from change_set_effects where change_set_id = ${changeSetId} and type = 'HostTransferred' and host_id > ${after}
      group by host_id order by host_id limit ${limit})
    select o.host_id, o."from", o."to", l.change_set_id as later, l.to as later_to,
           exists (select from change_set_effects u where u.host_id = o.host_id and u.type = 'HostTransferred'
                     and u.change_set_id = ${undo} and u.event_position > o.since) as undone
    from own o left join lateral (
      select e.change_set_id, e.details->>'to' as to from change_set_effects e
      where e.host_id = o.host_id and e.type = 'HostTransferred' and e.event_position > o.since
        and e.change_set_id not in (${changeSetId}, ${undo})
      order by e.event_position desc limit 1) l on true
    order by o.host_id`

/** Hosts that left a label because a change set deleted it. */
export const hostsThatLost = (changeSetId: string, labelId: string) =>
  query<Readonly<{ host_id: string }>>`
    select distinct host_id from change_set_effects
    where change_set_id = ${changeSetId} and type = 'LabelMembershipChanged'
      and details->>'because' = 'label-deleted' and details->'left' ? ${labelId} order by host_id`

/** Commands that somebody asked for under a change set. */
export const commandsAskedBy = (changeSetId: string) =>
  query<Readonly<{ host_id: string; command_id: string; kind: string }>>`
    select e.host_id, a->>'commandId' as command_id, a->>'kind' as kind
    from change_set_effects e cross join lateral jsonb_array_elements(e.details->'asked') a
    where e.change_set_id = ${changeSetId} and e.actor_kind = 'admin' and e.type = 'CommandsQueued'
    order by e.event_position limit 10000`
