import type { Recorded } from '../../kernel/event.ts'
import { builtInLabels } from '../labels/built-in.ts'
import type { GroupNames } from '../profiles/story.ts'
import { noTeam } from '../teams/events.ts'
import type { Evidence } from './evidence.ts'

/** How what an explanation speaks of is called, at its moment. */
export type Names = GroupNames & Readonly<{ profile: string }>

/** The last names that the events tell; an id where they tell none. `profileId` is what the profile is called before all. */
export const namesIn = ({ profile, upload, labels, teams }: Evidence, profileId: string): Names => ({
  profile: lastName(profile) ?? lastName(upload === null ? [] : [upload]) ?? profileId,
  label: (id) => builtInLabels.find((label) => label.id === id)?.name ?? lastName(labels.get(id) ?? []) ?? id,
  team: (id) => (id === noTeam ? 'no team' : `team ${lastName(teams.get(id) ?? []) ?? id}`),
})

/** How the stream of an event is called. */
export const streamNameOf = ({ category, id }: Pick<Recorded, 'category' | 'id'>, names: Names, host: string): string => {
  if (category === 'profile') return names.profile
  if (category === 'label') return names.label(id)
  if (category === 'team') return names.team(id)
  return category === 'host' ? host : id
}

const lastName = (events: readonly Recorded[]): string | null => {
  const named = events.findLast(({ data }) => 'name' in data)
  return named !== undefined && 'name' in named.data && typeof named.data.name === 'string' ? named.data.name : null
}
