import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork, Delivery, Outbox } from '../app/operational-ports.ts'
import type { Receiver } from './post-signed.ts'
import { postSigned } from './post-signed.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { done } from './worker.ts'

export type WebhookSettings = Receiver & Readonly<{ outbox: Outbox }>

const enrollmentsAtOnce = 8
const page = 50
const mostForgotten = 1_000
const pauseMs = 15_000
/** What could not be delivered for so long is given up, ms. */
const patienceMs = 3 * 24 * 60 * 60 * 1000

/** Delivers what happened to each enrollment in its order; a receiver that is away is asked again, and holds up nobody else. */
export const deliverWebhook = (app: App, settings: WebhookSettings): WorkKind => ({
  name: 'deliver-webhook',
  batch: 100,
  do: (work) => inParallel(work, enrollmentsAtOnce, (row) => deliverAll(app, settings, row)),
  // What is to be told and the row that says so are written one after the other.
  forgotten: () => settings.outbox.waiting(mostForgotten),
})

const deliverAll = async (app: App, settings: WebhookSettings, work: ClaimedWork): Promise<Outcome> => {
  const { outbox } = settings
  for (;;) {
    const deliveries = await outbox.next(work.key, page)
    if (deliveries.length === 0) return done(work)
    for (const delivery of deliveries) {
      const problem = await deliver(app, settings, delivery)
      if (problem !== null && app.clock().getTime() - Date.parse(delivery.createdAt) < patienceMs)
        return { work, kind: 'later', at: new Date(app.clock().getTime() + pauseMs).toISOString(), why: problem }
      if (problem !== null) app.logger.error({ enrollmentId: work.key, problem }, 'the webhook was given up')
      await outbox.remove([delivery.id])
    }
  }
}

/** Null when it was taken, else why not. */
const deliver = async ({ vault }: App, receiver: WebhookSettings, { sealed }: Delivery): Promise<string | null> =>
  postSigned(receiver, Buffer.from(await vault.open('server', 'webhook', sealed)))
