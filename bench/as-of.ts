import { randomUUID } from 'node:crypto'
import { postgresDatabase } from '../src/adapters/postgres/database.ts'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { postgresProjectionStore } from '../src/adapters/postgres/projection-store.ts'
import { createOperationalTables } from '../src/adapters/postgres/operational-tables.ts'
import { openPool } from '../src/adapters/postgres/connections.ts'
import { hostAsOf } from '../src/api/admin/past/host-as-of.ts'
import { lookingBack } from '../src/api/admin/past/looking-back.ts'
import { executor } from '../src/app/execute.ts'
import type { Moment } from '../src/app/moment.ts'
import type { EventLog, NewEvent } from '../src/app/ports.ts'
import { allProjections } from '../src/projections/all.ts'
import { random } from '../src/simulators/random.ts'
import { benchDatabase } from './support/database.ts'
import { longLife } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

const events = 10_000
const moments = 400
const hostId = '7'
const beginning = Date.parse('2026-01-01T00:00:00Z')
const minute = 60_000

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

/** A host with 10,000 events is shown as it was at random moments: half of them times, half of them positions. */
export const pastState: Benchmark = {
  about: 'ms (median) to show a host with 10,000 events at a past moment; limit: reading the same events of its stream',
  run: async () => {
    const database = await benchDatabase()
    const log = await postgresEventLog({ url: database.url })
    const store = postgresProjectionStore({ url: database.url, logger: quiet })
    const pool = openPool({ url: database.url, max: 2, name: 'operations', logger: quiet })
    const questions = postgresDatabase({ url: database.url, logger: quiet, connections: 4 })
    const ports = { log, read: questions.read, load: executor(log, () => new Date()).load }
    try {
      await createOperationalTables(pool)
      await store.prepare(allProjections, true)
      await fill(log)
      const stream = await log.readStream(`host-${hostId}`)
      const luck = random('moments')
      const past = lookingBack(ports)
      const [first, ...rest] = Array.from({ length: moments }, () => 3 + luck.below(events - 3))
      // Another look back into another memory: code is warm, states are not.
      for (let round = 0; round < 5; round++) await hostAsOf(lookingBack(ports), hostId, timeOf(events - 1))
      const cold = await took(() => hostAsOf(lookingBack(ports), hostId, timeOf(events - 1)))
      await hostAsOf(past, hostId, timeOf(first ?? 0))
      const bare: number[] = []
      const shown: number[] = []
      for (const [index, cut] of rest.entries()) {
        const moment = index % 2 === 0 ? timeOf(cut) : placeOf(stream[cut]?.position ?? '')
        bare.push(await took(() => log.readStream(`host-${hostId}`, { limit: cut + 1 })))
        shown.push(await took(() => hostAsOf(past, hostId, moment)))
      }
      return result('as-of', quantile(shown, 0.5), 'ms', quantile(bare, 0.5), {
        p99: quantile(shown, 0.99),
        bareP99: quantile(bare, 0.99),
        firstLookAtTheLastMoment: cold,
        events,
        moments,
      })
    } finally {
      await Promise.allSettled([questions.close(), pool.end(), store.close(), log.close()])
      await database.stop()
    }
  },
}

const timeOf = (index: number): Moment => ({ text: '', until: beginning + index * minute })
const placeOf = (position: string): Moment => ({ text: position, position })

const fill = async (log: EventLog): Promise<void> => {
  const life = longLife(events)
  const actor = { kind: 'device', id: 'bench' } as const
  for (let from = 0; from < life.length; from += 500) {
    const written = life.slice(from, from + 500).map((event, index): NewEvent => {
      const at = new Date(beginning + (from + index) * minute).toISOString()
      const metadata = { $correlationId: 'bench', $causationId: 'bench', at, hostIds: [hostId], actor }
      return { ...event, eventId: randomUUID(), metadata }
    })
    await log.append(`host-${hostId}`, written, from === 0 ? 'no_stream' : from - 1)
  }
}

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * share)] ?? Number.NaN
