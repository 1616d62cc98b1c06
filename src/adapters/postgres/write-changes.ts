import { createHash } from 'node:crypto'
import type { Position } from '../../kernel/event.ts'
import type { SqlValue } from '../../kernel/query.ts'
import type { ColumnType } from './array-literals.ts'
import { arrayLiteral } from './array-literals.ts'
import type { Folded, Outcome } from './changes.ts'

/** A read model's table, as the database describes it. */
export type TableShape = Readonly<{
  schema: string
  table: string
  key: readonly string[]
  types: ReadonlyMap<string, ColumnType>
}>

/** A prepared statement with its values; `name` derives from the text. */
export type Statement = Readonly<{ name: string; text: string; values: readonly string[] }>

/**
 * Who writes. The runner writes every event once, in order, and marks rows with the event's position. An overlay writes ahead of it, from
 * `since` on: it does nothing once the runner has come that far, and marks no row that is there. Those that it makes it marks with a space
 * before the position, which orders them before all others: in the runner's eyes they are not there, and a change that comes to an overlay
 * late, from before they were made, is not for them.
 */
export type Writer = 'runner' | Readonly<{ since: Position }>

/** A read model writes a column that its table does not have. */
export class NoSuchColumn extends Error {
  override readonly name = 'NoSuchColumn'
}

/** The most rows that one statement writes. */
export const rowsPerStatement = 5000

/** The statements that bring a folded batch into a table, in order. Throws `NoSuchColumn`. */
export const statementsFor = (shape: TableShape, folded: Folded, writer: Writer = 'runner'): readonly Statement[] => [
  ...statementsOf(shape, 'remove', folded.removes, writer),
  ...statementsOf(shape, 'change', folded.changes.filter(saysSomething), writer),
  ...statementsOf(shape, 'set', folded.sets, writer),
]

const saysSomething = ({ columns }: Outcome): boolean => Object.keys(columns).length > 0

type Verb = 'remove' | 'change' | 'set'

const statementsOf = (shape: TableShape, verb: Verb, outcomes: readonly Outcome[], writer: Writer): readonly Statement[] =>
  alike(outcomes).flatMap(({ keyLength, columns, outcomes: rows }) => {
    const { name, text } = prepared(shape, { verb, keyLength, columns, overlay: writer !== 'runner' })
    return chunks(rows).map((chunk) => ({
      name,
      text,
      values: [
        ...shape.key.slice(0, keyLength).map((column, at) => literal(shape, column, chunk, (outcome) => outcome.key[at])),
        ...columns.map((column) => literal(shape, column, chunk, (outcome) => outcome.columns[column])),
        arrayLiteral(
          chunk.map(({ position }) => position),
          positionType,
        ),
        ...(writer === 'runner' ? [] : [writer.since]),
      ],
    }))
  })

const positionType: ColumnType = { name: 'text', isArray: false, isJson: false }

const literal = (
  shape: TableShape,
  column: string,
  outcomes: readonly Outcome[],
  valueOf: (outcome: Outcome) => SqlValue | undefined,
): string => arrayLiteral(outcomes.map(valueOf), typeOf(shape, column))

const typeOf = (shape: TableShape, column: string): ColumnType => {
  const type = shape.types.get(column)
  if (type === undefined) throw new NoSuchColumn(`Table ${shape.table} has no column ${column}.`)
  return type
}

type Alike = Readonly<{ keyLength: number; columns: readonly string[]; outcomes: Outcome[] }>

/** Outcomes that one statement can write: equally long keys, the same columns. Order among them stays. */
const alike = (outcomes: readonly Outcome[]): readonly Alike[] => {
  const groups = new Map<string, Alike>()
  for (const outcome of outcomes) {
    const columns = Object.keys(outcome.columns).sort()
    const signature = `${String(outcome.key.length)} ${columns.join(' ')}`
    const group = groups.get(signature)
    if (group === undefined) groups.set(signature, { keyLength: outcome.key.length, columns, outcomes: [outcome] })
    else group.outcomes.push(outcome)
  }
  return [...groups.values()]
}

