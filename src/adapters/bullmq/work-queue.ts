import type { Log, WorkQueue } from '../../app/ports.ts'
import type { Backend, Consumer, Process } from './backend.ts'
import { limitedLog } from './limited-log.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { postgresBackend } from './postgres-backend.ts'
import { redisBackend } from './redis-backend.ts'
import { schedules } from './schedules.ts'
import { within } from './within.ts'

export type BullmqWorkQueueSettings = Readonly<{
  backend: Readonly<{ kind: 'redis' | 'postgres'; url: string }>
  log: Log
  /** Handlers at once in this process, of different names; 16 unless told. Let it be no less than the names listened to. */
  concurrency?: number
  /** The first of the growing pauses before a handler that threw is run again; 500 ms unless told. */
  retryDelayMs?: number
  /** How often to look whether the queue has forgotten a schedule; 15 s unless told. */
  keepSchedulesMs?: number
}>

/**
 * The work queue on BullMQ. All processes share one queue: each should listen to the same names, since a hint that reaches a process which does
 * not know its name is retried and then dropped until the sweep repeats it.
 * Throws on a URL of the wrong kind and when Postgres cannot be reached now (so does `listen`). Redis may be down: hints answer false until it is back.
 */
export const bullmqWorkQueue = async (settings: BullmqWorkQueueSettings): Promise<WorkQueue> => {
  const complain = limitedLog(settings.log)
  const backend = await backendOf(settings.backend.kind)({ url: settings.backend.url, complain })
  const kept = schedules({ backend, keepEveryMs: settings.keepSchedulesMs ?? 15_000, complain })
  const handlers = new Map<string, (name: string) => Promise<void>>()
  const running = oneAtATime()
  let consumer: Promise<Consumer> | undefined
  let closing: Promise<void> | undefined

  backend.onReached(() => void kept.keep())

  const tell = async (name: string): Promise<boolean> => {
    try {
      if (!backend.reachable()) throw new Error('The queue cannot be reached.')
      await within(answerMs, 'Adding a hint', backend.queue.add(name, {}, hintOptions(name, settings.retryDelayMs ?? 500)))
      return true
    } catch (error) {
      complain('hint', error, { name })
      return false
    }
  }

  const process: Process = async ({ name, data }) => {
    if (closing !== undefined) throw new Error('This process is closing.')
    if (data.tick !== undefined) {
      if (!(await tell(data.tick))) throw new Error('A tick could not be told.')
      return
    }
    try {
      await running.run(name, () => handlerOf(handlers, name)(name))
    } catch (error) {
      complain(`handler ${name}`, error, { name })
      // The queue stores messages in clear: it gets this one, not the handler's.
      throw new Error('The handler failed; see the log.')
    }
  }

  return {
    hint: async (name) => closing === undefined && tell(name),
    listen: async (names, handle) => {
      if (closing !== undefined) throw new Error('The work queue is closed.')
      for (const name of names) handlers.set(name, handle)
      consumer ??= backend.consume(process, { ...workerSettings, concurrency: settings.concurrency ?? 16 })
      try {
        await consumer
      } catch (error) {
        consumer = undefined
        throw error
      }
    },
    schedule: async (name, everyMs) => {
      if (!Number.isSafeInteger(everyMs) || everyMs < 1) {
        throw new RangeError(`A schedule needs a whole number of milliseconds, not ${String(everyMs)}.`)
      }
      if (closing === undefined) await kept.set(name, everyMs)
    },
    healthy: async () => {
      if (closing !== undefined || !backend.reachable()) return false
      try {
        await within(answerMs, 'A ping', backend.ping())
        return true
      } catch (error) {
        complain('health', error)
        return false
      }
    },
    close: () => {
      kept.stop()
      return (closing ??= letGo(backend, consumer, running.idle).catch((error: unknown) => {
        complain('close', error)
      }))
    },
  }
}

const answerMs = 3000

const backendOf = (kind: 'redis' | 'postgres') => (kind === 'redis' ? redisBackend : postgresBackend)

const handlerOf = (handlers: ReadonlyMap<string, (name: string) => Promise<void>>, name: string) => {
  const handle = handlers.get(name)
  if (handle === undefined) throw new Error(`This process does not listen to ${name}.`)
  return handle
}

/** At most one active and one waiting job of a name; a hint during a retry's pause is taken by that retry. */
const hintOptions = (name: string, retryDelayMs: number) => ({
  deduplication: { id: name, keepLastIfActive: true },
  attempts: 5,
  backoff: { type: 'exponential', delay: retryDelayMs, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 100, age: 86_400 },
  stackTraceLimit: 0,
})

// A job whose worker crashed, or could not report its end, is taken up again after the lock's duration and one or two checks.
const workerSettings = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 10, runRetryDelay: 500 }

const letGo = async (backend: Backend, consumer: Promise<Consumer> | undefined, idle: () => Promise<void>): Promise<void> => {
  const worker = await consumer?.catch(() => undefined)
  try {
    // Handlers get the time they need; then patience begins. Forced, BullMQ does not ask the store for anything.
    const closed = backend.reachable() ? worker?.close() : undefined
    await idle()
    if (worker !== undefined) await within(closeGraceMs, 'Closing the worker', closed ?? worker.close(true))
  } finally {
    await within(closeGraceMs, 'Closing the queue', backend.close())
  }
}

// BullMQ waits without end for a store that went away while it closes.
const closeGraceMs = 2000
