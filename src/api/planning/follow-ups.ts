import type { App } from '../../app/app.ts'
import { noTeam } from '../../domain/teams/events.ts'
import type { OfType, Recorded } from '../../kernel/event.ts'
import type { CohortEvent } from '../../projections/cohort-events.ts'
import type { TransferEvent } from '../../domain/transfers/events.ts'
import { hostIdsIn } from '../../domain/transfers/host-list.ts'
import { everyHostOf, hostsToMove, vitalChanges } from '../../projections/follow-ups.ts'
import { profilesOfTeam } from '../../projections/profiles.ts'

type Followed = Readonly<{ events: readonly CohortEvent[]; warnings: readonly string[] }>

type Body = Pick<CohortEvent, 'type' | 'data'>

/**
 * What workers make of these events later, as far as it matters to cohorts: many hosts are moved, a deleted team's hosts and settings go, hosts join
 * and leave labels whose criteria changed. `warnings` tell what cannot be known.
 */
export const followUpsOf = async (app: Pick<App, 'read' | 'blobs'>, events: readonly Recorded[]): Promise<Followed> => {
  const all = await Promise.all(events.map((event) => followUp(app, event)))
  return { events: all.flatMap((one) => one.events), warnings: [...new Set(all.flatMap(({ warnings }) => warnings))] }
}

const followUp = async ({ read, blobs }: Pick<App, 'read' | 'blobs'>, event: CohortEvent | Recorded): Promise<Followed> => {
  const said = (id: string, category: string, body: Body) => ({ ...event, ...body, id, category }) as CohortEvent
  if (event.type === 'TransferRequested') {
    const { teamId, from = null, list } = (event as Recorded<OfType<TransferEvent, 'TransferRequested'>>).data
    const hosts = await read(hostsToMove(hostIdsIn(await blobs.fetch(list)), { teamId, from }))
    const moved = (team: string): Body => ({ type: 'HostTransferred', data: { teamId, from: team, because: 'asked' } })
    return { events: hosts.map(({ host_id, team_id }) => said(host_id, 'host', moved(team_id))), warnings: [] }
  }
  if (event.type === 'TeamDeleted') {
    const because = 'team-deleted' as const
    const [hosts, profiles] = [await read(everyHostOf(event.id)), await read(profilesOfTeam(event.id, 10_000, 0))]
    const moved: Body = { type: 'HostTransferred', data: { teamId: noTeam, from: event.id, because } }
    const gone: Body = { type: 'ProfileDeleted', data: { teamId: event.id, because } }
    return {
      events: [
        ...hosts.map(({ host_id }) => said(host_id, 'host', moved)),
        ...profiles.map(({ profile_id }) => said(profile_id, 'profile', gone)),
      ],
      warnings: [],
    }
  }
  if (event.type !== 'LabelEdited' && event.type !== 'LabelCreated') return { events: [], warnings: [] }
  const { criteria, query, name } = (event as Extract<CohortEvent, { type: 'LabelEdited' }>).data
  if (event.type === 'LabelEdited' && query !== null)
    return { events: [], warnings: [`Which hosts the label ${name} has is told by their agents, once they answered its query.`] }
  if (criteria === null) return { events: [], warnings: [] }
  const question = vitalChanges(event.id, criteria)
  if (question === null) return { events: [], warnings: [`Which hosts the label ${name} has cannot be told in advance.`] }
  const changes = await read(question)
  const membership = (joins: boolean): Body => ({
    type: 'LabelMembershipChanged',
    data: { joined: joins ? [event.id] : [], left: joins ? [] : [event.id], learned: [], because: 'vitals' },
  })
  return { events: changes.map(({ host_id, joins }) => said(host_id, 'host', membership(joins))), warnings: [] }
}
