import pg from 'pg'
import type { BackedUpRows, BackedUpTable, BackupSource, BackupTarget } from '../../app/backup-ports.ts'

/** How many rows are read and written at a time. A row may hold an event of 1 MiB. */
const pageSize = 50

/** What is made anew from the log, and may not come back older than it. */
const derived = ['projection_state', 'projection_set_aside', 'write_probe', 'snapshots']

const tablesThere = `
  select format('%I.%I', n.nspname, c.relname) as name, n.nspname || '.' || c.relname as plain,
    array_agg(a.attname::text order by a.attnum) as columns, array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) as types
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relkind = 'r' and n.nspname in ('public', 'event_log') and c.relname <> all($1)
  group by n.nspname, c.relname, c.oid
  -- Those that others refer to come first.
  order by exists (select from pg_constraint where conrelid = c.oid and contype = 'f'), n.nspname, c.relname`

type Table = Readonly<{ name: string; plain: string; columns: readonly string[]; types: readonly string[] }>

const tablesOf = async (client: pg.Client): Promise<readonly Table[]> => (await client.query<Table>(tablesThere, [derived])).rows

/** The tables of a Muster's database, read in one transaction: all of one moment, while everything goes on. */
export const postgresBackupSource = ({ url, holdsLog }: Readonly<{ url: string; holdsLog: boolean }>): BackupSource => ({
  holdsLog,

  tables: async function* () {
    const client = await connected(url)
    try {
      await client.query('begin isolation level repeatable read, read only')
      for (const { name, plain, columns } of await tablesOf(client)) {
        yield { kind: 'table', name: plain, columns }
        const texts = columns.map((column) => `${identifier(column)}::text`).join(', ')
        await client.query(`declare backup no scroll cursor for select ${texts} from ${name}`)
        for (;;) {
          const { rows } = await client.query<(string | null)[]>({
            text: `fetch ${String(pageSize)} from backup`,
            rowMode: 'array',
          })
          if (rows.length > 0) yield { kind: 'rows', rows }
          if (rows.length < pageSize) break
        }
        await client.query('close backup')
      }
      await client.query('commit')
    } finally {
      await client.end()
    }
  },
})

/** A database in which the tables were made, and which is to be filled from a backup. */
export const postgresBackupTarget = (url: string): BackupTarget => ({
  isEmpty: async () => {
    const client = await connected(url)
    try {
      for (const table of ['event_log.events', 'public.vault_keys']) {
        const { rows } = await client.query(`select from ${table} limit 1`)
        if (rows.length > 0) return false
      }
      return true
    } finally {
      await client.end()
    }
  },

  fill: async (tables) => {
    const client = await connected(url)
    try {
      await client.query('begin')
      const known = new Map((await tablesOf(client)).map((table) => [table.plain, table]))
      let insert: ((rows: BackedUpRows['rows']) => Promise<void>) | null = null
      for await (const part of tables)
        if (part.kind === 'table') insert = inserting(client, mustKnow(known, part), part.columns)
        else await insert?.(part.rows)
      for (const { name } of known.values()) await client.query(numberingOn(name))
      await client.query('commit')
    } finally {
      await client.end()
    }
  },
})

const mustKnow = (known: ReadonlyMap<string, Table>, { name, columns }: BackedUpTable): Table => {
  const table = known.get(name)
  if (table === undefined) throw new Error(`The backup holds the table ${name}, which this version of Muster does not know.`)
  const strange = columns.find((column) => !table.columns.includes(column))
  if (strange === undefined) return table
  throw new Error(`The backup’s table ${name} has the column ${strange}, which this version of Muster does not know.`)
}

const inserting =
  (client: pg.Client, { name, columns: all, types }: Table, columns: readonly string[]) =>
  async (rows: BackedUpRows['rows']): Promise<void> => {
    const typeOf = new Map(all.map((column, index) => [column, types[index] ?? 'text']))
    const names = columns.map(identifier)
    const values = columns.map((column, index) => `given.v${String(index)}::${typeOf.get(column) ?? 'text'}`)
    const lists = columns.map((_, index) => `$${String(index + 1)}::text[]`)
    const aliases = columns.map((_, index) => `v${String(index)}`)
    await client.query(
      `insert into ${name} (${names.join(', ')}) overriding system value
       select ${values.join(', ')} from unnest(${lists.join(', ')}) as given(${aliases.join(', ')})`,
      columns.map((_, index) => rows.map((row) => row[index] ?? null)),
    )
  }

/** Lets the numbers of a table's identity column go on behind the highest that is there. */
const numberingOn = (table: string): string => `
  do $$ declare held record; begin
    for held in select attname from pg_attribute where attrelid = '${table}'::regclass and attidentity <> '' loop
      execute format('select setval(pg_get_serial_sequence(%L, %L), coalesce((select max(%I) from ${table}), 0) + 1, false)',
        '${table}', held.attname, held.attname);
    end loop;
  end $$`

const connected = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url, application_name: 'muster backup', connectionTimeoutMillis: 10_000 })
  // A lost connection fails the statement that runs, which tells of it.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const identifier = (name: string): string => pg.escapeIdentifier(name)
