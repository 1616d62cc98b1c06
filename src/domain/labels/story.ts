import type { OfType, Recorded } from '../../kernel/event.ts'
import type { Told } from '../host/told.ts'
import type { LabelDefinition, LabelEvent } from './events.ts'

type Story = Readonly<{ [T in LabelEvent['type']]: (data: OfType<LabelEvent, T>['data']) => Told }>

/** Tells an event of a label's stream to people. Null for a type that this version does not know. */
export const tellLabel = ({ type, data }: Pick<Recorded, 'type' | 'data'>): Told | null =>
  Object.hasOwn(story, type) ? story[type as LabelEvent['type']](data as never) : null

/** One line per event that can happen to a label; a missing one does not compile. */
export const story: Story = {
  LabelCreated: ({ name, kind, ...definition }) => ({
    sentence: `The label ${name} was made.`,
    why: kind === 'manual' ? 'Admins list its hosts by hand.' : askedText({ name, ...definition }),
  }),
  LabelEdited: (definition) => ({ sentence: `The label ${definition.name} was edited.`, why: askedText(definition) }),
  LabelListed: ({ joined, left }) => ({
    sentence: `${hostsText(joined.length)} put on the list of the label, ${hostsText(left.length)} taken off.`,
    why: 'An admin asked for it.',
  }),
  LabelDeleted: ({ name }) => ({ sentence: `The label ${name} was deleted.`, why: 'An admin asked for it.' }),
}

/** A query may be long; its beginning tells which one it is. */
const shownOfQuery = 200

const askedText = ({ query, criteria }: LabelDefinition): string | null => {
  if (criteria !== null) return `Its hosts are those whose ${criteria.vital} is ${criteria.value}.`
  if (query === null || query === '') return null
  const shown = query.replaceAll(/\s+/g, ' ')
  return `Its hosts are those whose agent answers: ${shown.slice(0, shownOfQuery)}${shown.length > shownOfQuery ? '…' : ''}`
}

const hostsText = (count: number): string => (count === 1 ? '1 host was' : `${String(count)} hosts were`)
