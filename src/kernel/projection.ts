import type { AnyEvent, OfType, Recorded } from './event.ts'
import type { SqlValue } from './query.ts'

type Columns<Row> = Readonly<{ [C in keyof Row]?: Row[C] & SqlValue }>

/**
 * What one event changes in a table. `where` names the row by its whole key, or by the key's first columns to mean all rows that share them.
 * `set` makes the row if it is missing (whole key only); `change` touches only rows that are there; `remove` takes them away.
 */
export type Change<Row> =
  | Readonly<{ where: Columns<Row>; set: Columns<Row> }>
  | Readonly<{ where: Columns<Row>; change: Columns<Row> }>
  | Readonly<{ where: Columns<Row>; remove: true }>

/**
 * A read model of one table, as data. The runner writes a batch as sets, guards each row by the log position that last changed it (column
 * `position`, added by the runner), and keeps the checkpoint in the same transaction. `set` says what is so, never adds to what was.
 */
export type Projection<E extends AnyEvent, Row> = Readonly<{
  name: string
  /** Raise it to have the table filled anew beside the old one. */
  version: number
  /** Column definitions as in `create table`. */
  schema: string
  /** The primary key's columns, in order. */
  key: readonly (keyof Row & string)[]
  /** What follows `on <table>` in `create index`. */
  indexes?: readonly string[]
  /** Texts (expressions) in which parts are looked for: indexed by trigrams where the database can, looked through where it cannot. */
  searched?: readonly string[]
  on: Readonly<{
    [T in E['type']]?: (event: Recorded<OfType<E, T>>) => Change<Row> | readonly Change<Row>[]
  }>
}>

/** A statement runner inside one transaction, with the projection's own schema first on the search path. */
export type Sql = <Row = Record<string, unknown>>(text: string, values?: readonly SqlValue[]) => Promise<readonly Row[]>

/** A read model computed over sets of rows: own tables, and one function that applies a batch in a few statements. */
export type SetProjection = Readonly<{
  name: string
  version: number
  /** Full definitions: `create table …;`. */
  schema: string
  /** The tables to be seen by questions, by name. */
  tables: readonly string[]
  /** The event types it wants. */
  types: readonly string[]
  apply: (sql: Sql, events: readonly Recorded[]) => Promise<void>
}>

/** Either kind; what the runner takes. The row type no longer matters there. */
export type AnyProjection = Projection<AnyEvent, never> | SetProjection

/** Forgets which events and rows a projection is made of, for lists of projections. */
export const erased = (
  projection: Readonly<{ name: string; version: number; schema: string; key: readonly string[]; on: object }>,
): AnyProjection => projection as unknown as AnyProjection
