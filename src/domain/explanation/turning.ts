import type { OfType, Recorded } from '../../kernel/event.ts'
import type { HostEvent } from '../host/events.ts'
import type { LabelEvent } from '../labels/events.ts'
import type { ProfileEvent } from '../profiles/events.ts'
import { everyHost } from '../profiles/events.ts'
import { noTeam } from '../teams/events.ts'
import type { Evidence } from './evidence.ts'
import { inOrder } from './ordering.ts'
import type { Judgement, Standing } from './judging.ts'
import { builtInOf, isSameJudgement, judge } from './judging.ts'

/** The event that made a judgement what it is. */
export type Turn = Readonly<{ event: Recorded; judgement: Judgement; standing: Standing }>

/** How a profile and a host stood to each other over time: every turn, oldest first, and where it ended. */
export const turnsIn = ({ profile, labels, host }: Evidence): Readonly<{ turns: readonly Turn[]; standing: Standing }> => {
  const events = inOrder<Recorded>([...profile, ...[...labels.values()].flat(), ...host.kept.map(({ event }) => event)])
  const turns: Turn[] = []
  let standing = nowhere
  let judgement = judge(standing)
  for (const event of events) {
    const turned = after(standing, event)
    if (turned === standing) continue
    standing = turned
    const next = judge(standing)
    if (isSameJudgement(next, judgement)) continue
    judgement = next
    turns.push({ event, judgement, standing })
  }
  return { turns, standing }
}

const nowhere: Standing = {
  profile: null,
  platform: null,
  teamId: noTeam,
  members: new Set(),
  known: new Set(),
  labels: new Map(),
}

const after = (standing: Standing, event: Recorded): Standing =>
  Object.hasOwn(table, event.type) ? table[event.type as Turning](standing, event as never) : standing

type Turning =
  | 'HostDiscovered'
  | 'HostTransferred'
  | 'LabelMembershipChanged'
  | 'LabelCreated'
  | 'LabelDeleted'
  | 'ProfileUploaded'
  | 'ProfileRetargeted'
  | 'ProfileDeleted'

type Table = Readonly<{
  [T in Turning]: (standing: Standing, event: Recorded<OfType<HostEvent | ProfileEvent | LabelEvent, T>>) => Standing
}>

const table: Table = {
  HostDiscovered: (standing, { data }) => ({
    ...standing,
    platform: data.platform,
    members: new Set([...standing.members, ...builtInOf(data.platform)]),
  }),
  HostTransferred: (standing, { data }) => ({ ...standing, teamId: data.teamId }),
  LabelMembershipChanged: (standing, { data: { joined, left, learned } }) => ({
    ...standing,
    members: new Set([...[...standing.members].filter((label) => !left.includes(label)), ...joined]),
    known: new Set([...standing.known, ...learned]),
  }),
  LabelCreated: (standing, { id, data }) => ({
    ...standing,
    labels: new Map(standing.labels).set(id, { dynamic: data.kind === 'dynamic', deleted: false }),
  }),
  LabelDeleted: (standing, { id }) => ({
    ...standing,
    labels: new Map(standing.labels).set(id, { dynamic: standing.labels.get(id)?.dynamic === true, deleted: true }),
  }),
  ProfileUploaded: (standing, { data: { teamId, family, targets = everyHost } }) => ({
    ...standing,
    profile: { teamId, family, targets, deleted: false },
  }),
  ProfileRetargeted: (standing, { data: { targets } }) => ({
    ...standing,
    profile: standing.profile === null ? null : { ...standing.profile, targets },
  }),
  ProfileDeleted: (standing) => ({
    ...standing,
    profile: standing.profile === null ? null : { ...standing.profile, deleted: true },
  }),
}
