import type { App } from '../../../app/app.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import type { Targets } from '../../../domain/profiles/events.ts'
import { everyHost } from '../../../domain/profiles/events.ts'
import { labelNames, labelsNamed } from '../../../projections/labels.ts'
import { refuse } from '../../errors.ts'

/** Names of labels by mode, as forms and files give them. */
export type LabelNames = Readonly<{ includeAll: readonly string[]; includeAny: readonly string[]; excludeAny: readonly string[] }>

type Fields = Readonly<{
  labels?: readonly string[] | undefined
  labels_include_all?: readonly string[] | undefined
  labels_include_any?: readonly string[] | undefined
  labels_exclude_any?: readonly string[] | undefined
}>

/**
 * The labels that the fields name, `labels` being an older word for include_all; null when there is none of the fields. Refuses both ways of
 * including at once with 422.
 */
export const namedLabels = (fields: Fields): LabelNames | null => {
  const named = (list: readonly string[] | undefined) => [...new Set((list ?? []).filter((name) => name !== ''))]
  if (Object.values(fields).every((list) => list === undefined)) return null
  if (fields.labels !== undefined && fields.labels_include_all !== undefined)
    refuse(422, 'labels', 'labels is an older word for labels_include_all; use one of them.')
  const includeAll = named(fields.labels ?? fields.labels_include_all)
  const includeAny = named(fields.labels_include_any)
  if (includeAll.length > 0 && includeAny.length > 0)
    refuse(422, 'labels_include_any', 'labels_include_all and labels_include_any cannot be combined.')
  return { includeAll, includeAny, excludeAny: named(fields.labels_exclude_any) }
}

/** The ids of the labels with these names. Refuses the whole with 400 when one of them does not exist. */
export const targetsOf = async ({ read }: Pick<App, 'read'>, names: LabelNames | null): Promise<Targets> => {
  if (names === null) return everyHost
  const all = [...names.includeAll, ...names.includeAny, ...names.excludeAny]
  if (all.length === 0) return everyHost
  const ids = new Map<string, string>(builtInLabels.map(({ name, id }) => [name.toLowerCase(), id]))
  for (const { name, label_id } of await read(labelsNamed(all))) ids.set(name.toLowerCase(), label_id)
  const idOf = (name: string): string => ids.get(name.toLowerCase()) ?? refuse(400, 'labels', `There is no label named ${name}.`)
  return {
    includeAll: names.includeAll.map(idOf),
    includeAny: names.includeAny.map(idOf),
    excludeAny: names.excludeAny.map(idOf),
  }
}

/** A label as settings show it: by name, and `broken` when it is gone. */
export type ShownLabel = Readonly<{ name: string; id: number } | { name: string; broken: true }>

/** How to show the labels that these settings name. */
export const labelsShown = async (
  { read }: Pick<App, 'read'>,
  targets: readonly (Targets | null)[],
): Promise<(labelId: string) => ShownLabel> => {
  const ids = [
    ...new Set(targets.flatMap((one) => (one === null ? [] : [...one.includeAll, ...one.includeAny, ...one.excludeAny]))),
  ]
  const rows = ids.length === 0 ? [] : await read(labelNames(ids))
  const known = new Map(rows.map((row) => [row.label_id, row]))
  return (labelId) => {
    const builtIn = builtInLabels.find(({ id }) => id === labelId)
    if (builtIn !== undefined) return { name: builtIn.name, id: Number(labelId) }
    const row = known.get(labelId)
    if (row === undefined) return { name: labelId, broken: true }
    return row.deleted_at === null ? { name: row.name, id: Number(labelId) } : { name: row.name, broken: true }
  }
}
