import type { Recorded } from '../../../kernel/event.ts'

/** What lists and pages are about. */
export type Topic = 'hosts' | 'profiles' | 'labels' | 'teams' | 'certificates' | 'commands' | 'audit' | 'server'

/** Something of this topic has moved: these hosts, or others than those, when there are no ids. */
export type Hint = Readonly<{ topic: Topic; ids?: readonly string[] }>

/** What has moved, collected until somebody is told. `hosts` is null when there were more than a hint names. */
export type Moved = Readonly<{ topics: ReadonlySet<Topic>; hosts: ReadonlySet<string> | null }>

export const nothingMoved: Moved = { topics: new Set(), hosts: new Set() }

/** More hosts than this are not named: whoever shows any looks again. */
const mostHosts = 50

/** By the category of the event's stream. What is not here is nothing that people look at. */
const topicsOf: Readonly<Record<string, readonly Topic[]>> = {
  host: ['hosts', 'audit'],
  profile: ['profiles', 'hosts', 'audit'],
  label: ['labels', 'profiles', 'audit'],
  team: ['teams', 'audit'],
  transfer: ['hosts', 'audit'],
  certificate: ['certificates'],
  server: ['server', 'certificates', 'audit'],
  changeSet: ['audit'],
  user: ['audit'],
  security: ['audit'],
  enrollSecrets: ['audit'],
  secretVariables: ['audit'],
  package: ['audit'],
}

/** Events of hosts that show elsewhere too, by what their names hold. */
const alsoOf: readonly (readonly [RegExp, Topic])[] = [
  [/Profile|Declaration/, 'profiles'],
  [/Command/, 'commands'],
  [/Label/, 'labels'],
  [/Transferred|Enrollment|Merged/, 'teams'],
]

/** What has moved once these events are in the read models as well. */
export const movedBy = (events: readonly Pick<Recorded, 'category' | 'id' | 'type'>[], before: Moved): Moved => {
  const topics = new Set(before.topics)
  const hosts = new Set(before.hosts)
  for (const { category, id, type } of events) {
    for (const topic of topicsOf[category] ?? []) topics.add(topic)
    if (category !== 'host') continue
    hosts.add(id)
    for (const [name, topic] of alsoOf) if (name.test(type)) topics.add(topic)
  }
  return { topics, hosts: before.hosts === null || hosts.size > mostHosts ? null : hosts }
}

/** So much has moved that nobody counted it. */
export const muchMoved: Moved = {
  topics: new Set<Topic>(['hosts', 'profiles', 'labels', 'teams', 'certificates', 'commands', 'audit', 'server']),
  hosts: null,
}

/** What a client is told of it. Which hosts is for those who reach all of them (`reach` null); others look again. */
export const hintsOf = ({ topics, hosts }: Moved, reach: readonly string[] | null): readonly Hint[] =>
  [...topics].map((topic) =>
    topic === 'hosts' && reach === null && hosts !== null && hosts.size > 0 ? { topic, ids: [...hosts] } : { topic },
  )
