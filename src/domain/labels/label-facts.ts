import type { Recorded } from '../../kernel/event.ts'
import type { LabelEvent } from './events.ts'

/** What settings that name a label must know of it; a deleted one is still called what it was. */
export type LabelFacts = Readonly<{ name: string; dynamic: boolean; deleted: boolean }>

/** A label from its stream, event by event, without its list. */
export const labelFacts = {
  category: 'label',
  initial: { name: '', dynamic: false, deleted: true },
  evolve: (was: LabelFacts, event: Recorded<LabelEvent>): LabelFacts => {
    if (event.type === 'LabelCreated') return { name: event.data.name, dynamic: event.data.kind === 'dynamic', deleted: false }
    if (event.type === 'LabelEdited') return { ...was, name: event.data.name }
    return event.type === 'LabelDeleted' ? { ...was, deleted: true } : was
  },
}
