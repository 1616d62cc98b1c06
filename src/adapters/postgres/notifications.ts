import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../app/ports.ts'

export type Notifications = Readonly<{
  /** How often something may have happened so far: take it before looking, and hand it to `since`. */
  count: () => number
  /** Resolves when something may have happened after `count` was taken, after `atMostMs`, when the signal aborts, or at closing. */
  since: (count: number, atMostMs: number, signal: AbortSignal) => Promise<void>
  close: () => Promise<void>
}>

/**
 * Listens on a channel over a connection of its own, made at the first use and made again whenever it is lost; a new connection counts as
 * something that may have happened. Notifications are wake-ups and carry nothing: whoever waits has to poll as well.
 */
export const notifications = (connection: pg.ClientConfig, channel: string, log?: Log): Notifications => {
  const closing = new AbortController()
  const waiting = new Set<() => void>()
  let count = 0
  let listening: Promise<void> | undefined

  const happened = () => {
    count++
    for (const wake of [...waiting]) wake()
  }

  const listenOnce = async (): Promise<void> => {
    const client = new pg.Client(connection)
    const lost = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', () => undefined) // 'end' follows
    client.on('notification', happened)
    const end = () => void client.end().catch(() => undefined)
    closing.signal.addEventListener('abort', end)
    try {
      await client.connect()
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      happened()
      await lost
    } finally {
      closing.signal.removeEventListener('abort', end)
      end()
    }
  }

  const listen = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const cause = await listenOnce().then(
        () => 'the connection ended',
        (error: unknown) => String(error),
      )
      if (closing.signal.aborted) return
      log?.warn({ channel, cause }, 'Notifications are lost for a moment; polling goes on.')
      await pause(500, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  return {
    count: () => count,
    since: (seen, atMostMs, signal) => {
      listening ??= listen()
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, atMostMs)
        waiting.add(wake)
        signal.addEventListener('abort', wake)
        if (signal.aborted || closing.signal.aborted || count !== seen) wake()
      })
    },
    close: async () => {
      closing.abort()
      happened()
      await listening
    },
  }
}
