import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { AsideDelivery, OutboxCounts, WebhookName } from '../../../app/webhook-ports.ts'
import { webhookNames } from '../../../app/webhook-ports.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'

export const webhookName = z.enum(webhookNames)

const topic = z.string().min(1).max(100)

export const asideQuery = z.object({ topic: topic.optional(), ...paging(50, 500) })

/** Which of those set aside: of one topic, or by their ids; all when neither is said. */
export const choice = z.strictObject({
  topic: topic.nullable().default(null),
  ids: z.array(z.int().min(1)).min(1).max(1000).nullable().default(null),
})

type WebhookRoutes = Pick<
  Handlers,
  | 'GET /webhooks'
  | 'GET /webhooks/:name/set_aside'
  | 'POST /webhooks/:name/set_aside/resends'
  | 'POST /webhooks/:name/set_aside/removals'
>

type Deps = Readonly<{
  app: Pick<App, 'outboxes' | 'work' | 'queue'>
  /** Those that have a receiver. */
  settings: Readonly<{ webhooks?: readonly WebhookName[] }>
}>

/** The settings that name the receivers. */
const settingNames: Readonly<Record<WebhookName, string>> = {
  devices: 'MUSTER_WEBHOOK_URL',
  activities: 'MUSTER_ACTIVITIES_WEBHOOK_URL',
}

const workKinds: Readonly<Record<WebhookName, string>> = { devices: 'deliver-webhook', activities: 'tell-activities' }

/** What receivers are still to be told, and what they refused. What was told, and a body, is shown to nobody. */
export const webhookRoutes = ({ app: { outboxes, work, queue }, settings: { webhooks = [] } }: Deps): WebhookRoutes => ({
  'GET /webhooks': async (_, response) => {
    const all = await Promise.all(
      webhookNames.map(async (name) => webhookJson(name, webhooks.includes(name), await outboxes[name].counts())),
    )
    response.json({ webhooks: all })
  },

  'GET /webhooks/:name/set_aside': async (request, response) => {
    const name = paramOf(webhookName, request, 'name')
    const { topic = null, ...page } = queryOf(asideQuery, request)
    const { rows, meta } = pageOf(await outboxes[name].aside({ topic, ids: null }, windowOf(page)), page)
    response.json({ deliveries: rows.map(asideJson), meta })
  },

  'POST /webhooks/:name/set_aside/resends': async (request, response, { cause }) => {
    const name = paramOf(webhookName, request, 'name')
    const filter = filterOf(request.body === undefined ? choice.parse({}) : bodyOf(choice, request))
    if (!webhooks.includes(name))
      refuse(409, 'name', `Nobody is told: ${settingNames[name]} is not set, so what was set aside stays where it is.`)
    const { count, lines } = await outboxes[name].resend(filter)
    const { correlationId } = cause
    await work.addNow(lines.map((key) => ({ kind: workKinds[name], key, causeId: correlationId, correlationId })))
    await queue.hint(workKinds[name])
    response.status(202).json({ resent: count })
  },

  'POST /webhooks/:name/set_aside/removals': async (request, response) => {
    const name = paramOf(webhookName, request, 'name')
    const filter = filterOf(request.body === undefined ? choice.parse({}) : bodyOf(choice, request))
    response.json({ removed: await outboxes[name].discard(filter) })
  },
})

const filterOf = ({ topic, ids }: z.output<typeof choice>) => ({ topic, ids: ids === null ? null : ids.map(String) })

export const webhookJson = (name: WebhookName, configured: boolean, { waiting, oldest, setAside, topics }: OutboxCounts) => ({
  ...{ name, configured, waiting, waiting_since: oldest, set_aside: setAside, topics },
})

export const asideJson = ({ id, line, topic, eventId, createdAt, setAsideAt, attempts, problem }: AsideDelivery) => ({
  ...{ id: Number(id), topic, event_id: eventId, enrollment_id: line === 'all' ? null : line, created_at: createdAt },
  ...{ set_aside_at: setAsideAt, attempts, problem },
})
