import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The demo's own server: a child process, as an admin would start it. */
export type DemoServer = Readonly<{ url: string; token: string; caPem: string; stop: () => Promise<void> }>

/** The first start makes a database and an authority; slower than this, ms, something is wrong. */
const startLimitMs = 120_000
const stopLimitMs = 15_000

const program = join(dirname(fileURLToPath(import.meta.url)), '..', `muster.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`)

/** Starts a server with these settings on top of the environment. Rejects when it ends before it is ready. */
export const startServer = async (settings: Readonly<Record<string, string>>): Promise<DemoServer> => {
  // A demo starts from nothing, whatever the shell's own server settings are.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(MUSTER_|DATABASE_URL$|EVENTSTORE_URL$|REDIS_URL$)/.test(name),
  )
  const child = spawn(process.execPath, [...process.execArgv, program, 'serve', '--ready-json'], {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is the demo's to hear: it stops the server itself, in order.
    detached: true,
  })
  const exit = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), startLimitMs)
  try {
    const line = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exit.then(() => null)])) as
      [string] | null
    if (line === null) throw new Error('The server ended before it was ready.')
    const { url, token, ca } = JSON.parse(line[0]) as Readonly<{ url: string; token: string; ca: string }>
    return { url, token, caPem: await readFile(ca, 'utf8'), stop: () => stop(child, exit) }
  } catch (error) {
    await stop(child, exit)
    throw error
  } finally {
    clearTimeout(late)
  }
}

const stop = async (child: ChildProcess, exit: Promise<unknown>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
  child.kill('SIGTERM')
  await exit
  clearTimeout(late)
}
