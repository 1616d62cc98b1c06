import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a benchmark asks of a server in a process of its own. */
export type Asked = Readonly<{ kind: 'memory' | 'stop' }>

/** What it tells: sizes in bytes, of the whole process; `took`: how long it was starting, ms. */
export type Told =
  | Readonly<{ kind: 'ready'; port: number; token: string | null; took: number }>
  | Readonly<{ kind: 'memory'; now: number; peak: number }>

export type OwnServer = Readonly<{
  port: number
  /** The first admin's, at the first start only. */
  token: string | null
  /** How long it was starting, ms. */
  took: number
  /** The whole process, bytes. */
  memory: () => Promise<Readonly<{ now: number; peak: number }>>
  stop: () => Promise<void>
}>

/** Starts a whole server in a process of its own. Throws an `Error` when it ends instead. */
export const ownServer = async (environment: Readonly<Record<string, string>>): Promise<OwnServer> => {
  const server = fork(fileURLToPath(new URL('own-server.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, ...environment },
  })
  const ended = once(server, 'exit')
  const next = async <K extends Told['kind']>(kind: K): Promise<Extract<Told, { kind: K }>> => {
    const message = once(server, 'message').then(([told]) => told as Told)
    const told = await Promise.race([message, ended.then(() => null)])
    if (told?.kind !== kind) throw new Error('The server ended, or told something else.')
    return told as Extract<Told, { kind: K }>
  }
  const { port, token, took } = await next('ready')
  return {
    ...{ port, token, took },
    memory: async () => {
      server.send({ kind: 'memory' } satisfies Asked)
      return next('memory')
    },
    stop: async () => {
      if (server.exitCode === null) server.send({ kind: 'stop' } satisfies Asked)
      await ended
    },
  }
}