const chunks = (outcomes: readonly Outcome[]): readonly (readonly Outcome[])[] =>
  outcomes.length <= rowsPerStatement
    ? [outcomes]
    : Array.from({ length: Math.ceil(outcomes.length / rowsPerStatement) }, (_, at) =>
        outcomes.slice(at * rowsPerStatement, (at + 1) * rowsPerStatement),
      )

type Template = Readonly<{ verb: Verb; keyLength: number; columns: readonly string[]; overlay: boolean }>

type Prepared = Readonly<{ name: string; text: string }>

const written = new WeakMap<TableShape, Map<string, Prepared>>()

const prepared = (shape: TableShape, template: Template): Prepared => {
  const texts = written.get(shape) ?? new Map<string, Prepared>()
  written.set(shape, texts)
  const signature = JSON.stringify(template)
  const known = texts.get(signature)
  if (known !== undefined) return known
  const text = textOf(shape, template)
  const statement = { name: `rm_${createHash('sha1').update(text).digest('base64url')}`, text }
  texts.set(signature, statement)
  return statement
}

const textOf = (shape: TableShape, { verb, keyLength, columns, overlay }: Template): string => {
  const table = `${identifier(shape.schema)}.${identifier(shape.table)}`
  const keys = shape.key.slice(0, keyLength)
  const named = [...keys, ...columns]
  const types = named.map((column) => typeOf(shape, column))
  const parameters = [...types.map(({ name, isArray }) => `${isArray ? 'text' : name}[]`), 'text[]'].map(
    (type, at) => `$${String(at + 1)}::${type}`,
  )
  const rows = `unnest(${parameters.join(', ')}) as u(${[...named.map((_, at) => `c${String(at)}`), 'position'].join(', ')})`
  const value = (at: number): string => (types[at]?.isArray === true ? `u.c${String(at)}::${types[at].name}` : `u.c${String(at)}`)
  const matching = keys.map((column, at) => `t.${identifier(column)} = ${value(at)}`).join(' and ')

  const since = `$${String(named.length + 2)}::text`
  const ahead = `exists (select from public.projection_state s where s.schema = '${shape.schema}' and s.shown
      and coalesce(s.position, '') < ${since})`

  if (verb === 'remove')
    return `delete from ${table} t using ${rows} where ${matching} and ${overlay ? `t.position < ${since} and ${ahead}` : 't.position < u.position'}`

  if (verb === 'change') {
    const assigned = columns.map((column, at) => `${identifier(column)} = ${value(keyLength + at)}`)
    const assignments = overlay ? assigned : [...assigned, 'position = u.position']
    const guard = overlay
      ? `t.position < ${since} and (t.position > '!' or t.position <= ' ' || ${since}) and ${ahead}`
      : "t.position <= u.position and t.position > '!'"
    return `update ${table} t set ${assignments.join(', ')} from ${rows} where ${matching} and ${guard}`
  }

  const into = [...named.map(identifier), 'position'].join(', ')
  const values = [...named.map((_, at) => value(at)), overlay ? "' ' || u.position" : 'u.position'].join(', ')
  const assigned = columns.map((column) => `${identifier(column)} = excluded.${identifier(column)}`)
  const assignments = overlay ? assigned : [...assigned, 'position = excluded.position']
  const guard = overlay ? `t.position < ${since}` : 't.position <= excluded.position'
  const conflict = assignments.length === 0 ? 'nothing' : `update set ${assignments.join(', ')} where ${guard}`
  return `insert into ${table} as t (${into}) select ${values} from ${rows}${overlay ? ` where ${ahead}` : ''}
    on conflict (${shape.key.map(identifier).join(', ')}) do ${conflict}`
}

/** A name in SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
