import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { ConfigError, readConfig } from '../config.ts'
import { runProgram, runServingProcess, servesForAnother } from '../program.ts'

/** Serves until a signal. Prints where it is and, at the first start, the admin's token: once, for it is stored as a hash only. */
export const serve = async ({ role, readyJson }: Readonly<{ role: string; readyJson: boolean }>): Promise<void> => {
  if (servesForAnother()) return runServingProcess(readConfigOrExit('api'))
  const config = readConfigOrExit(role)
  const { url, caPem, firstToken } = await runProgram(config)
  const ca = resolve(join(config.MUSTER_DATA, 'ca.pem'))
  await mkdir(config.MUSTER_DATA, { recursive: true })
  await writeFile(ca, caPem)
  if (readyJson) process.stdout.write(`${JSON.stringify({ url, token: firstToken, ca })}\n`)
  else process.stdout.write(greeting({ url, firstToken }, ca))
}

const greeting = ({ url, firstToken }: Readonly<{ url: string; firstToken: string | null }>, ca: string): string =>
  [
    url === '' ? 'Muster runs.' : `Muster serves ${url}`,
    `Its certificate authority: ${ca}`,
    ...(firstToken === null ? [] : [`Admin token (shown this once): ${firstToken}`]),
    '',
  ].join('\n')

const readConfigOrExit = (role: string): Config => {
  try {
    return readConfig(process.env, role)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration has errors:\n${error.message}\n`)
    process.exit(2)
  }
}
