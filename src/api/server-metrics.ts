import type { Registry } from 'prom-client'
import { collectDefaultMetrics, Gauge } from 'prom-client'
import type { App } from '../app/app.ts'
import type { ProjectionProgress } from '../app/projection-progress.ts'

/** Figures of the whole server, read when they are asked for. A figure that cannot be had is left out of that answer. */
export const serverMetrics = (registry: Registry, { work, logger }: App, { projectionStates }: ProjectionProgress): void => {
  collectDefaultMetrics({ register: registry })
  const quietly = (collect: () => Promise<void>) => () =>
    collect().catch((error: unknown) => {
      logger.warn({ err: error }, 'a figure could not be read')
    })

  const lag = new Gauge({
    name: 'muster_projection_lag_seconds',
    help: 'How long the oldest event that a read model has not seen has been waiting.',
    labelNames: ['projection'],
    registers: [registry],
    collect: quietly(async () => {
      for (const { name, lagSeconds, status } of await projectionStates()) {
        lag.set({ projection: name }, lagSeconds)
        stuck.set({ projection: name }, status === 'stuck' ? 1 : 0)
      }
    }),
  })
  const stuck = new Gauge({
    name: 'muster_projection_stuck',
    help: '1 when a read model has stopped at an event that it cannot apply; see /readyz.',
    labelNames: ['projection'],
    registers: [registry],
  })
  const rows = new Gauge({
    name: 'muster_work_rows',
    help: 'Work to be done, by kind; parked work needs an operator.',
    labelNames: ['kind', 'state'],
    registers: [registry],
    collect: quietly(async () => {
      rows.reset()
      for (const { kind, due, parked } of await work.counts()) {
        rows.set({ kind, state: 'due' }, due)
        rows.set({ kind, state: 'parked' }, parked)
      }
    }),
  })
}
