import type { Pool } from 'pg'
import { diagnose } from './adapters/eventstore/diagnosis.ts'
import { eventStoreLog } from './adapters/eventstore/event-log.ts'
import { settingFault } from './adapters/postgres/connections.ts'
import { postgresEventLog } from './adapters/postgres/event-log.ts'
import { postgresLogIdentity } from './adapters/postgres/log-identity.ts'
import { admitting, judged } from './app/log-identity.ts'
import { AnotherLog } from './app/log-identity-store.ts'
import type { EventLog, Log } from './app/ports.ts'
import { LogUnavailable } from './app/ports.ts'
import { whenThere } from './app/when-there.ts'
import type { Config } from './config.ts'
import { ConfigError } from './config.ts'
import { ParseError } from './kernel/parse-error.ts'

export type Surroundings = Readonly<{ logger: Log; signal: AbortSignal }>

/** The log as it is stored, and why it is not used, if it turned out to be another one. */
export type OpenLog = Readonly<{ log: EventLog; refusal: () => string | null }>

/** Runs `attempt` until Postgres answers, for as long as the settings say. Throws `ConfigError` for a URL that will never do. */
export const withPostgres = <T>(config: Config, { logger, signal }: Surroundings, attempt: () => Promise<T>): Promise<T> =>
  whenThere(
    {
      what: config.DATABASE_URL === undefined ? 'the embedded Postgres' : 'Postgres (DATABASE_URL)',
      waitMs: config.MUSTER_START_WAIT_SECONDS * 1000,
      verdict: async (error) => {
        const fault = settingFault(error)
        if (fault.kind === 'wrong') return new ConfigError(`DATABASE_URL: ${fault.sentence}`)
        return fault.kind === 'away' ? null : asError(error)
      },
      ...{ logger, signal },
    },
    attempt,
  )

/** Opens the log that the settings name, waits until it is there, and holds it against the one that is remembered. Throws `ConfigError`. */
export const openLog = async (
  config: Config,
  { url, pool }: Readonly<{ url: string; pool: Pool }>,
  surroundings: Surroundings,
): Promise<OpenLog> => {
  const { logger, signal } = surroundings
  const { EVENTSTORE_URL, MUSTER_ACCEPT_LOG: accept } = config
  const identity = judged(admitting({ store: postgresLogIdentity(pool), deed: deedOf(config), accept }), logger)
  if (EVENTSTORE_URL === undefined) {
    const log = await withPostgres(config, surroundings, () => postgresEventLog({ url, log: logger }))
    return opened(log, identity.refusal, () => identity.admit(log).catch(refused('DATABASE_URL')))
  }
  const log = await eventStoreLog({ url: EVENTSTORE_URL, log: logger, admit: identity.admit }).catch((error: unknown) => {
    throw error instanceof ParseError ? new ConfigError(`EVENTSTORE_URL: ${error.message}`) : error
  })
  const waiting = {
    what: 'EventStoreDB (EVENTSTORE_URL)',
    waitMs: config.MUSTER_START_WAIT_SECONDS * 1000,
    verdict: async (error: unknown) => {
      if (error instanceof AnotherLog) return new ConfigError(`EVENTSTORE_URL: ${error.message}`)
      const sentence = await diagnose(EVENTSTORE_URL, error)
      if (sentence !== null) return new ConfigError(`EVENTSTORE_URL: ${sentence}`)
      return error instanceof LogUnavailable ? null : asError(error)
    },
    ...{ logger, signal },
  }
  return opened(log, identity.refusal, () => whenThere(waiting, log.head))
}

/** A log that is not to be used is let go of. */
const opened = async (log: EventLog, refusal: OpenLog['refusal'], check: () => Promise<unknown>): Promise<OpenLog> => {
  try {
    await check()
    return { log, refusal }
  } catch (error) {
    await log.close()
    throw error
  }
}

const deedOf = ({ EVENTSTORE_URL }: Config): string =>
  EVENTSTORE_URL === undefined
    ? 'Point DATABASE_URL back at the database with the log, or, if the log was in EventStoreDB, set EVENTSTORE_URL again.'
    : 'Point EVENTSTORE_URL back at the store with the log (leave it out if the log was in Postgres), restore a newer backup of the store, or use a database of its own with this log.'

const refused =
  (setting: string) =>
  (error: unknown): never => {
    throw error instanceof AnotherLog ? new ConfigError(`${setting}: ${error.message}`) : error
  }

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
