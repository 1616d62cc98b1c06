import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts'

/** A durable Postgres of its own in a temporary folder, as the embedded default runs it. */
export const benchDatabase = async (): Promise<Readonly<{ url: string; stop: () => Promise<void> }>> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'))
  await chmod(folder, 0o711)
  const postgres = await startEmbeddedPostgres({ dataFolder: join(folder, 'postgres') })
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
