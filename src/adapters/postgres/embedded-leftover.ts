import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

/**
 * Clears what a killed Muster left on this folder: stops a Postgres that lost its parent, and a lock whose process id now belongs to another
 * program no longer counts. Throws when the Muster that started the server is still running.
 */
export const stopLeftover = async (dataFolder: string): Promise<void> => {
  const lockFile = join(dataFolder, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(lockFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return

  const found = await look(pid)
  if (found !== null && isServerOf(found, dataFolder)) {
    const starter = /cluster_name=muster_(\d+)/.exec(found.commandLine)?.[1]
    if (starter === String(found.parent)) {
      throw new Error(`The Postgres cluster in ${dataFolder} is in use by another Muster, process ${starter}.`)
    }
    await end(pid, dataFolder)
  }
  await discount(lockFile)
}

/**
 * Postgres takes a lock for stale when it names its own parent, which we will be. Removing it would be wrong: it also tells of the shared memory
 * by which Postgres sees that sessions of a killed server are still at work.
 */
const discount = async (lockFile: string): Promise<void> => {
  const lock = await readFile(lockFile, 'utf8').catch(() => '')
  if (lock !== '') await writeFile(lockFile, lock.replace(/^\d+/, String(process.pid)))
}

type Process = Readonly<{ parent: number; commandLine: string }>

const isServerOf = ({ commandLine }: Process, dataFolder: string): boolean => `${commandLine} `.includes(`-D ${dataFolder} `)

/** SIGINT shuts down cleanly and cuts the sessions; if that takes too long, SIGQUIT leaves recovery to the start that follows. */
const end = async (pid: number, dataFolder: string): Promise<void> => {
  for (const [signal, seconds] of [
    ['SIGINT', 60],
    ['SIGQUIT', 10],
  ] as const) {
    signalTo(pid, signal)
    for (let waited = 0; waited < seconds * 20; waited++) {
      const found = await look(pid)
      if (found === null || !isServerOf(found, dataFolder)) return
      await pause(50)
    }
  }
  throw new Error(`An earlier Postgres, process ${String(pid)}, still runs on ${dataFolder} and does not stop.`)
}

const signalTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Null when there is no such process. One that has ended, but was not collected by its parent yet, has an empty command line. */
const look = async (pid: number): Promise<Process | null> => {
  if (platform() === 'linux') {
    const commandLine = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '')
    if (stat === '') return null
    // "pid (name) state parent …"; the name may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return { parent, commandLine: commandLine.replaceAll('\0', ' ') }
  }
  const listed = await execute('ps', ['-o', 'ppid=,command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  const [, parent, commandLine] = /^\s*(\d+)\s+(.*)/.exec(listed.stdout) ?? []
  return parent === undefined || commandLine === undefined ? null : { parent: Number(parent), commandLine }
}

const execute = promisify(execFile)
