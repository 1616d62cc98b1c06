import type { Recorded } from '../kernel/event.ts'
import type { Change } from '../kernel/projection.ts'

/** Rows by their key, as the table would hold them. */
export type Rows<Row> = ReadonlyMap<string, Row>

/**
 * A read model replayed in memory: what the runner writes to the table, applied to a map. So what a host's rows were is told by the same lines that
 * tell what they are. `blank` is a row as the table's defaults make it.
 */
export const rowsOf = <Row extends object>(
  projection: Readonly<{ key: readonly (keyof Row & string)[]; on: object }>,
  blank: Row,
) => {
  const changesOf = (event: Recorded): readonly Change<Row>[] => {
    const on = projection.on as Readonly<Record<string, ((event: Recorded) => Change<Row> | readonly Change<Row>[]) | undefined>>
    const told = on[event.type]?.(event) ?? []
    return 'where' in told ? [told] : told
  }

  const isAt = (row: Row, where: object): boolean =>
    Object.entries(where).every(([column, value]) => row[column as keyof Row] === value)

  const keyOf = (row: Partial<Row>): string => projection.key.map((column) => String(row[column])).join('\n')

  const write = (rows: Map<string, Row>, change: Change<Row>): void => {
    const where = change.where as Partial<Row>
    const key = keyOf(where)
    if ('set' in change) return void rows.set(key, { ...blank, ...rows.get(key), ...where, ...(change.set as Partial<Row>) })
    const isWhole = projection.key.every((column) => column in where)
    const one = rows.get(key)
    const concerned = isWhole ? (one === undefined ? [] : [one]) : [...rows.values()].filter((row) => isAt(row, where))
    for (const row of concerned)
      if ('remove' in change) rows.delete(keyOf(row))
      else rows.set(keyOf(row), { ...row, ...(change.change as Partial<Row>) })
  }

  const applied = (rows: Rows<Row>, events: readonly Recorded[]): Rows<Row> => {
    const after = new Map(rows)
    for (const event of events) for (const change of changesOf(event)) write(after, change)
    return after
  }

  return {
    /** The rows after these events, from none. */
    from: (events: readonly Recorded[]): Rows<Row> => applied(new Map(), events),
    /** The rows after more events; the same map when they change nothing. */
    after: (rows: Rows<Row>, events: readonly Recorded[]): Rows<Row> => {
      const telling = events.filter(({ type }) => type in projection.on)
      return telling.length === 0 ? rows : applied(rows, telling)
    },
  }
}
