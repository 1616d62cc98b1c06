import { z } from 'zod'
import { hash, present, wish } from './api-tokens.ts'
import { rebuild } from './read-models.ts'
import { done, time } from '../contracts/common.ts'
import { bytes, component, json, tagged } from '../contracts/contract.ts'

const projection = component(
  'Projection',
  z.object({
    name: z.string(),
    version: z.int(),
    generation: z.int(),
    shown: z.boolean().describe('The one that questions are asked of.'),
    status: z.string(),
    position: z.string().nullable(),
    events: z.int(),
    failure: z
      .object({ error: z.string(), event: z.object({ eventId: z.string(), type: z.string(), position: z.string() }) })
      .nullable()
      .describe('Why it is stuck.'),
    set_aside: z
      .object({
        count: z.int(),
        newest: z.array(
          z.object({
            ...{ position: z.string(), event_id: z.string(), type: z.string(), stream: z.string(), reason: z.string() },
            at: time.describe('When it was set aside.'),
          }),
        ),
      })
      .describe('Events that it cannot take in and passed over, the newest ten of them first. Filling it anew tries them again.'),
  }),
)

const token = component(
  'ApiToken',
  z.object({
    id: z.string(),
    name: z.string(),
    role: z.enum(['admin', 'maintainer', 'observer', 'gitops']),
    created_at: time.nullable(),
    team_ids: z.array(z.int()).optional().describe('The only teams in which the role counts; absent: everywhere.'),
  }),
  present,
)

const ci = {
  ...{ id: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c', name: 'ci', role: 'maintainer' as const },
  created_at: '2026-03-01T12:00:00.000Z',
}

export const serverContracts = tagged('The server', {
  'GET /projections': {
    summary: 'List the read models, and how far they are',
    replies: {
      200: json(z.object({ projections: z.array(projection) }), {
        projections: [
          {
            ...{ name: 'hosts', version: 2, generation: 1, shown: true, status: 'live', position: '0000000000004711' },
            ...{ events: 4711, failure: null, set_aside: { count: 0, newest: [] } },
          },
        ],
      }),
    },
  },
  'POST /projections/rebuilds': {
    summary: 'Fill read models anew, beside those that are asked',
    body: json(rebuild, { names: ['hosts'] }, {}),
    replies: { 202: json(z.object({ names: z.array(z.string()) }), { names: ['hosts'] }) },
  },
  'GET /live': {
    summary: 'Watch what moves',
    description:
      'For as long as it is read: what to look at again, at most once a second. It ends with the credentials that began it.',
    replies: { 200: bytes('Server-sent events: `{hints: [{topic, ids?}]}`.', 'text/event-stream') },
  },
  'GET /statistics': {
    summary: 'Count what there is',
    replies: {
      200: json(z.object({ events: z.int(), hosts: z.int(), enrolled: z.int(), commands: z.int(), waiting_commands: z.int() }), {
        events: 48_211,
        hosts: 1204,
        enrolled: 1200,
        commands: 9120,
        waiting_commands: 14,
      }),
    },
  },
  'GET /api_tokens': {
    summary: 'List API tokens',
    replies: { 200: json(z.object({ api_tokens: z.array(token) }), { api_tokens: [ci] }) },
  },
  'POST /api_tokens': {
    summary: 'Make an API token',
    description: 'The secret is shown once, here.',
    body: json(wish, { name: 'ci', role: 'maintainer' }),
    replies: {
      200: json(z.object({ api_token: token, secret: z.string() }), { api_token: ci, secret: 'muster_…' }),
    },
  },
  'DELETE /api_tokens/:id': { summary: 'Revoke an API token', params: { id: hash }, replies: { 200: done } },
})
