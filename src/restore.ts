import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { fileStore } from './adapters/files/package-store.ts'
import { postgresBackupTarget } from './adapters/postgres/backup.ts'
import { openPool } from './adapters/postgres/connections.ts'
import { startEmbeddedPostgres } from './adapters/postgres/embedded.ts'
import { postgresEventLog } from './adapters/postgres/event-log.ts'
import { createOperationalTables } from './adapters/postgres/operational-tables.ts'
import type { BackedUpRows, BackedUpTable } from './app/backup-ports.ts'
import type { PackageStore } from './app/package-ports.ts'
import type { Log } from './app/ports.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import { ParseError } from './kernel/parse-error.ts'
import type { BackupLine } from './protocols/backup/format.ts'
import { readBackup } from './protocols/backup/format.ts'

/** What came back. `log`: false when the log lies elsewhere and was not in the backup. */
export type Restored = Readonly<{ takenAt: string; rows: number; packages: number; log: boolean }>

/**
 * Takes a backup into the place that the settings name, which must be empty, and into no other. The file is read through and judged whole before
 * anything is written; the tables come in one transaction. Throws `ParseError` for the file, `ConfigError` for a place that is not empty.
 */
export const restore = async (config: Config, file: string, logger: Log): Promise<Restored> => {
  const judged = await judgedWhole(file)
  const postgres = config.DATABASE_URL === undefined ? await embeddedOf(config, logger) : null
  const url = config.DATABASE_URL ?? postgres?.url ?? ''
  try {
    const pool = openPool({ url, max: 1, name: 'restore', logger })
    try {
      await createOperationalTables(pool)
    } finally {
      await pool.end()
    }
    await (await postgresEventLog({ url, log: logger })).close()
    const target = postgresBackupTarget(url)
    if (!(await target.isEmpty()))
      throw new ConfigError('There is a Muster in this place already; a backup is restored into an empty one only.')
    // Packages first: what the events name must be there when they are.
    await packagesInto(fileStore(join(config.MUSTER_DATA, 'packages')), linesOf(file))
    await target.fill(tablesIn(linesOf(file)))
  } finally {
    await postgres?.stop()
  }
  return judged
}

const embeddedOf = ({ MUSTER_DATA }: Config, log: Log) =>
  startEmbeddedPostgres({ dataFolder: join(MUSTER_DATA, 'postgres'), log })

const linesOf = (file: string): AsyncGenerator<BackupLine> => readBackup(unpacked(file))

async function* unpacked(file: string): AsyncGenerator<string> {
  const packed = createReadStream(file)
  const text = createGunzip()
  packed.on('error', (error) => text.destroy(error))
  packed.pipe(text).setEncoding('utf8')
  try {
    for await (const chunk of text) yield chunk as string
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code?.startsWith('Z_') === true)
      throw new ParseError('backup', 'The file is no backup, or was cut off or damaged: it cannot be unpacked.')
    throw error
  }
}

const judgedWhole = async (file: string): Promise<Restored> => {
  let found = { takenAt: '', rows: 0, packages: 0, log: true }
  for await (const line of linesOf(file)) {
    if (line.kind === 'header') found = { ...found, takenAt: line.takenAt, log: line.log === 'here' }
    if (line.kind === 'rows') found = { ...found, rows: found.rows + line.rows.length }
    if (line.kind === 'package') found = { ...found, packages: found.packages + 1 }
  }
  return found
}

async function* tablesIn(lines: AsyncIterable<BackupLine>): AsyncGenerator<BackedUpTable | BackedUpRows> {
  for await (const line of lines) if (line.kind === 'table' || line.kind === 'rows') yield line
}

const packagesInto = async (store: PackageStore, lines: AsyncGenerator<BackupLine>): Promise<void> => {
  let line = await lines.next()
  while (line.done !== true) {
    const wanted = line.value
    line = await lines.next()
    if (wanted.kind !== 'package') continue
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      for (; line.done !== true && line.value.kind === 'bytes'; line = await lines.next())
        yield Buffer.from(line.value.base64, 'base64')
    }
    const { sha256 } = await store.receive(bytes(), { limit: wanted.size, check: () => undefined })
    if (sha256 !== wanted.sha256) throw new ParseError('backup', `The package ${wanted.sha256} was damaged in the backup.`)
  }
}
