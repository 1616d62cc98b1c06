import { postgresEventLog } from '../src/adapters/postgres/event-log.ts'
import { postgresProjectionStore } from '../src/adapters/postgres/projection-store.ts'
import { runProjections } from '../src/app/project.ts'
import { allProjections } from '../src/projections/all.ts'
import { benchDatabase } from './support/database.ts'
import { fillLog } from './support/filling.ts'
import type { Benchmark } from './support/report.ts'
import { result } from './support/report.ts'

/** 13 events each: about 200,000. */
const hosts = 15_400

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: object, message: string) => console.error(message, fields),
}

export const replay: Benchmark = {
  about: 'events per second into all read models, from an empty start; limit: reading the same log',
  run: async () => {
    const database = await benchDatabase()
    const log = await postgresEventLog({ url: database.url })
    const store = postgresProjectionStore({ url: database.url, logger: quiet })
    try {
      const events = await fillLog(log, { from: 0, to: hosts, profiles: 3 })
      const read = performance.now()
      for (let after = null as string | null; ;) {
        const page = await log.readAll({ after, limit: 5000 })
        if (page.length === 0) break
        after = page.at(-1)?.position ?? null
      }
      const reading = performance.now() - read

      const head = await log.head()
      const ending = new AbortController()
      const begun = performance.now()
      await new Promise<void>((resolve, reject) => {
        runProjections({
          log,
          store,
          projections: allProjections,
          onAdvanced: (position) => {
            if (head !== null && position >= head) ending.abort()
          },
          signal: ending.signal,
          logger: quiet,
        }).then(resolve, reject)
      })
      const took = performance.now() - begun
      return result('replay', (events * 1000) / took, 'events/s', (events * 1000) / reading, {
        events,
        readModels: allProjections.length,
      })
    } finally {
      await store.close()
      await log.close()
      await database.stop()
    }
  },
}
