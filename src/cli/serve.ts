import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pino from 'pino'
import type { Muster } from '../compose.ts'
import { compose } from '../compose.ts'
import { ConfigError, readConfig } from '../config.ts'
import { guardProcess } from '../process-guard.ts'

/** What no log line may show, whatever object it is given. */
const secrets = [
  'authorization',
  'token',
  'password',
  'key',
  'keyPem',
  'challenge',
  'magic',
  '*.authorization',
  '*.token',
  '*.password',
  '*.keyPem',
]

/** How long a stop after a fault may take, ms. */
const faultyStopMs = 15_000

/** Serves until a signal. Prints where it is and, at the first start, the admin's token: once, for it is stored as a hash only. */
export const serve = async ({ role, readyJson }: Readonly<{ role: string; readyJson: boolean }>): Promise<void> => {
  const config = readConfigOrExit(role)
  const destination = pino.destination({ fd: 2, sync: false })
  const logger = pino({ level: config.MUSTER_LOG_LEVEL, redact: secrets }, destination)
  const exit = (code: number): never => {
    destination.flushSync()
    process.exit(code)
  }

  const running: { muster: Muster | null; stopping: boolean } = { muster: null, stopping: false }
  const stop = (code: number): void => {
    if (running.stopping) return
    running.stopping = true
    if (running.muster === null) exit(code)
    // What still waits after a fault may wait for ever.
    if (code !== 0) setTimeout(exit, faultyStopMs, code)
    void running.muster?.stop().then(
      () => exit(code),
      () => exit(1),
    )
  }
  const guard = guardProcess({ logger, end: () => stop(1) })
  const muster = await composeOrExit(config, logger, { libraryFaults: guard.faults, end: () => stop(1) })
  running.muster = muster
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      logger.info({ signal }, 'stopping')
      stop(0)
    })

  const ca = resolve(join(config.MUSTER_DATA, 'ca.pem'))
  await mkdir(config.MUSTER_DATA, { recursive: true })
  await writeFile(ca, muster.caPem)
  if (readyJson) process.stdout.write(`${JSON.stringify({ url: muster.url, token: muster.firstToken, ca })}\n`)
  else process.stdout.write(greeting(muster, ca))
}

const greeting = ({ url, firstToken }: Readonly<{ url: string; firstToken: string | null }>, ca: string): string =>
  [
    url === '' ? 'Muster runs.' : `Muster serves ${url}`,
    `Its certificate authority: ${ca}`,
    ...(firstToken === null ? [] : [`Admin token (shown this once): ${firstToken}`]),
    '',
  ].join('\n')

/** A setting may also turn out to be wrong when it is used. */
const composeOrExit = async (...given: Parameters<typeof compose>): Promise<Muster> => {
  try {
    return await compose(...given)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration has errors:\n${error.message}\n`)
    process.exit(2)
  }
}

const readConfigOrExit = (role: string) => {
  try {
    return readConfig(process.env, role)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration has errors:\n${error.message}\n`)
    process.exit(2)
  }
}
