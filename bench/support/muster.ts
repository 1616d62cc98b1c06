import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import type { EventLog } from '../../src/app/ports.ts'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { compose } from '../../src/compose.ts'
import type { RoleName } from '../../src/config.ts'
import { readConfig } from '../../src/config.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { benchDatabase } from './database.ts'
import { quiet } from './quiet.ts'

/** A database and a folder for a server that is measured, and the settings that name them; `enders` learn how to take them away. */
export const benchGround = async (enders: (() => unknown)[]) => {
  const database = await benchDatabase()
  enders.push(database.stop)
  const data = await mkdtemp(join(tmpdir(), 'muster-bench-'))
  enders.push(() => rm(data, { recursive: true, force: true }))
  const settings = {
    DATABASE_URL: database.url,
    MUSTER_MASTER_KEY: randomBytes(32).toString('base64'),
    MUSTER_DATA: data,
    MUSTER_PORT: '0',
    MUSTER_TLS: 'off',
    MUSTER_AUTHORITY_KEY_BITS: '2048',
  }
  return { databaseUrl: database.url, settings }
}

/** What a benchmark has before it: a whole server on a database of its own, the first admin's client, and the server's log to fill. */
export type BenchedMuster = Readonly<{ client: MusterClient; log: EventLog; databaseUrl: string }>

/** Starts a server in this process for `work`, and takes everything away again, however it ends. All roles unless some are named. */
export const withMuster = async <T>(
  { roles, settings = {} }: Readonly<{ roles?: readonly RoleName[]; settings?: Readonly<Record<string, string>> }>,
  work: (muster: BenchedMuster) => Promise<T>,
): Promise<T> => {
  const enders: (() => unknown)[] = []
  try {
    const ground = await benchGround(enders)
    const config = readConfig({ ...ground.settings, ...settings })
    const muster = await compose({ ...config, ...(roles !== undefined && { roles }) }, quiet)
    enders.push(muster.stop)
    const log = await postgresEventLog({ url: ground.databaseUrl })
    enders.push(log.close)
    const client = musterClient({ url: `http://localhost:${String(muster.port)}`, token: muster.firstToken ?? '' })
    enders.push(client.close)
    return await work({ client, log, databaseUrl: ground.databaseUrl })
  } finally {
    for (const end of enders.reverse()) await end()
  }
}

/** A profile with nothing in it; another one for each number. */
export const benchProfile = (index: number) => ({
  name: 'bench.mobileconfig',
  bytes: Buffer.from(
    writePlist({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadIdentifier: `com.example.bench.${String(index)}`,
      PayloadUUID: `bench-${String(index)}`,
      PayloadDisplayName: `Bench ${String(index)}`,
      PayloadContent: [],
    }),
  ),
})
