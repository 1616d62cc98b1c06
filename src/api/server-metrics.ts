import type { Registry } from 'prom-client'
import { collectDefaultMetrics, Gauge } from 'prom-client'
import { alarmingMs } from '../domain/renewal/schedule.ts'
import { currentPushCertificate } from '../projections/push-certificates.ts'
import { renewalTroubles } from '../projections/renewals.ts'
import { pushProblems } from '../projections/waking.ts'
import type { App } from '../app/app.ts'
import type { LibraryFaults } from '../app/library-faults.ts'
import { webhookNames } from '../app/webhook-ports.ts'
import type { Room } from '../app/room-ports.ts'
import type { ProjectionProgress } from '../app/projection-progress.ts'

type Figured = Readonly<{ progress: ProjectionProgress; libraryFaults: LibraryFaults; room: Room }>

/**
 * Figures of the whole server, read when they are asked for. All processes read the same ones: merged, each counts once. A figure that cannot be had is left
 * out of that answer.
 */
export const serverMetrics = (
  registry: Registry,
  { work, outboxes, read, clock, logger }: App,
  { progress: { projectionStates }, libraryFaults, room }: Figured,
): void => {
  collectDefaultMetrics({ register: registry })
  const quietly = (collect: () => Promise<void>) => () =>
    collect().catch((error: unknown) => {
      logger.warn({ err: error }, 'a figure could not be read')
    })

  const states = atOnce(projectionStates)
  const lag = new Gauge({
    name: 'muster_projection_lag_seconds',
    aggregator: 'max',
    help: 'How long the oldest event that a read model has not seen has been waiting.',
    labelNames: ['projection'],
    registers: [registry],
    collect: quietly(async () => {
      for (const { name, lagSeconds } of await states()) lag.set({ projection: name }, lagSeconds)
    }),
  })
  const stuck = new Gauge({
    name: 'muster_projection_stuck',
    aggregator: 'max',
    help: '1 when a read model has stopped at an event that it cannot apply; see /readyz.',
    labelNames: ['projection'],
    registers: [registry],
    collect: quietly(async () => {
      for (const { name, status } of await states()) stuck.set({ projection: name }, status === 'stuck' ? 1 : 0)
    }),
  })
  const aside = new Gauge({
    name: 'muster_projection_set_aside',
    aggregator: 'max',
    help: 'Events that a read model passed over because it cannot take them in; see GET /projections.',
    labelNames: ['projection'],
    registers: [registry],
    collect: quietly(async () => {
      for (const { name, setAside } of await states()) aside.set({ projection: name }, setAside)
    }),
  })
  const unseen = new Gauge({
    name: 'muster_library_faults',
    help: 'Errors inside libraries that no call saw, since the process started; the log tells of them.',
    labelNames: ['library', 'kind'],
    registers: [registry],
    collect: () => {
      for (const { library, kind, count } of libraryFaults()) unseen.set({ library, kind }, count)
    },
  })
  const free = new Gauge({
    name: 'muster_free_bytes',
    aggregator: 'max',
    help: 'Bytes free where the data folder lies.',
    registers: [registry],
    collect: quietly(async () => {
      const bytes = await room.freeBytes()
      if (bytes !== null) free.set(bytes)
    }),
  })
  const rows = new Gauge({
    name: 'muster_work_rows',
    aggregator: 'max',
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
  const deliveries = new Gauge({
    name: 'muster_webhook_deliveries',
    aggregator: 'max',
    help: 'What a webhook still has to tell its receiver, and what the receiver refused; the latter needs an operator.',
    labelNames: ['webhook', 'state'],
    registers: [registry],
    collect: quietly(async () => {
      for (const webhook of webhookNames) {
        const { waiting, setAside } = await outboxes[webhook].counts()
        deliveries.set({ webhook, state: 'waiting' }, waiting)
        deliveries.set({ webhook, state: 'set_aside' }, setAside)
      }
    }),
  })
  const pushEnds = new Gauge({
    name: 'muster_push_certificate_expires_seconds',
    aggregator: 'max',
    help: 'How long the push certificate of a topic is still good; negative when it has ended.',
    labelNames: ['topic'],
    registers: [registry],
    collect: quietly(async () => {
      pushEnds.reset()
      for (const { topic, not_after } of await read(currentPushCertificate()))
        pushEnds.set({ topic }, (Date.parse(not_after) - clock().getTime()) / 1000)
    }),
  })
  const badTokens = new Gauge({
    name: 'muster_push_tokens_refused',
    aggregator: 'max',
    help: 'Channels whose last push was not taken, by what the push service said.',
    labelNames: ['reason'],
    registers: [registry],
    collect: quietly(async () => {
      badTokens.reset()
      for (const { problem, channels } of await read(pushProblems())) badTokens.set({ reason: problem }, channels)
    }),
  })
  const renewals = new Gauge({
    name: 'muster_identities',
    aggregator: 'max',
    help: 'Enrolled hosts whose identity certificate needs somebody: ending within 30 days, failing to renew, or not renewable from here.',
    labelNames: ['trouble'],
    registers: [registry],
    collect: quietly(async () => {
      const [troubles] = await read(renewalTroubles(new Date(clock().getTime() + alarmingMs).toISOString()))
      for (const [trouble, hosts] of Object.entries(troubles ?? {})) renewals.set({ trouble }, hosts)
    }),
  })
}

/** Asks once for all who want to know at the same time. */
const atOnce = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let asking: Promise<T> | null = null
  return () => (asking ??= ask().finally(() => (asking = null)))
}
