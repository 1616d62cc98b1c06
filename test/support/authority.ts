import { openPool } from '../../src/adapters/postgres/connections.ts'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import { postgresVault } from '../../src/adapters/postgres/vault.ts'
import { authoritiesReader } from '../../src/api/authorities.ts'
import { executor } from '../../src/app/execute.ts'
import type { Log } from '../../src/app/ports.ts'
import type { Authority } from '../../src/protocols/x509/open-authority.ts'
import type { TestServer } from './server.ts'

/** The authority of a running server with its key, taken from its database: to issue what the server itself never would. */
export const authorityOf = async ({ databaseUrl: url, environment }: TestServer): Promise<Authority> => {
  const clock = () => new Date()
  const pool = openPool({ url, max: 1, name: 'test', logger: quiet })
  const log = await postgresEventLog({ url, log: quiet })
  try {
    const vault = postgresVault(pool, Buffer.from(environment['MUSTER_MASTER_KEY'] ?? '', 'base64'))
    return (await authoritiesReader({ ...executor(log, clock), vault, logger: quiet })()).issuer
  } finally {
    await log.close()
    await pool.end()
  }
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
