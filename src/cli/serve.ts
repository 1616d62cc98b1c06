import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pino from 'pino'
import { compose } from '../compose.ts'
import { ConfigError, readConfig } from '../config.ts'

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

/** Serves until a signal. Prints where it is and, at the first start, the admin's token: once, for it is stored as a hash only. */
export const serve = async ({ role, readyJson }: Readonly<{ role: string; readyJson: boolean }>): Promise<void> => {
  const config = readConfigOrExit(role)
  const logger = pino({ level: config.MUSTER_LOG_LEVEL, redact: secrets }, pino.destination({ fd: 2, sync: false }))
  const muster = await compose(config, logger)

  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping')
    muster.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)

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

const readConfigOrExit = (role: string) => {
  try {
    return readConfig(process.env, role)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`The configuration has errors:\n${error.message}\n`)
    process.exit(2)
  }
}
