import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openPool } from '../src/adapters/postgres/connections.ts'
import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { createOperationalTables } from '../src/adapters/postgres/operational-tables.ts'
import { postgresSnapshots } from '../src/adapters/postgres/snapshots.ts'
import { executor } from '../src/app/execute.ts'
import { inParallel } from '../src/app/in-parallel.ts'
import { host } from '../src/domain/host/host.ts'
import { hostIdOf } from '../src/domain/host/host-id.ts'
import { derivedId } from '../src/kernel/ids.ts'
import { rulesVersion } from '../src/rules-version.ts'
import { benchDatabase } from './support/database.ts'
import { fillHistory } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { median, result } from './support/report.ts'

const hosts = 2_000
const commandsEach = 200
/** Of the long streams: some 10,000 events each. */
const longOnes = 8
const longLife = 10_000

const clock = () => new Date()
const quiet = { info: () => undefined, warn: () => undefined, error: console.error }

const collected = (): number => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

const idOf = (index: number): string => hostIdOf(derivedId(`filled/${String(index)}`))

export const states: Benchmark = {
  about:
    'what a remembered host takes, bytes, and how long the first look at one of 10,000 events takes, ms; limit: without snapshots',
  run: async () => {
    const database = await benchDatabase()
    const log = await postgresEventLog({ url: database.url })
    const pool = openPool({ url: database.url, max: 4, name: 'bench', logger: quiet })
    try {
      await createOperationalTables(pool)
      await fillHistory(log, { hosts, commandsEach })
      const remembering = executor(log, clock)
      const before = collected()
      await inParallel([...Array(hosts).keys()], 8, (index) => remembering.load(host, idOf(index)))
      const bytes = (collected() - before) / hosts

      const template = (await log.readStream(`host-${idOf(0)}`)).filter(({ type }) => type === 'CommandAnswered').slice(0, 100)
      for (let index = 0; index < longOnes; index++)
        for (let revision = commandsEach; revision < longLife; revision += template.length) {
          const stream = `host-${idOf(index)}`
          const [last] = (await log.readStream(stream, { from: 0 })).slice(-1)
          await log.append(
            stream,
            template.map(({ type, data, metadata }, at) => ({
              type,
              data,
              metadata,
              eventId: derivedId(`${stream}/${String(revision + at)}`),
            })),
            last?.revision ?? 'no_stream',
          )
        }
      const snapshots = postgresSnapshots({ pool, rules: rulesVersion(), logger: quiet })
      const looks = async (given: Parameters<typeof executor>[2]): Promise<readonly number[]> => {
        const took: number[] = []
        for (let index = 0; index < longOnes; index++) {
          const begun = performance.now()
          await executor(log, clock, given).load(host, idOf(index))
          took.push(performance.now() - begun)
        }
        return took
      }
      await looks({ snapshots })
      // What was read whole is kept beside.
      while ((await pool.query('select from snapshots')).rows.length < longOnes) await new Promise(setImmediate)
      const whole = median(await looks({}))
      const short = median(await looks({ snapshots }))
      return [
        result('states/bytes', bytes, 'bytes', bytes, {
          hosts,
          commandsEach,
          remembered: 20_000,
          mebibytes: (bytes * 20_000) / 1024 / 1024,
        }),
        result('states/first-look', short, 'ms', whole, { events: longLife }),
      ]
    } finally {
      await pool.end()
      await log.close()
      await database.stop()
    }
  },
}
