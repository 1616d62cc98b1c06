import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { BackupSource } from '../../../app/backup-ports.ts'
import type { PackageStore } from '../../../app/package-ports.ts'
import { version } from '../../../config.ts'
import { audit, theAudit } from '../../../domain/audit/audit.ts'
import { backupFormat, backupWriter } from '../../../protocols/backup/format.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

/** How much of a package stands in one line, bytes. */
const pieceSize = 512 * 1024

type BackupDeps = Pick<AdminDeps, 'app' | 'backup' | 'packages'>

/** All that cannot be made anew, in one file, while the server serves. */
export const backupRoutes = ({ app, backup, packages }: BackupDeps): Pick<Handlers, 'GET /backup'> => ({
  'GET /backup': async (request, response, { cause }) => {
    const count = (await packages.all()).length
    await app.execute(audit, theAudit, { type: 'NoteBackup', data: { packages: count } }, cause)
    const takenAt = app.clock().toISOString()
    response.attachment(`muster-${takenAt.replaceAll(':', '-')}.backup`).type('application/gzip')
    const lines = Readable.from(backupLines({ backup, packages, takenAt }))
    await pipeline(lines, createGzip({ level: 1 }), response).catch((error: unknown) => {
      // Who asked went away, which is theirs to do.
      if (!request.socket.destroyed) throw error
    })
  },
})

type Taking = Readonly<{ backup: BackupSource; packages: PackageStore; takenAt: string }>

/** The tables first: a package is there before the event that names it, so that none is missing that the events name. */
async function* backupLines({ backup, packages, takenAt }: Taking): AsyncGenerator<string> {
  const { line, footer } = backupWriter()
  yield line({ kind: 'header', format: backupFormat, muster: version, takenAt, log: backup.holdsLog ? 'here' : 'elsewhere' })
  for await (const part of backup.tables()) yield line(part)
  for (const sha256 of await packages.all()) {
    const path = await packages.locate(sha256)
    // It was deleted meanwhile.
    if (path === null) continue
    yield line({ kind: 'package', sha256, size: (await stat(path)).size })
    for await (const piece of createReadStream(path, { highWaterMark: pieceSize }) as AsyncIterable<Buffer>)
      yield line({ kind: 'bytes', base64: piece.toString('base64') })
  }
  yield footer()
}
