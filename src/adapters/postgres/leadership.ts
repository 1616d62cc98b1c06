import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../app/ports.ts'
import type { Leadership } from '../../app/projection-store.ts'
import { locks } from './projection-states.ts'

/** `post`: what is led. */
export type Candidate = Readonly<{ url: string; logger: Log; signal: AbortSignal; post: keyof typeof posts }>

/** Second keys of the leaders' lock. */
const posts = { projections: 0, audit: 1 } as const

/** How often a standby looks whether the leader is gone. */
const pollMs = 1000

/**
 * Waits for the session lock that only one process holds, on a connection of its own: the lock goes when the connection does. That a lost
 * leader stops writing is ensured by the checkpoints, not by this. Null when `signal` aborts first.
 */
export const waitToLead = async ({ url, logger, signal, post }: Candidate): Promise<Leadership | null> => {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'muster leader' })
    const lost = new AbortController()
    client.on('error', () => lost.abort())
    client.on('end', () => lost.abort())
    try {
      await client.connect()
      while (!signal.aborted && !lost.signal.aborted) {
        if (await tryLock(client, posts[post])) return { lost: lost.signal, release: () => end(client) }
        await rest(signal)
      }
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.message : 'unknown' }, `Cannot ask to lead the ${post}.`)
    }
    await end(client)
    await rest(signal)
  }
  return null
}

const tryLock = async (client: pg.Client, post: number): Promise<boolean> => {
  const text = 'select pg_try_advisory_lock($1, $2) as got'
  const { rows } = await client.query<{ got: boolean }>(text, [locks.leader, post])
  return rows[0]?.got === true
}

const end = async (client: pg.Client): Promise<void> => {
  await client.end().catch(() => undefined)
}

const rest = async (signal: AbortSignal): Promise<void> => {
  await pause(pollMs, undefined, { signal }).catch(() => undefined)
}
