import type { OfType, Recorded } from '../../kernel/event.ts'
import type { Told } from '../host/told.ts'
import type { SecretVariableEvent } from './events.ts'

type Story = Readonly<{ [T in SecretVariableEvent['type']]: (data: OfType<SecretVariableEvent, T>['data']) => Told }>

/** Tells an event of the secrets' stream to people, never a value. Null for a type that this version does not know. */
export const tellSecret = ({ type, data }: Pick<Recorded, 'type' | 'data'>): Told | null =>
  Object.hasOwn(story, type) ? story[type as SecretVariableEvent['type']](data as never) : null

/** One line per event that can happen to a secret; a missing one does not compile. */
export const story: Story = {
  SecretVariableSet: ({ name }) => ({ sentence: `The secret ${name} was given a value.`, why: 'An admin asked for it.' }),
  SecretVariableDeleted: ({ name }) => ({ sentence: `The secret ${name} was deleted.`, why: 'An admin asked for it.' }),
}
