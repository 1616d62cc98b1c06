import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Starts a bare server in a process of its own. */
export const startBare = async (script = 'bare-server.ts'): Promise<Readonly<{ port: number; stop: () => Promise<void> }>> => {
  const child = spawn(process.execPath, ['--import', 'tsx', `bench/support/${script}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return {
    port: Number(line),
    stop: async () => {
      const exit = once(child, 'exit')
      child.kill()
      await exit
    },
  }
}
