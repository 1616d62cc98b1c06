import type { EventLog, Log } from '../../app/ports.ts'
import { appending } from './appending.ts'
import { connect } from './client.ts'
import { parseConnectionString } from './connection-string.ts'
import { lanes } from './lanes.ts'
import type { Patience } from './outcomes.ts'
import { retrying, usualPatience } from './outcomes.ts'
import type { Reaching } from './reading.ts'
import { reading } from './reading.ts'
import { subscribing } from './subscribing.ts'

export type EventStoreOptions = Readonly<{
  /** A connection string, `esdb://…` or `esdb+discover://…`. */
  url: string
  log?: Log
  /** How long to go on when the outcome of a call is not known. */
  patience?: Partial<Patience>
}>

/**
 * The event log in EventStoreDB (22.6 or later) over gRPC. Nothing is sent before the first call: `head` tells whether the server answers.
 * Throws `ParseError` when the connection string or a certificate file it names cannot be read.
 *
 * - Idempotence of appends that expect `any` is best effort: the server forgets ids when it restarts, and after many other appends.
 * - Events that Muster did not write (the store's own, other applications') are passed over, everywhere.
 * - Wrong credentials and other refusals rise as the client's own errors, not as `LogUnavailable`: repeating does not help. A subscription
 *   logs them and tries again.
 */
export const eventStoreLog = async ({ url, log, patience }: EventStoreOptions): Promise<EventLog> => {
  const connection = parseConnectionString(url)
  if (!connection.tls && connection.credentials !== undefined) {
    log?.warn({}, 'The event store’s URL has credentials but tls=false; they are not sent.')
  }
  const client = await connect(connection)
  const closing = new AbortController()
  const closed = closing.signal
  const allPatience = { ...usualPatience, ...patience }
  // 64 calls and some subscriptions stay under the 100 that a stock server takes on one connection.
  const lane = lanes(64, 10_000)
  const reaching: Reaching = {
    client,
    call: (call) => lane(() => retrying(allPatience, closed, call)),
    closed,
    silence: connection.defaultDeadline,
    requiresLeader: connection.nodePreference === 'leader',
  }
  const { readStream, readAll, head } = reading(reaching)
  const positionAt = async (stream: string, from: number) => (await readStream(stream, { from, limit: 1 }))[0]?.position

  return {
    append: appending({ ...reaching, positionAt }),
    readStream,
    readAll,
    subscribe: subscribing({ ...reaching, patience: allPatience, log }),
    head,
    close: async () => {
      if (closed.aborted) return
      closing.abort()
      await client.close()
    },
  }
}
