import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import type { RoleName } from '../../src/config.ts'
import type { Environment } from './server.ts'

/** One role of a deployment in a process of its own. */
export type NodeProcess = Readonly<{
  /** Empty unless it serves the API. */
  url: string
  /** Of the first start of a deployment, by one node at least. */
  token: string | null
  /** The file that holds the authority's certificate. */
  ca: string
  /** Ends it at once, as a power cut does. Safe to repeat. */
  kill: () => Promise<void>
}>

const startLimitMs = 60_000

/** Starts a node that shares `environment` (database, master key) with others, and waits until it is ready. */
export const nodeProcess = async (role: RoleName, environment: Environment): Promise<NodeProcess> => {
  const args = ['--import', 'tsx', 'src/cli/muster.ts', 'serve', '--ready-json', '--role', role]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  // A test run that ends early must leave no process behind.
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.on('exit', killAtExit)
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    process.off('exit', killAtExit)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await exited
  }

  const late = setTimeout(killAtExit, startLimitMs)
  const ended = exited.then(() => Promise.reject(new Error(`The ${role} ended before it was ready.`)))
  ended.catch(() => undefined)
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string]
  clearTimeout(late)
  return { ...(JSON.parse(line) as Readonly<{ url: string; token: string | null; ca: string }>), kill }
}

/** A port of 127.0.0.1 that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
