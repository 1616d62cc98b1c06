import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../../src/app/ports.ts'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { compose } from '../../src/compose.ts'
import type { RoleName } from '../../src/config.ts'
import { readConfig } from '../../src/config.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import { freshDatabase } from './postgres.ts'
import { composeShared } from './shared-server.ts'

/** What may stand in the environment of a server. */
export type Environment = Readonly<Record<string, string>>

/** The whole server in this process, on a database of its own. */
export type TestServer = Readonly<{
  url: string
  caPem: string
  /** The first admin token. */
  token: string
  /** What other processes need to be nodes of the same deployment. */
  environment: Environment
  databaseUrl: string
  client: MusterClient
  /** For devices: impatient, so that a dead server is noticed. */
  network: Network
  /** What the server complained of. */
  complaints: readonly Readonly<{ fields: object; message: string }>[]
  /** What it remarked beside that. */
  remarks: readonly Readonly<{ fields: object; message: string }>[]
  /** Stops the server and drops its database. */
  stop: () => Promise<void>
}>

export type ServerOptions = Readonly<{
  environment?: Environment
  roles?: readonly RoleName[]
  /** Runs on the embedded default instead, as a first start on a fresh machine does. */
  embedded?: boolean
}>

/** Starts one. The first call of a run also starts Postgres: give the hook 60 s. */
export const startServer = async ({ environment = {}, roles, embedded = false }: ServerOptions = {}): Promise<TestServer> => {
  const database = embedded ? null : await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'muster-scenario-'))
  // The embedded Postgres may have to run as another user.
  await chmod(folder, 0o711)
  const own = database === null ? {} : { DATABASE_URL: database.url, MUSTER_MASTER_KEY: randomBytes(32).toString('base64') }
  const whole = { ...common, ...own, MUSTER_DATA: folder, ...environment }
  const config = readConfig(whole)
  const complaints: Readonly<{ fields: object; message: string }>[] = []
  const remarks: Readonly<{ fields: object; message: string }>[] = []
  const isShared = roles === undefined && !embedded && config.MUSTER_API_PROCESSES > 1 && config.MUSTER_PORT === 0
  const start = isShared ? composeShared : compose
  const muster = await start({ ...config, roles: roles ?? config.roles }, listening(complaints, remarks))
  const network = deviceNetwork({ ca: muster.caPem, tries: 1 })
  const client = musterClient({ url: muster.url, token: muster.firstToken ?? '', ca: muster.caPem })
  return {
    url: muster.url,
    caPem: muster.caPem,
    token: muster.firstToken ?? '',
    environment: whole,
    databaseUrl: database?.url ?? '',
    client,
    network,
    complaints,
    remarks,
    stop: async () => {
      network.close()
      client.close()
      await muster.stop()
      await database?.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a further node of a running server's deployment in this process. */
export const joinServer = async (server: Pick<TestServer, 'environment'>, roles: readonly RoleName[]) =>
  compose({ ...readConfig({ ...server.environment }), roles }, listening([], []))

const common = {
  ...{ MUSTER_PORT: '0', MUSTER_AUTHORITY_KEY_BITS: '2048', MUSTER_LOG_LEVEL: 'silent' },
  MUSTER_API_PROCESSES: process.env['MUSTER_API_PROCESSES'] ?? '1',
}

type Lines = Readonly<{ fields: object; message: string }>[]

const listening = (complaints: Lines, remarks: Lines): Log => {
  const complain = (fields: object, message: string): void => void complaints.push({ fields, message })
  return { info: (fields, message) => void remarks.push({ fields, message }), warn: complain, error: complain }
}
