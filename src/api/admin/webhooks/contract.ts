import { z } from 'zod'
import { onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { asideJson, asideQuery, choice, webhookJson, webhookName } from './webhooks.ts'

const webhook = component(
  'Webhook',
  z.object({
    name: webhookName,
    configured: z.boolean().describe('There is somebody to be told.'),
    waiting: z.int().describe('What was not told yet. Of activities: what was sent again; the others wait in the log.'),
    waiting_since: time.nullable(),
    set_aside: z.int().describe('What the receiver refused.'),
    topics: z.record(z.string(), z.int()).describe('Of what was set aside, by topic.'),
  }),
  webhookJson,
)

const delivery = component(
  'SetAsideDelivery',
  z.object({
    id: z.int(),
    topic: z.string(),
    event_id: z.string(),
    enrollment_id: z.string().nullable().describe('Null: an activity.'),
    created_at: time,
    set_aside_at: time,
    attempts: z.int(),
    problem: z.string(),
  }),
  asideJson,
)

const params = { name: webhookName.describe('`devices`: check-ins and results, as NanoMDM tells them; `activities`.') }

const refused = {
  ...{ id: 4711, topic: 'mdm.DeclarativeManagement', event_id: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51' },
  ...{ enrollment_id: 'AAAA1111-0000-4000-8000-00000000D001', created_at: '2026-03-01T12:00:00.000Z' },
  ...{ set_aside_at: '2026-03-01T12:00:02.000Z', attempts: 3, problem: 'The receiver answered 500.' },
}

export const webhookContracts = tagged('Webhooks', {
  'GET /webhooks': {
    summary: 'Count what receivers are still to be told, and what they refused',
    replies: {
      200: json(z.object({ webhooks: z.array(webhook) }), {
        webhooks: [
          {
            ...{ name: 'devices', configured: true, waiting: 2, waiting_since: '2026-03-01T12:00:00.000Z', set_aside: 1 },
            topics: { 'mdm.DeclarativeManagement': 1 },
          },
        ],
      }),
    },
  },
  'GET /webhooks/:name/set_aside': {
    summary: 'List what a receiver refused',
    description: 'The latest first. Kept for 30 days, and at most 100,000 of them.',
    params,
    query: asideQuery,
    replies: {
      200: json(z.object({ deliveries: z.array(delivery), meta: pageMeta }), { deliveries: [refused], meta: onlyPage }),
    },
  },
  'POST /webhooks/:name/set_aside/resends': {
    summary: 'Send again what a receiver refused',
    description: 'All of it, one topic, or by id. Each goes before what happened later on the same enrollment.',
    params,
    body: json(choice, { topic: 'mdm.DeclarativeManagement' }, { ids: [4711] }, {}),
    bodyMayMiss: true,
    replies: { 202: json(z.object({ resent: z.int() }), { resent: 1 }) },
  },
  'POST /webhooks/:name/set_aside/removals': {
    summary: 'Throw away what a receiver refused',
    params,
    body: json(choice, { topic: 'mdm.DeclarativeManagement' }, { ids: [4711] }, {}),
    bodyMayMiss: true,
    replies: { 200: json(z.object({ removed: z.int() }), { removed: 1 }) },
  },
})
