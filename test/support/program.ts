import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestServer } from './server.ts'

/** What a run of the program came to; `output` is all that it wrote. */
export type Ran = Readonly<{ code: number; out: string; errors: string; output: string }>

/** The program itself, each run in a process of its own. */
export type Program = Readonly<{
  run: (...args: readonly string[]) => Promise<Ran>
  /** A place for its files. */
  folder: string
  remove: () => Promise<void>
}>

/** The program for this server; `environment` goes on top of how to reach it. */
export const programAt = async (
  { url, token, caPem }: Pick<TestServer, 'url' | 'token' | 'caPem'>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Program> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-program-'))
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, caPem)
  const env = { ...process.env, MUSTER_URL: url, MUSTER_TOKEN: token, MUSTER_CA: ca, XDG_CONFIG_HOME: folder, ...environment }
  return {
    folder,
    remove: () => rm(folder, { recursive: true, force: true }),
    run: (...args) =>
      new Promise((resolve) => {
        const whole = ['--import', 'tsx', 'src/cli/muster.ts', ...args]
        execFile(process.execPath, whole, { env, maxBuffer: 64 * 1024 * 1024 }, (error, out, errors) => {
          resolve({ code: error === null ? 0 : Number(error.code), out, errors, output: out + errors })
        })
      }),
  }
}
