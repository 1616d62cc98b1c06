import { setTimeout as pause } from 'node:timers/promises'
import { eventStoreLog } from '../../../src/adapters/eventstore/event-log.ts'
import type { EventStoreOptions } from '../../../src/adapters/eventstore/event-log.ts'
import type { EventLog, NewEvent } from '../../../src/app/ports.ts'
import type { Position, Recorded } from '../../../src/kernel/event.ts'
import { derivedId } from '../../../src/kernel/ids.ts'
import type { EventStoreServer, ServerOptions } from './server.ts'
import { eventStoreServer } from './server.ts'

/** Few attempts, short waits. */
export const impatient = { attempts: 4, firstDelay: 1, longestDelay: 4 }

/** For a `describe`: servers and logs that are let go after each test. `both` takes more options for the connection string. */
export const aBench = () => {
  const undo: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const aServer = async (options?: ServerOptions): Promise<EventStoreServer> => {
    const server = await eventStoreServer(options)
    undo.push(server.stop)
    return server
  }
  const aLog = async (url: string, options: Partial<EventStoreOptions> = {}): Promise<EventLog> => {
    const log = await eventStoreLog({ url, patience: impatient, ...options })
    undo.push(log.close)
    return log
  }
  const both = async (options = ''): Promise<Readonly<{ server: EventStoreServer; log: EventLog }>> => {
    const server = await aServer()
    return { server, log: await aLog(server.url + options) }
  }
  return { aServer, aLog, both }
}

/** An event whose id derives from its text. */
export const fact = (text: string): NewEvent => ({
  type: 'FactNoted',
  data: { text },
  eventId: derivedId(text),
  metadata: {
    $correlationId: 'correlation',
    $causationId: 'causation',
    actor: { kind: 'server', id: 'test' },
    at: '2026-01-02T03:04:05.678Z',
    hostIds: [],
  },
})

export const texts = (events: readonly Recorded[]): readonly unknown[] =>
  events.map(({ data }) => ('text' in data ? data.text : undefined))

/** Subscribes until so many events have come. */
export const following = async (log: EventLog, count: number, after: Position | null = null): Promise<readonly Recorded[]> => {
  const stop = new AbortController()
  const seen: Recorded[] = []
  for await (const batch of log.subscribe({ after, signal: stop.signal })) {
    seen.push(...batch)
    if (seen.length >= count) stop.abort()
  }
  return seen
}

/** Waits until something is so; the test's own time limit bounds it. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await pause(2)
}

/** A small seeded generator (mulberry32): the same numbers from 0 to 1, every time. */
export const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
