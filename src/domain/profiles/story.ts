import type { OfType, Recorded } from '../../kernel/event.ts'
import type { Told } from '../host/told.ts'
import type { ProfileEvent, Targets } from './events.ts'

/** How the groups that events name by id are called. */
export type GroupNames = Readonly<{ label: (labelId: string) => string; team: (teamId: string) => string }>

type Story = Readonly<{ [T in ProfileEvent['type']]: (data: OfType<ProfileEvent, T>['data'], names: GroupNames) => Told }>

/** Tells an event of a profile's stream to people. Null for a type that this version does not know. */
export const tellProfile = ({ type, data }: Pick<Recorded, 'type' | 'data'>, names: GroupNames): Told | null =>
  Object.hasOwn(story, type) ? story[type as ProfileEvent['type']](data as never, names) : null

/** One line per event that can happen to a profile; a missing one does not compile. */
export const story: Story = {
  ProfileUploaded: ({ name, teamId, kind = 'profile', targets }, names) => ({
    sentence: `The ${kind} ${name} was uploaded for ${names.team(teamId)}.`,
    why: targets === undefined ? null : `It is for ${targetsText(targets, names)}.`,
  }),
  ProfileEdited: ({ name }) => ({ sentence: `Another version of ${name} was uploaded.`, why: null }),
  ProfileRetargeted: ({ targets }, names) => ({ sentence: `It was aimed anew: at ${targetsText(targets, names)}.`, why: null }),
  ProfileSecretsChanged: ({ secrets }) => ({
    sentence: 'It must be delivered again.',
    why: `${secrets.length === 1 ? 'A secret in it has' : 'Secrets in it have'} another value: ${secrets.slice(0, 5).join(', ')}.`,
  }),
  ProfileDeleted: ({ because }) => ({ sentence: 'It was deleted.', why: deletions[because] }),
}

const deletions: Readonly<Record<OfType<ProfileEvent, 'ProfileDeleted'>['data']['because'], string>> = {
  asked: 'An admin asked for it.',
  'team-deleted': 'Its team was deleted.',
  replaced: 'Another set of settings took its place.',
}

/** Which hosts of the team targets mean. */
export const targetsText = ({ includeAll, includeAny, excludeAny }: Targets, { label }: GroupNames): string => {
  const named = (labels: readonly string[], joint: string): string => labels.map(label).join(joint)
  const parts = [
    ...(includeAll.length === 0 ? [] : [`with the ${plural(includeAll)} ${named(includeAll, ' and ')}`]),
    ...(includeAny.length === 0 ? [] : [`with the ${plural(includeAny)} ${named(includeAny, ' or ')}`]),
    ...(excludeAny.length === 0 ? [] : [`without the ${plural(excludeAny)} ${named(excludeAny, ' or ')}`]),
  ]
  return parts.length === 0 ? 'all hosts of the team' : `hosts ${parts.join(' and ')}`
}

const plural = ({ length }: readonly string[]): string => (length === 1 ? 'label' : 'labels')
