import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpath, rm } from 'node:fs/promises'
import { createServer, Socket } from 'node:net'
import { basename, dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../../app/ports.ts'
import type { Binaries } from './embedded-binaries.ts'
import { accountFor, findBinaries, plainEnvironment } from './embedded-binaries.ts'
import { ensureCluster, makeParentFolder } from './embedded-cluster.ts'
import { stopLeftover } from './embedded-leftover.ts'

export type EmbeddedPostgres = Readonly<{
  /** A superuser's connection string, with its password: never log it. */
  url: string
  /** Stops the server; connections still open are cut. Safe to repeat. */
  stop: () => Promise<void>
}>

export type EmbeddedPostgresOptions = Readonly<{
  /** The cluster's own folder; made when missing. Beside it are kept `<folder>.password` and, where needed, `<folder>.binaries`. */
  dataFolder: string
  /** Default: a free one, another at each start. */
  port?: number
  /** False gives up safety against power loss for speed: tests only. Default true. */
  durable?: boolean
  /** How many connections it takes. Default 120. */
  connections?: number
  log?: Log
  /** Told when the server ended by itself and does not come back, or ended again and again. */
  onGone?: () => void
}>

/**
 * Starts the Postgres that npm installed, on 127.0.0.1 only, and waits until it takes connections. A server that a killed process left
 * running on this folder is stopped first. As root, the server runs as the folder's owner, or as `nobody`.
 * Throws an `Error` that names the cause: an unreachable folder, a taken port, another Muster on this folder, a lost password file.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  await makeParentFolder(options.dataFolder)
  const parent = await realpath(dirname(resolve(options.dataFolder)))
  const dataFolder = join(parent, basename(resolve(options.dataFolder)))
  const durable = options.durable ?? true

  await stopLeftover(dataFolder)
  const account = await accountFor(dataFolder)
  const binaries = await findBinaries(account, `${dataFolder}.binaries`)
  const password = await ensureCluster({ dataFolder, durable, binaries })
  const start = { dataFolder, durable, binaries, connections: options.connections ?? usualConnections }
  const { server, port } = await startServer({ ...start, port: options.port })

  const url = `postgres://postgres:${password}@127.0.0.1:${String(port)}/postgres`
  // Whoever has the URL comes back to the same port.
  const again = async () => (await startServer({ ...start, port })).server
  return { url, stop: keepUntilStopped(server, { binaries, again, log: options.log, onGone: options.onGone }) }
}

type Start = Readonly<{ dataFolder: string; durable: boolean; binaries: Binaries; connections: number; port: number | undefined }>

/** Room for one process of ours, and for whoever looks. */
const usualConnections = 120

/** A free port may be taken before Postgres gets it, and a killed server's sessions need a moment to notice: both are tried again. */
const startServer = async (start: Start): Promise<Readonly<{ server: ChildProcess; port: number }>> => {
  for (let attempt = 1; ; attempt++) {
    const port = start.port ?? (await freePort())
    try {
      return { server: await startOnce(start, port), port }
    } catch (error) {
      const message = String(error)
      const mayPass = message.includes('still in use') || (start.port === undefined && message.includes('Address already in use'))
      if (!mayPass || attempt === 20) throw error
      await pause(250)
    }
  }
}

const startOnce = async ({ dataFolder, durable, binaries, connections }: Start, port: number): Promise<ChildProcess> => {
  const settings = {
    // stopLeftover reads who started a server from this.
    cluster_name: `muster_${String(process.pid)}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(connections),
    shared_buffers: '64MB',
    jit: 'off',
    timezone: 'UTC',
    // Failed statements are their caller's business, and may hold personal data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(binaries.postgres, ['-D', dataFolder, '-p', String(port), ...flags], {
    ...binaries.account,
    cwd: '/',
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: Ctrl-C reaches Muster, which lets its work finish before it stops the server.
    detached: true,
    windowsHide: true,
  })
  await readiness(server)
  return server
}

const readiness = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    const said: string[] = []
    const tooLate = setTimeout(() => {
      server.kill('SIGQUIT')
      fail('it did not get ready within two minutes')
    }, 120_000)
    const fail = (cause: string) => {
      clearTimeout(tooLate)
      reject(new Error(`The embedded Postgres did not start: ${cause}. It said: ${said.slice(-10).join(' / ')}`))
    }
    server.once('error', (error) => fail(error.message))
    server.once('close', (code, signal) => fail(`it ended with ${signal ?? `code ${String(code)}`}`))
    if (server.stderr === null) return
    createInterface({ input: server.stderr }).on('line', (line) => {
      said.push(line)
      if (said.length > 50) said.shift()
      if (!line.includes('ready to accept connections')) return
      clearTimeout(tooLate)
      resolve()
    })
  })

type Keeping = Readonly<{
  binaries: Binaries
  again: () => Promise<ChildProcess>
  log: Log | undefined
  onGone: (() => void) | undefined
}>

/** More ends than this within so many ms, and it is no accident. */
const mostEnds = 5
const endsWithinMs = 60_000

/** A server that ended by itself, as by the system's hand when memory runs out, is started again, with a growing pause. */
const keepUntilStopped = (first: ChildProcess, { binaries, again, log, onGone }: Keeping): (() => Promise<void>) => {
  let server = first
  let stopping: Promise<void> | undefined
  let coming: Promise<void> = Promise.resolve()
  let ends: readonly number[] = []
  const atExit = () => server.kill('SIGINT')
  process.once('exit', atExit)

  const watch = (): void => {
    // A forgotten server must not keep the process alive; atExit stops it.
    server.unref()
    if (server.stderr instanceof Socket) server.stderr.unref()
    server.once('exit', (code, signal) => {
      if (stopping !== undefined) return
      log?.error({ code, signal }, 'The embedded Postgres ended by itself.')
      coming = comeBack()
    })
  }

  const comeBack = async (): Promise<void> => {
    while (stopping === undefined) {
      ends = [...ends.filter((at) => Date.now() - at < endsWithinMs), Date.now()]
      if (ends.length > mostEnds) {
        log?.error({ ends: ends.length }, 'The embedded Postgres does not stay up.')
        onGone?.()
        return
      }
      await pause(100 * 2 ** ends.length)
      try {
        server = await again()
        watch()
        log?.info({}, 'The embedded Postgres was started again.')
        return
      } catch (error) {
        log?.error({ error: String(error) }, 'The embedded Postgres could not be started again.')
      }
    }
  }

  const stop = async () => {
    await coming
    process.off('exit', atExit)
    server.ref()
    await endProcess(server)
    if (binaries.copiedTo !== null) await rm(binaries.copiedTo, { recursive: true, force: true })
  }
  watch()
  return () => (stopping ??= stop())
}

/** SIGINT cuts the sessions and shuts down cleanly; SIGQUIT, much later, leaves recovery to the next start. */
const endProcess = async (server: ChildProcess): Promise<void> => {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  const tooLate = setTimeout(() => server.kill('SIGQUIT'), 60_000)
  server.kill('SIGINT')
  await ended
  clearTimeout(tooLate)
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('The system gave no free port.')
  return address.port
}
