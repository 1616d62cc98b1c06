import type { App } from '../../app/app.ts'
import { dynamicLabels } from '../../projections/labels.ts'
import type { LabelQuery } from './schedule.ts'

/** How long the labels' queries are believed, ms. */
const believedMs = 10_000

/** The queries of all dynamic labels: from memory, or from one question for all who ask at the same time. */
export const labelQueries = ({
  read,
  clock,
}: Pick<App, 'read' | 'clock'>): (() => readonly LabelQuery[] | Promise<readonly LabelQuery[]>) => {
  let known: Readonly<{ rows: readonly LabelQuery[]; until: number }> = { rows: [], until: 0 }
  let asking: Promise<void> | null = null

  return () => {
    if (clock().getTime() < known.until) return known.rows
    asking ??= read(dynamicLabels())
      .then((rows) => {
        known = { rows, until: clock().getTime() + believedMs }
      })
      .finally(() => {
        asking = null
      })
    return asking.then(() => known.rows)
  }
}
