import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { derivedId } from '../../kernel/ids.ts'
import type { ChangeSetEvent } from './events.ts'

export type ChangeSetCommand = { type: 'NoteUndone'; data: { by: string } }

export type ChangeSet = Readonly<{ undoneBy: string | null }>

/** What was done with one intent is in the streams that it changed; here stands only what became of it. */
export const changeSet: Decider<ChangeSetCommand, ChangeSetEvent, ChangeSet> = {
  category: 'changeSet',
  initial: { undoneBy: null },
  decide: decideBy<ChangeSetCommand, ChangeSetEvent, ChangeSet>({
    NoteUndone: ({ data }, now) => (now.undoneBy === null ? [{ type: 'ChangeSetUndone', data }] : []),
  }),
  evolve: evolveBy<ChangeSetEvent, ChangeSet>({ ChangeSetUndone: (_, { data }) => ({ undoneBy: data.by }) }),
}

/** The change set that undoes another: always the same, so that an undo that was cut off is gone on with. */
export const undoOf = (changeSetId: string): string => derivedId(`undo/${changeSetId}`)
