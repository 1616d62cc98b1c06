import type { OfType, Recorded } from '../../kernel/event.ts'
import type { Told } from '../host/told.ts'
import type { TeamEvent } from './events.ts'

type Story = Readonly<{ [T in TeamEvent['type']]: (data: OfType<TeamEvent, T>['data']) => Told }>

/** Tells an event of a team's stream to people. Null for a type that this version does not know. */
export const tellTeam = ({ type, data }: Pick<Recorded, 'type' | 'data'>): Told | null =>
  Object.hasOwn(story, type) ? story[type as TeamEvent['type']](data as never) : null

/** One line per event that can happen to a team; a missing one does not compile. */
export const story: Story = {
  TeamCreated: ({ name }) => ({ sentence: `The team ${name} was made.`, why: null }),
  TeamRenamed: ({ name }) => ({ sentence: `The team is called ${name} now, or described otherwise.`, why: null }),
  TeamDeleted: ({ name }) => ({ sentence: `The team ${name} was deleted.`, why: 'An admin asked for it.' }),
}
