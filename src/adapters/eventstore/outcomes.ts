import { setTimeout as pause } from 'node:timers/promises'
import { LogRefused, LogUnavailable } from '../../app/ports.ts'

/** How long to go on when the outcome of a call is not known. Times are in milliseconds. */
export type Patience = Readonly<{
  attempts: number
  /** Doubles with every failure, up to `longestDelay`. */
  firstDelay: number
  longestDelay: number
  /** No new attempt starts after this time. */
  giveUpAfter: number
}>

export const usualPatience: Patience = { attempts: 8, firstDelay: 25, longestDelay: 1_000, giveUpAfter: 20_000 }

/** The server said nothing within its time. */
export class NoReply extends Error {
  override readonly name = 'NoReply'
}

/**
 * Makes a call until its outcome is known. What may pass is tried again with back-off, at most `attempts` times, and then rises as
 * `LogUnavailable` with the last error as its cause; everything else rises at once, as it is.
 */
export const retrying = async <T>(patience: Patience, closed: AbortSignal, call: () => Promise<T>): Promise<T> => {
  const since = performance.now()
  for (let failures = 1; ; failures += 1) {
    if (closed.aborted) throw new LogUnavailable('The event log was closed.')
    try {
      return await call()
    } catch (error) {
      if (!mayPass(error)) throw error
      if (failures >= patience.attempts || performance.now() - since > patience.giveUpAfter) {
        throw new LogUnavailable(`EventStoreDB did not answer ${String(failures)} attempts: ${messageOf(error)}`, {
          cause: error,
        })
      }
    }
    await pauseAfter(failures, patience, closed)
  }
}

/** Waits before the next attempt; ends early, without an error, when `signal` aborts. */
export const pauseAfter = async (failures: number, patience: Patience, signal: AbortSignal): Promise<void> => {
  const delay = Math.min(patience.longestDelay, patience.firstDelay * 2 ** Math.min(failures - 1, 20))
  await pause(delay, undefined, { signal }).catch(() => undefined)
}

/** Waits for an answer at most `milliseconds`; then, or when `closed` aborts, the caller goes on without it. */
export const answered = <T>(answer: Promise<T>, milliseconds: number, closed: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    // One timer and one listener: signals made of signals cost more than the call.
    const end = (): void => {
      clearTimeout(timer)
      closed.removeEventListener('abort', close)
    }
    const close = (): void => {
      end()
      reject(new LogUnavailable('The event log was closed before the server answered.'))
    }
    const timer = setTimeout(() => {
      end()
      reject(new NoReply(`EventStoreDB sent no reply within ${String(milliseconds)} ms.`))
    }, milliseconds)
    closed.addEventListener('abort', close)
    if (closed.aborted) close()
    answer.then(resolve, reject).finally(end)
  })

/** CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE: none says whether the call was carried out. */
const passingCodes: ReadonlySet<unknown> = new Set([1, 2, 4, 8, 10, 13, 14])
const passingTypes: ReadonlySet<unknown> = new Set(['timeout', 'deadline-exceeded', 'unavailable', 'cancelled', 'not-leader'])

/** Errors that have neither code nor type: a server that is starting, a client that met its own closed channel or found no node. */
const passingMessage = /^(Could not recognize Server Is Not Ready|Channel has been shut down|Failed to discover)/

/** True when the same call may succeed a little later, and when it may have been carried out already. */
export const mayPass = (error: unknown): boolean => {
  if (error instanceof NoReply) return true
  if (!(error instanceof Error)) return false
  const { type, code } = error as Readonly<{ type?: unknown; code?: unknown }>
  if (type !== undefined && type !== 'unknown') return passingTypes.has(type)
  // The client's words for a status that it does not know, whatever its code.
  if (error.message.startsWith('Could not recognize')) return passingMessage.test(error.message)
  return passingCodes.has(code) || passingMessage.test(error.message)
}

/**
 * A refusal in words that name what to do; any other error as it is. Whoever follows the log reads `$all`, which is for `$admins` until an
 * admin says otherwise in its metadata.
 */
export const translatedRefusal = (error: unknown, username: string | undefined): unknown => {
  const { type, code } = (error instanceof Error ? error : {}) as Readonly<{ type?: unknown; code?: unknown }>
  if (code === unauthenticated)
    return new LogRefused('EventStoreDB refuses the user name or password; put the right ones into the URL, percent-encoded.', {
      cause: error,
    })
  if (code !== permissionDenied && type !== 'access-denied') return error
  const who = username === undefined ? 'Without a user name, EventStoreDB' : `EventStoreDB lets the user ${username} in, but`
  return new LogRefused(
    `${who} does not let Muster read the whole log; name a user of $admins, or have an admin put the user's group among the readers in the metadata of $all.`,
    { cause: error },
  )
}

const permissionDenied = 7
const unauthenticated = 16

/** What an error says, on one line. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
