import type { Loose } from './change-sets.ts'

/** All that was done with one intent. `undoneBy` and `undoes` are other change sets. */
export type ChangeSet = Readonly<{
  id: string
  at: string
  by: string
  summary: string
  events: number
  hosts: number | null
  undoneBy: string | null
  undoes: string | null
  canUndo: boolean
}>

export type ChangeSetEvent = Readonly<{ at: string; type: string; sentence: string | null; position: string }>

const textIn = (from: Loose, ...names: readonly string[]): string | null =>
  names.map((name) => from[name]).find((value): value is string => typeof value === 'string' && value !== '') ?? null

const numberIn = (from: Loose, ...names: readonly string[]): number | null =>
  names.map((name) => from[name]).find((value): value is number => typeof value === 'number') ?? null

const listIn = (from: Loose, name: string): readonly Loose[] | null => {
  const value = from[name]
  return Array.isArray(value) ? (value as readonly Loose[]) : null
}

const byOf = (from: Loose): string => {
  const actor = from['actor']
  if (typeof actor === 'object' && actor !== null && 'id' in actor) return String(actor.id)
  return textIn(from, 'actor', 'actor_full_name', 'by') ?? 'unknown'
}

/** A change set as the API tells it, in a list or by itself. */
export const changeSetOf = (from: Loose): ChangeSet => {
  const told = listIn(from, 'events')
  return {
    id: textIn(from, 'id', 'change_set') ?? '',
    at: textIn(from, 'at', 'started_at', 'first_at', 'created_at') ?? '',
    by: byOf(from),
    summary: textIn(from, 'summary', 'sentence', 'title') ?? listIn(from, 'summary')?.map(String).join(' ') ?? '',
    events: told?.length ?? numberIn(from, 'events', 'event_count', 'events_count') ?? 0,
    hosts: numberIn(from, 'hosts', 'host_count', 'hosts_count'),
    undoneBy: textIn(from, 'undone_by', 'undone'),
    undoes: textIn(from, 'undoes', 'undo_of'),
    canUndo: from['can_undo'] !== false && from['undoable'] !== false,
  }
}

/** What was done in it, oldest first. */
export const eventsOf = (from: Loose): readonly ChangeSetEvent[] =>
  (listIn(from, 'events') ?? []).map((event, index) => ({
    at: textIn(event, 'at', 'created_at') ?? '',
    type: textIn(event, 'type', 'event') ?? '',
    sentence: textIn(event, 'sentence', 'summary'),
    position: textIn(event, 'position', 'id') ?? String(index),
  }))

/** What an undo would leave as it is, and why. */
export const refusalsOf = (cannot: readonly Readonly<{ event: unknown; reason: string }>[] | undefined) =>
  (cannot ?? []).map(({ event, reason }, index) => ({ key: String(index), name: nameOf(event), reason }))

const nameOf = (event: unknown): string => {
  if (typeof event === 'string') return event
  if (typeof event !== 'object' || event === null) return ''
  return textIn(event as Loose, 'sentence', 'summary', 'type') ?? ''
}
