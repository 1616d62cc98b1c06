import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A server in a process of its own, so that it can be killed. */
export type MusterProcess = Readonly<{
  url: string
  /** The first admin token; the same after a restart. */
  token: string
  caPem: string
  /** Its process id; null: it does not run. */
  pid: () => number | null
  /** Asks it to end in order; answers its exit code. */
  end: () => Promise<number | null>
  /** Ends it at once, as a power cut does. */
  kill: () => Promise<void>
  /** Starts it again: the same port, the same data. */
  start: () => Promise<void>
  /** Ends it in order and removes its data. */
  close: () => Promise<void>
}>

/** How long a start may take, ms: the first one makes a database and an authority. */
const startLimitMs = 60_000

export const musterProcess = async (environment: Readonly<Record<string, string>> = {}): Promise<MusterProcess> => {
  const data = await mkdtemp(join(tmpdir(), 'muster-'))
  await chmod(data, 0o711)
  const port = await freePort()
  const env = {
    ...process.env,
    MUSTER_DATA: data,
    MUSTER_PORT: String(port),
    MUSTER_AUTHORITY_KEY_BITS: '2048',
    MUSTER_LOG_LEVEL: 'warn',
    MUSTER_API_PROCESSES: process.env['MUSTER_API_PROCESSES'] ?? '1',
    ...environment,
  }
  let child: ChildProcess | null = null

  const start = async (): Promise<Readonly<{ url: string; token: string | null; ca: string }>> => {
    const args = ['--import', 'tsx', 'src/cli/muster.ts', 'serve', '--ready-json']
    const started = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
    child = started
    const lines = createInterface({ input: started.stdout })
    const late = setTimeout(() => started.kill('SIGKILL'), startLimitMs)
    const ended = once(started, 'exit').then(() => Promise.reject(new Error('The server ended before it was ready.')))
    ended.catch(() => undefined)
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string]
    clearTimeout(late)
    return JSON.parse(line) as Readonly<{ url: string; token: string | null; ca: string }>
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child
    child = null
    if (running?.exitCode !== null || running.signalCode !== null) return
    const exit = once(running, 'exit')
    running.kill(signal)
    await exit
  }

  const ready = await start()
  return {
    url: ready.url,
    token: ready.token ?? '',
    caPem: await readFile(ready.ca, 'utf8'),
    pid: () => child?.pid ?? null,
    end: async () => {
      const running = child
      await end('SIGTERM')
      return running?.exitCode ?? null
    },
    kill: () => end('SIGKILL'),
    start: async () => void (await start()),
    close: async () => {
      await end('SIGTERM')
      await rm(data, { recursive: true, force: true })
    },
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
