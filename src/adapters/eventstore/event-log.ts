import { setMaxListeners } from 'node:events'
import type { EventLog, Log } from '../../app/ports.ts'
import type { Admit } from '../../app/log-identity-store.ts'
import { admission } from './admission.ts'
import { appending } from './appending.ts'
import { connect } from './client.ts'
import { parseConnectionString } from './connection-string.ts'
import { lanes } from './lanes.ts'
import type { Patience } from './outcomes.ts'
import { mayPass, retrying, translatedRefusal, usualPatience } from './outcomes.ts'
import type { Reaching } from './reading.ts'
import { reading } from './reading.ts'
import { subscribing } from './subscribing.ts'

export type EventStoreOptions = Readonly<{
  /** A connection string, `esdb://…` or `esdb+discover://…`. */
  url: string
  log?: Log
  /** How long to go on when the outcome of a call is not known. */
  patience?: Partial<Patience>
  /** Asked before the first call, and again whenever the server was lost, before it is used: it may be another one. */
  admit?: Admit
}>

/**
 * The event log in EventStoreDB (22.6 or later) over gRPC. Nothing is sent before the first call: `head` tells whether the server answers.
 * Throws `ParseError` when the connection string or a certificate file it names cannot be read.
 *
 * - Events that Muster did not write (the store's own, other applications') are passed over, everywhere.
 * - Wrong credentials and missing rights rise as `LogRefused`, at once: repeating does not help. A subscription goes on trying.
 */
export const eventStoreLog = async ({ url, log, patience, admit }: EventStoreOptions): Promise<EventLog> => {
  const connection = parseConnectionString(url)
  if (!connection.tls && connection.credentials !== undefined) {
    log?.warn({}, 'The event store’s URL has credentials but tls=false; they are not sent.')
  }
  const client = await connect(connection)
  const closing = new AbortController()
  const closed = closing.signal
  // Every call listens to it, and lets go of it.
  setMaxListeners(0, closed)
  const allPatience = { ...usualPatience, ...patience }
  // 64 calls and some subscriptions stay under the 100 that a stock server takes on one connection.
  const lane = lanes(64, 10_000)
  const refusalOf = (error: unknown) => translatedRefusal(error, connection.credentials?.username)
  const unasked: Reaching = {
    client,
    refusalOf,
    call: (call) =>
      retrying(allPatience, closed, call).catch((error: unknown) => {
        throw refusalOf(error)
      }),
    closed,
    silence: connection.defaultDeadline,
    requiresLeader: connection.nodePreference === 'leader',
  }
  const door = admission(async () => admit?.(reading(unasked)))
  const reaching: Reaching = {
    ...unasked,
    call: (call) =>
      lane(() =>
        unasked.call(async () => {
          await door.passed()
          try {
            return await call()
          } catch (error) {
            if (mayPass(error)) door.doubt()
            throw error
          }
        }),
      ),
  }
  const { readStream, readAll, last } = reading(reaching)
  const positionAt = async (stream: string, from: number) => (await readStream(stream, { from, limit: 1 }))[0]?.position

  return {
    append: appending({ ...reaching, positionAt }),
    readStream,
    readAll,
    subscribe: subscribing({ ...reaching, patience: allPatience, log, door }),
    head: async () => (await last())?.position ?? null,
    last,
    close: async () => {
      if (closed.aborted) return
      closing.abort()
      await client.close()
    },
  }
}
