import { readdir, readFile } from 'node:fs/promises'

/** The processes that another one started and that are our server’s own, by their command lines. Linux alone. */
export const serversUnder = async (parent: number): Promise<readonly number[]> => {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    all.map(async (pid) => {
      try {
        const [stat, command] = await Promise.all([
          readFile(`/proc/${pid}/stat`, 'utf8'),
          readFile(`/proc/${pid}/cmdline`, 'utf8'),
        ])
        const [state, parentId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const isOurs = command.includes('muster.ts') && state !== 'Z' && Number(parentId) === parent
        return isOurs ? [Number(pid)] : []
      } catch {
        return []
      }
    }),
  )
  return found.flat()
}

/** Whether a process is there, and no zombie. */
export const isAlive = async (pid: number): Promise<boolean> => {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}
