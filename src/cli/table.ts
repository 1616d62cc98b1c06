import { visible } from './visible.ts'

/** Rows under headings, in columns as wide as their widest cell, without trailing blanks. What a terminal would obey is made visible. */
export const table = (headings: readonly string[], told: readonly (readonly string[])[]): string => {
  const rows = told.map((cells) => cells.map(visible))
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(headings.map((heading) => heading.toUpperCase())), ...rows.map(line)].join('\n')
}

/** A time for people: to the second, in UTC. */
export const when = (at: string | null): string => (at === null ? '-' : `${at.slice(0, 19).replace('T', ' ')}Z`)
