import type { Log, WorkQueue } from '../../app/ports.ts'

/** `attempts` counts the first run too (5 unless told); `retryDelayMs` is the first pause, which doubles (500 unless told). */
export type MemoryWorkQueueSettings = Readonly<{ attempts?: number; retryDelayMs?: number; log?: Log }>

/** A work queue within one process: hints live as long as it does. A handler's last failure is forgotten; the sweep tells again. */
export const memoryWorkQueue = ({ attempts = 5, retryDelayMs = 500, log }: MemoryWorkQueueSettings = {}): WorkQueue => {
  const handlers = new Map<string, (name: string) => Promise<void>>()
  const waiting = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const timers = new Map<string, Readonly<{ everyMs: number; timer: NodeJS.Timeout }>>()
  const closing = new AbortController()

  const start = (name: string): void => {
    const handle = handlers.get(name)
    if (closing.signal.aborted || handle === undefined || running.has(name) || !waiting.delete(name)) return
    const run = repeated(() => handle(name), {
      attempts,
      retryDelayMs,
      signal: closing.signal,
      complain: (error) =>
        log?.warn({ name, error: error instanceof Error ? error.message : String(error) }, 'A handler of work failed.'),
    }).then(() => {
      running.delete(name)
      start(name)
    })
    running.set(name, run)
  }

  const hint = (name: string): boolean => {
    if (closing.signal.aborted) return false
    waiting.add(name)
    start(name)
    return true
  }

  return {
    hint: (name) => Promise.resolve(hint(name)),
    listen: async (names, handle) => {
      if (closing.signal.aborted) throw new Error('The work queue is closed.')
      for (const name of names) handlers.set(name, handle)
      for (const name of names) start(name)
      return Promise.resolve()
    },
    schedule: async (name, everyMs) => {
      if (!Number.isSafeInteger(everyMs) || everyMs < 1) {
        throw new RangeError(`A schedule needs a whole number of milliseconds, not ${String(everyMs)}.`)
      }
      const known = timers.get(name)
      if (closing.signal.aborted || known?.everyMs === everyMs) return
      clearInterval(known?.timer)
      timers.set(name, { everyMs, timer: setInterval(() => hint(name), everyMs).unref() })
      hint(name)
      return Promise.resolve()
    },
    healthy: () => Promise.resolve(!closing.signal.aborted),
    close: async () => {
      closing.abort()
      for (const { timer } of timers.values()) clearInterval(timer)
      await Promise.all(running.values())
    },
  }
}

type Repetition = Readonly<{
  attempts: number
  retryDelayMs: number
  signal: AbortSignal
  complain: (error: unknown) => void
}>

/** Runs `body` until it does not throw, at most `attempts` times, with doubling pauses; ends early when `signal` aborts. Never throws. */
const repeated = async (body: () => Promise<void>, { attempts, retryDelayMs, signal, complain }: Repetition): Promise<void> => {
  for (let attempt = 1; attempt <= attempts && !(attempt > 1 && signal.aborted); attempt++) {
    try {
      // Not within the caller's own turn: a hint never runs its handler by itself.
      await Promise.resolve()
      await body()
      return
    } catch (error) {
      complain(error)
      if (attempt < attempts) await pause(retryDelayMs * 2 ** (attempt - 1), signal)
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
