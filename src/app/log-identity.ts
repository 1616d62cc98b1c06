import { setTimeout as pause } from 'node:timers/promises'
import type { Recorded } from '../kernel/event.ts'
import { streamOf } from '../kernel/ids.ts'
import type { Admit, LogIdentity, LogIdentityStore, LogMark, ReadableLog } from './log-identity-store.ts'
import { AnotherLog } from './log-identity-store.ts'
import type { Log } from './ports.ts'

export type LogIdentityOptions = Readonly<{
  store: LogIdentityStore
  /** What an operator can do about another log: a sentence or two that name the settings. */
  deed: string
  /** The id of the last event of a log that is to be taken as it is, whatever was before. */
  accept?: string | undefined
  /** How long an event that must be there may be missing, for a copy of the log that is a little behind, ms (default 5 s). */
  patienceMs?: number
}>

const lookAgainMs = 250

/**
 * Compares a log with what is remembered of this server's: its first event, and the last one that was projected. An unknown log is
 * remembered if it may be ours: when nothing was ever sealed here, an empty one; else one that the read models do not reach beyond.
 */
export const admitting =
  ({ store, deed, accept, patienceMs = 5_000 }: LogIdentityOptions): Admit =>
  async (log) => {
    const refuse = async (expected: string, found: string): Promise<void> => {
      const end = await log.last()
      if (accept !== undefined && end?.eventId === accept) return takeAsItIs(store, log)
      const taken =
        end === null
          ? ''
          : ` To start from this log all the same, set MUSTER_ACCEPT_LOG=${end.eventId}: read models are filled anew.`
      throw new AnotherLog(`The event log is another one. Expected: ${expected}. Found: ${found}. ${deed}${taken}`)
    }

    const known = await store.known()
    if (known === null) return await unknown(store, log, refuse)
    if (!(await isThere(log, known.first, patienceMs))) return await refuse(told(known), await describe(log))
    if (await isThere(log, known.last, patienceMs)) return
    const end = await log.last()
    await refuse(told(known), `the same log, ${behind(known.last, end)}; it was restored from an older backup`)
  }

type Refuse = (expected: string, found: string) => Promise<void>

const unknown = async (store: LogIdentityStore, log: ReadableLog, refuse: Refuse): Promise<void> => {
  const first = await firstOf(log)
  const farthest = await store.farthest()
  const head = (await log.last())?.position ?? null
  const reaches = farthest === null || (head?.length === farthest.length && head >= farthest)
  if (!reaches) return await refuse(`a log with an event at ${farthest}, where the read models stand`, await describe(log))
  if (first === null) return
  if (!(await store.holdsServerKey()))
    return await refuse(
      'an empty log, or the log that this database holds the keys of (table vault_keys)',
      `${await describe(log)}, of which this database holds no key: it belongs to another Muster`,
    )
  await store.remember({ first, last: first })
}

const takeAsItIs = async (store: LogIdentityStore, log: ReadableLog): Promise<void> => {
  if (!(await store.holdsServerKey()))
    throw new AnotherLog(
      'This database holds no key of the log that is to be taken: bring the table vault_keys and the master key.',
    )
  await store.forget()
  const first = await firstOf(log)
  if (first !== null) await store.remember({ first, last: first })
}

/** What stands at a mark's place may come a little later, where the log is read from a follower. */
const isThere = async (log: ReadableLog, mark: LogMark, patienceMs: number): Promise<boolean> => {
  for (let waited = 0; ; waited += lookAgainMs) {
    const [found] = await log.readStream(mark.stream, { from: mark.revision, limit: 1 })
    if (found !== undefined) return found.eventId === mark.eventId && found.position === mark.position
    if (waited >= patienceMs) return false
    await pause(lookAgainMs)
  }
}

/** How an event is known again. */
export const markOf = ({ category, id, revision, eventId, position, at }: Recorded): LogMark => ({
  ...{ stream: streamOf(category, id), revision, eventId, position, at },
})

const firstOf = async (log: ReadableLog): Promise<LogMark | null> => {
  const [first] = await log.readAll({ after: null, limit: 1 })
  return first === undefined ? null : markOf(first)
}

const told = ({ first, last }: LogIdentity): string =>
  `the log that begins with event ${first.eventId} (${first.at}) and holds event ${last.eventId} (${last.at}) in stream ${last.stream}`

const describe = async (log: ReadableLog): Promise<string> => {
  const first = await firstOf(log)
  return first === null ? 'an empty log' : `a log that begins with event ${first.eventId} (${first.at})`
}

const behind = (last: LogMark, end: Recorded | null): string =>
  end === null ? 'but empty' : `but it ends with event ${end.eventId} of ${end.at}, ${timeBetween(end.at, last.at)} before that`

const timeBetween = (from: string, to: string): string => {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60]
  if (days > 0) return `${String(days)} d ${String(hours)} h`
  return hours > 0 ? `${String(hours)} h ${String(minutes)} min` : `${String(minutes)} min ${String(seconds % 60)} s`
}

export type Judged = Readonly<{
  admit: Admit
  /** Why the log that is there is not used; null while it is ours, or away. */
  refusal: () => string | null
}>

/** Remembers what was last said of the log, and tells of each change, once. */
export const judged = (admit: Admit, logger: Log): Judged => {
  let refusal: string | null = null
  return {
    refusal: () => refusal,
    admit: async (log) => {
      try {
        await admit(log)
        if (refusal !== null) logger.info({}, 'The event log is the right one again.')
        refusal = null
      } catch (error) {
        if (!(error instanceof AnotherLog)) throw error
        if (refusal !== error.message) logger.error({}, error.message)
        refusal = error.message
        throw error
      }
    },
  }
}
