import pino from 'pino'
import { firstProcess, ServingFailed } from './adapters/cluster/first.ts'
import { servingProcess } from './adapters/cluster/serving.ts'
import type { Log } from './app/ports.ts'
import type { Hosting, Muster } from './compose.ts'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import { guardProcess } from './process-guard.ts'

export { servesForAnother } from './adapters/cluster/serving.ts'

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

/** Runs the server until a signal: in this process, or, where more than one serve, in several that it starts. Ends the process when it cannot. */
export const runProgram = async (config: Config): Promise<Pick<Muster, 'url' | 'caPem' | 'firstToken'>> => {
  const { logger, exit } = logging(config)
  const ending = stopper(exit)
  const isShared = config.roles.includes('api') && config.MUSTER_API_PROCESSES > 1
  if (!isShared) {
    const muster = await running(config, { logger, ending })
    stopAtSignals(['SIGINT', 'SIGTERM'], { logger, ending })
    return muster
  }
  const first = firstProcess({ wanted: config.MUSTER_API_PROCESSES, logger })
  ending.before(first.stop)
  const own = { ...config, roles: config.roles.filter((name) => name !== 'api') }
  const muster = await running(own, { logger, ending, kin: first.kin })
  stopAtSignals(['SIGINT', 'SIGTERM'], { logger, ending })
  try {
    return { ...muster, url: await first.start(muster.forOthers) }
  } catch (error) {
    // What was wrong, the process that failed has said.
    ending.stop(error instanceof ServingFailed && error.exitCode !== 0 ? error.exitCode : 1)
    return new Promise(() => undefined)
  }
}

/** Serves as one of several, until the first process says so or is gone. */
export const runServingProcess = async (config: Config): Promise<void> => {
  const { logger, exit } = logging(config)
  const ending = stopper(exit)
  const { ready, ...shared } = servingProcess(() => {
    ending.stop(0)
  })
  stopAtSignals(['SIGTERM'], { logger, ending })
  ready((await running(config, { logger, ending, ...shared })).url)
}

type Ending = Readonly<{
  /** Stops what runs, and ends the process. Safe to repeat. */
  stop: (code: number) => void
  /** Before that, this is stopped. */
  before: (stop: () => Promise<void>) => void
  /** This runs now. */
  has: (muster: Muster) => void
}>

const stopper = (exit: (code: number) => never): Ending => {
  let isStopping = false
  let muster: Muster | null = null
  let first: () => Promise<void> = () => Promise.resolve()
  return {
    before: (stop) => {
      first = stop
    },
    has: (now) => {
      muster = now
    },
    stop: (code) => {
      if (isStopping) return
      isStopping = true
      // What still waits after a fault may wait for ever.
      if (code !== 0) setTimeout(exit, faultyStopMs, code)
      void first()
        .then(() => muster?.stop())
        .then(
          () => exit(code),
          () => exit(1),
        )
    },
  }
}

const running = async (
  config: Config,
  { logger, ending, ...hosting }: Hosting & Readonly<{ logger: Log; ending: Ending }>,
): Promise<Muster> => {
  const guard = guardProcess({ logger, end: () => ending.stop(1) })
  const muster = await composeOrExit(config, logger, { ...hosting, libraryFaults: guard.faults, end: () => ending.stop(1) })
  ending.has(muster)
  return muster
}

const stopAtSignals = (
  signals: readonly NodeJS.Signals[],
  { logger, ending }: Readonly<{ logger: Log; ending: Ending }>,
): void => {
  for (const signal of signals)
    process.once(signal, () => {
      logger.info({ signal }, 'stopping')
      ending.stop(0)
    })
}

const logging = ({ MUSTER_LOG_LEVEL: level }: Config) => {
  const destination = pino.destination({ fd: 2, sync: false })
  const exit = (code: number): never => {
    destination.flushSync()
    process.exit(code)
  }
  return { logger: pino({ level, redact: secrets }, destination), exit }
}

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
