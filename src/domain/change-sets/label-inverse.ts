import type { Recorded } from '../../kernel/event.ts'
import type { LabelDefinition, LabelEvent, LabelKind } from '../labels/events.ts'
import type { Course, Undoing } from './course.ts'
import { courseOf } from './course.ts'
import type { Inverse } from './inverses.ts'

/** A label with its list; null: there is none. */
type Label = Readonly<{ kind: LabelKind; definition: LabelDefinition; listed: readonly string[] }> | null

const counts: ReadonlySet<string> = new Set(['LabelCreated', 'LabelEdited', 'LabelListed', 'LabelDeleted'])

/** How a label fared. */
export const labelCourse = (events: readonly Recorded[], undoing: Undoing): Course<Label> | null =>
  courseOf<Label>(events, undoing, {
    initial: null,
    remember: (state, event) => remember(state, event as Recorded<LabelEvent>),
    counts,
  })

const remember = (state: Label, { type, data }: Recorded<LabelEvent>): Label => {
  if (type === 'LabelCreated') {
    const { kind, ...definition } = data
    return { kind, definition, listed: [] }
  }
  if (type === 'LabelDeleted' || state === null) return null
  if (type === 'LabelEdited') return { ...state, definition: data }
  return { ...state, listed: [...without(state.listed, data.left), ...data.joined] }
}

/** Makes a label what it was: its definition, and of its list the hosts that the change set put on it or took off. */
export const labelInverse = (id: string, { before, after, now }: Course<Label>): readonly Inverse[] => {
  if (before === null) return after === null || now === null ? [] : [{ deed: 'delete-label', id, name: now.definition.name }]
  const { kind, definition, listed } = before
  const { name } = definition
  if (after === null || now === null)
    return now === null && after === null ? [{ deed: 'restore-label', id, name, label: { ...definition, kind }, listed }] : []
  const edited = !isSame(definition, after.definition) && !isSame(definition, now.definition)
  const join = without(without(listed, after.listed), now.listed)
  const leave = without(after.listed, listed).filter((hostId) => now.listed.includes(hostId))
  return [
    ...(edited ? [{ deed: 'edit-label', id, name, definition } as const] : []),
    ...(join.length + leave.length > 0 ? [{ deed: 'list-hosts', id, name, join, leave } as const] : []),
  ]
}

const without = (list: readonly string[], taken: readonly string[]): readonly string[] => {
  const gone = new Set(taken)
  return list.filter((one) => !gone.has(one))
}

const isSame = (one: LabelDefinition, other: LabelDefinition): boolean =>
  one.name === other.name &&
  one.description === other.description &&
  one.platform === other.platform &&
  one.query === other.query &&
  one.criteria?.vital === other.criteria?.vital &&
  one.criteria?.value === other.criteria?.value
