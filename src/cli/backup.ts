import type { MusterClient } from '../client/muster-client.ts'
import { ConfigError, readConfig } from '../config.ts'
import { ParseError } from '../kernel/parse-error.ts'
import { restore } from '../restore.ts'
import { UsageError } from './access.ts'
import { say } from './asking.ts'
import { writeWhole } from './whole-file.ts'

/** Writes a backup to a file. Answers how many bytes. Throws `ApiError`. */
export const takeBackup = async (client: MusterClient, file: string): Promise<number> => writeWhole(file, await client.backup())

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Takes a backup into the empty place that the environment names, as `muster serve` reads it. Throws `UsageError`. */
export const restoreBackup = async (file: string): Promise<void> => {
  try {
    const { takenAt, rows, packages, log } = await restore(readConfig(process.env), file, quiet)
    say(`The backup of ${takenAt} is restored: ${String(rows)} rows and ${String(packages)} packages.`)
    say(
      log
        ? 'Start the server with the master key of then; it fills its read models from the log.'
        : 'The log was in an event store of its own: bring that back too, as old as this or older, and the master key of then.',
    )
  } catch (error) {
    if (error instanceof ConfigError || error instanceof ParseError) throw new UsageError(error.message)
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new UsageError(`The file ${file} cannot be read.`)
    throw error
  }
}
