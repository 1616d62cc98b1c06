import type { BackupSource } from '../../src/app/backup-ports.ts'

/** Of a server without a database of its own there is nothing to back up but its packages. */
export const emptyBackup: BackupSource = { holdsLog: false, tables: async function* () {} }
