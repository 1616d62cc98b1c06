import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../app/ports.ts'
import type { ProjectionNews } from '../../app/projection-store.ts'
import { projectedChannel } from './apply-batch.ts'

/** The channel on which changes of the states by hand are told. */
export const askedChannel = 'projections_asked'

/** Listens on a connection of its own, and connects again when it is lost; each time something may have been missed. Ends with `signal`. */
export const watchNews = async (
  url: string,
  tell: (news: ProjectionNews) => void,
  { logger, signal }: Readonly<{ logger: Log; signal: AbortSignal }>,
): Promise<void> => {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'muster news' })
    const lost = new AbortController()
    client.on('error', () => lost.abort())
    client.on('end', () => lost.abort())
    client.on('notification', ({ channel, payload }) => {
      tell(channel === projectedChannel && payload !== undefined ? { kind: 'projected', position: payload } : { kind: 'asked' })
    })
    const stop = (): void => void client.end().catch(() => undefined)
    signal.addEventListener('abort', stop)
    try {
      await client.connect()
      await client.query(`listen ${projectedChannel}; listen ${askedChannel}`)
      tell({ kind: 'unsure' })
      if (!lost.signal.aborted) await once(lost.signal, 'abort')
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'Cannot listen for news of the projections.')
    }
    signal.removeEventListener('abort', stop)
    await client.end().catch(() => undefined)
    await pause(500, undefined, { signal }).catch(() => undefined)
  }
}
