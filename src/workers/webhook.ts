import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { Aside, Delivery, Outbox, WebhookName } from '../app/webhook-ports.ts'
import type { Knowledge, Line, Refused } from './delivering.ts'
import { deliverLine, nothingKnown } from './delivering.ts'
import { limited } from './limited.ts'
import type { Answer, Receiver } from './post-signed.ts'
import { postSigned } from './post-signed.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { done, leaseMs } from './worker.ts'

const linesAtOnce = 100
const postsAtOnce = 8
const page = 50
const mostForgotten = 1_000
const longestPauseMs = 60_000

/**
 * Delivers what happened to each enrollment in its order. A receiver that is away is asked again; what one refuses is set aside and holds up nothing
 * behind it.
 */
export const deliverWebhook = (app: App, receiver: Receiver): WorkKind => {
  const outbox = app.outboxes.devices
  const knowledge = nothingKnown()
  const inTurn = limited(postsAtOnce)
  const note = asideNotes(app, 'devices')
  const post = (body: Uint8Array<ArrayBuffer>): Promise<Answer> => inTurn(() => postSigned(receiver, body))
  return {
    name: 'deliver-webhook',
    batch: linesAtOnce,
    do: (work) =>
      inParallel(work, linesAtOnce, (row) =>
        workLine(app, row, { knowledge, line: outboxLine(app, outbox, { row, line: row.key, post, note }) }),
      ),
    // What is to be told and the row that says so are written one after the other.
    forgotten: async () => {
      note.tidied(await outbox.tidy())
      return outbox.waiting(mostForgotten)
    },
  }
}

const workLine = async (
  app: App,
  row: ClaimedWork,
  { knowledge, line }: Readonly<{ knowledge: Knowledge; line: Line<Delivery> }>,
): Promise<Outcome> => {
  const round = await deliverLine(line, { knowledge, now: () => app.clock().getTime(), longestPauseMs })
  return round.kind === 'emptied' ? done(row) : { work: row, kind: 'later', at: new Date(round.at).toISOString(), why: round.why }
}

type OfOutbox = Readonly<{
  row: ClaimedWork
  line: string
  post: (body: Uint8Array<ArrayBuffer>) => Promise<Answer>
  note: AsideNotes
}>

/** What waits in a line of an outbox. */
export const outboxLine = (app: App, outbox: Outbox, { row, line, post, note }: OfOutbox): Line<Delivery> => {
  const bodyOf = async ({ sealed }: Delivery) => Buffer.from(await app.vault.open('server', 'webhook', sealed))
  return {
    next: (after) => outbox.next(line, page, after?.id ?? null),
    hold: () => app.work.extend([row], leaseMs),
    post: async (delivery) => post(await bodyOf(delivery)),
    taken: ({ id }) => outbox.remove([id]),
    failed: ({ id }, failing) => outbox.failed(id, failing),
    setAside: async (refused) => {
      const aside = await inParallel(refused, 8, async ({ delivery, ...rest }) => ({
        id: delivery.id,
        ...asideOf(await bodyOf(delivery), rest),
      }))
      await outbox.setAside(aside)
      note.setAside(aside)
    },
  }
}

/** What is told of a delivery that was set aside: its body says what it is about, and is itself shown to nobody. */
export const asideOf = (body: Uint8Array, { attempts, problem }: Omit<Refused<unknown>, 'delivery'>): Aside => {
  const told = JSON.parse(Buffer.from(body).toString()) as Readonly<Record<string, unknown>>
  const text = (...names: readonly string[]): string =>
    names.map((name) => told[name]).find((value): value is string => typeof value === 'string') ?? ''
  return { topic: text('topic', 'type'), eventId: text('event_id', 'id'), attempts, problem }
}

export type AsideNotes = Readonly<{ setAside: (aside: readonly Aside[]) => void; tidied: (count: number) => void }>

const noteEveryMs = 60_000

/** The log hears of what was set aside once a minute, with how much it was: a receiver may refuse a kind of event for years. */
export const asideNotes = ({ logger, clock }: Pick<App, 'logger' | 'clock'>, receiver: WebhookName): AsideNotes => {
  let [unsaid, saidAt] = [0, 0]
  return {
    setAside: (aside) => {
      unsaid += aside.length
      const now = clock().getTime()
      const [first] = aside
      if (first === undefined || now - saidAt < noteEveryMs) return
      const { topic, problem } = first
      logger.warn({ receiver, deliveries: unsaid, topic, problem }, 'what a webhook refuses was set aside')
      ;[unsaid, saidAt] = [0, now]
    },
    tidied: (count) => {
      if (count > 0)
        logger.warn({ receiver, deliveries: count }, 'deliveries of a webhook that were set aside long ago were thrown away')
    },
  }
}
