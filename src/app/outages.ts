import { setTimeout as pause } from 'node:timers/promises'
import type { Clock, Log } from './ports.ts'
import { LogUnavailable } from './ports.ts'
import { StoreUnavailable } from './projection-store.ts'

/** What a server cannot be without. */
export type Store = 'event log' | 'database'

export type Outages = Readonly<{
  /** Tells of a store that is away once when it goes, once a minute with how often it was missed, and once when it is back. */
  logger: Log
  /** How to see that a store is back: asked only while it is away. */
  watch: (probes: Readonly<Record<Store, () => Promise<unknown>>>) => void
}>

type Options = Readonly<{
  logger: Log
  clock: Clock
  signal: AbortSignal
  /** Another process of the same program tells. */
  isToldElsewhere?: boolean
  everyMs?: number
  lookMs?: number
}>

type Outage = { since: number; missed: number; toldAt: number }

/**
 * A log for everything that may meet a store that is away. Each call that fails by it would be a line with its stack: what is said of the first is
 * said of all, so the others are counted.
 */
export const outagesToldOnce = (options: Options): Outages => {
  const { logger, clock, signal, isToldElsewhere = false, everyMs = 60_000, lookMs = 1_000 } = options
  const tell = (level: 'info' | 'error', fields: object, message: string): void => {
    if (!isToldElsewhere) logger[level](fields, message)
  }
  const away = new Map<Store, Outage>()
  let probes: Readonly<Record<Store, () => Promise<unknown>>> | null = null

  const lasting = ({ since, missed }: Outage) => ({ missed, seconds: Math.round((clock().getTime() - since) / 1000) })

  const miss = (store: Store, error: Error): void => {
    const now = clock().getTime()
    const known = away.get(store)
    if (known !== undefined) {
      known.missed++
      return
    }
    away.set(store, { since: now, missed: 1, toldAt: now })
    tell('error', { store, error: error.message }, `The ${store} is away: what needs it is answered with 503 until it is back.`)
    void look(store)
  }

  const look = async (store: Store): Promise<void> => {
    for (;;) {
      await pause(lookMs, undefined, { signal, ref: false }).catch(() => undefined)
      const outage = away.get(store)
      if (signal.aborted || outage === undefined) return
      if (probes !== null && (await isBack(probes[store]))) {
        away.delete(store)
        tell('info', { store, ...lasting(outage) }, `The ${store} is back.`)
        return
      }
      if (clock().getTime() - outage.toldAt < everyMs) continue
      outage.toldAt = clock().getTime()
      tell('error', { store, ...lasting(outage) }, `The ${store} is still away.`)
    }
  }

  const calm =
    (level: 'warn' | 'error'): Log['error'] =>
    (fields, message) => {
      const missing = missingIn(fields)
      if (missing === null) logger[level](fields, message)
      else miss(missing.store, missing.error)
    }

  return {
    logger: { info: (fields, message) => logger.info(fields, message), warn: calm('warn'), error: calm('error') },
    watch: (given) => {
      probes = given
    },
  }
}

/** The store that an error tells of, whether it stands in a line by itself or as the cause of another. */
const missingIn = (fields: object): Readonly<{ store: Store; error: Error }> | null => {
  const { err } = fields as Readonly<{ err?: unknown }>
  for (let error = err, depth = 0; error instanceof Error && depth < 8; error = error.cause, depth++) {
    if (error instanceof LogUnavailable) return { store: 'event log', error }
    if (error instanceof StoreUnavailable) return { store: 'database', error }
  }
  return null
}

const isBack = async (probe: () => Promise<unknown>): Promise<boolean> => {
  try {
    await probe()
    return true
  } catch {
    return false
  }
}
