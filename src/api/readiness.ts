import type { App } from '../app/app.ts'
import { AnotherLog } from '../app/log-identity-store.ts'
import { LogRefused } from '../app/ports.ts'
import type { AmongKin } from '../app/kin-ports.ts'
import type { Room } from '../app/room-ports.ts'
import type { ProjectionProgress } from '../app/projection-progress.ts'
import { query } from '../kernel/query.ts'
import type { Check } from './operations.ts'

const mb = 1024 * 1024

/** What a ready process has: the log, the read models, the queue. A stuck read model, or one that set events aside, is named,
 * and does not take the process away. */
export const readinessChecks = (
  { log, read, queue }: Pick<App, 'log' | 'read' | 'queue'>,
  { projectionStates }: Pick<ProjectionProgress, 'projectionStates'>,
  { room, leastFreeMb, among }: Readonly<{ room: Room; leastFreeMb: number; among?: AmongKin | undefined }>,
): readonly Check[] => [
  {
    name: 'event log',
    check: async () => {
      try {
        await log.head()
        return { ok: true }
      } catch (error) {
        // Away needs no explanation; another log, or no right to it, does.
        if (error instanceof LogRefused || error instanceof AnotherLog) return { ok: false, detail: error.message }
        throw error
      }
    },
  },
  {
    name: 'database',
    check: async () => {
      await read(query`select 1`)
      return { ok: true }
    },
  },
  {
    name: 'writes',
    check: async () => {
      const refused = await room.writeRefused()
      return refused === null ? { ok: true } : { ok: false, detail: refused }
    },
  },
  {
    name: 'room',
    vital: false,
    check: async () => {
      const free = await room.freeBytes()
      if (free === null || free >= leastFreeMb * mb) return { ok: true }
      const left = `${String(Math.floor(free / mb))} MB are free where the data folder lies`
      return { ok: false, detail: `${left}; ${String(leastFreeMb)} MB are the least (MUSTER_LEAST_FREE_MB)` }
    },
  },
  {
    name: 'queue',
    vital: false,
    check: async () => ((await queue.healthy()) ? { ok: true } : { ok: false, detail: 'does not answer; sweeps go on' }),
  },
  ...(among === undefined ? [] : [apiProcesses(among)]),
  {
    name: 'projections',
    vital: false,
    check: async () => {
      const states = await projectionStates()
      const bad = states.filter(({ status }) => status === 'stuck')
      const detail = bad.map(({ name, failure }) =>
        failure === null
          ? name
          : `${name} is stuck at ${failure.event.type} ${failure.event.eventId} (${failure.event.position}): ${failure.error}`,
      )
      const aside = states.filter(({ setAside }) => setAside > 0)
      const passed = aside.map(
        ({ name, setAside }) => `${name} has set aside ${String(setAside)} of the events, see GET /projections`,
      )
      const told = [...detail, ...passed].join('; ')
      return { ok: bad.length === 0, ...(told === '' ? {} : { detail: told }) }
    },
  },
]

const apiProcesses = ({ processes }: AmongKin): Check => ({
  name: 'api processes',
  vital: false,
  check: () => {
    const { running, wanted } = processes()
    const detail = `${String(running)} of ${String(wanted)} serve`
    return Promise.resolve(running >= wanted ? { ok: true } : { ok: false, detail })
  },
})
