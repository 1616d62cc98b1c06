import { z } from 'zod'
import { eventReference } from '../activities/event-reference.ts'
import { diffQuery } from './host-lifetime.ts'
import { actor, number, ofHost, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { asOf, asOfMarch } from '../contracts/moments.ts'

const because = component(
  'EventReference',
  z.object({
    position: z.string(),
    revision: number,
    at: time,
    type: z.string(),
    sentence: z.string().nullable(),
    why: z.string().nullable(),
    actor,
    correlation_id: z.string(),
  }),
  eventReference,
)

const fact = z.union([z.string(), z.number(), z.boolean(), z.null()])

const change = z.object({
  path: z.string().describe('Such as `facts/os_version` or `profiles/Wi-Fi/status`.'),
  before: fact.describe('Null: there was none.'),
  after: fact.describe('Null: there is none.'),
  because: because.describe('The event that made it so.'),
})

const segment = z.object({
  from: time,
  to: time.nullable().describe('Null while it lasts.'),
  kind: z.enum(['discovered', 'enrolling', 'enrolled', 'locked', 'lost', 'wiped', 'unenrolled', 'merged']),
  epoch: number.describe('Counts its enrollments; 0 before the first.'),
  team_id: number.nullable(),
  team_name: z.string().nullable(),
  because: because.describe('The event that it began with.'),
})

const moved = {
  ...{ position: '0000000000004730', revision: 42, at: '2026-03-02T09:00:00.000Z', type: 'HostTransferred' },
  ...{ sentence: 'Moved to team 4.', why: 'An admin asked for it.', actor: { kind: 'admin' as const, id: 'ci' } },
  correlation_id: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51',
}

export const pastContracts = tagged('Hosts over time', {
  'GET /hosts/:id/diff': {
    summary: 'Tell what changed on a host between two moments',
    params: ofHost,
    query: diffQuery,
    replies: {
      200: json(z.object({ host_id: number, from: asOf, to: asOf, changes: z.array(change), events_between: number }), {
        host_id: 2318820476108312,
        from: asOfMarch,
        to: { ...asOfMarch, asked: '2026-03-03', events: 43, position: moved.position, revision: 42, at: moved.at },
        changes: [{ path: 'team_id', before: null, after: 4, because: moved }],
        events_between: 12,
      }),
    },
  },
  'GET /hosts/:id/segments': {
    summary: 'Tell the life of a host, cut where it became another',
    description: 'Without gaps: another kind of life, another enrollment or another team.',
    params: ofHost,
    replies: {
      200: json(z.object({ host_id: number, segments: z.array(segment) }), {
        host_id: 2318820476108312,
        segments: [{ from: moved.at, to: null, kind: 'enrolled', epoch: 1, team_id: 4, team_name: 'Design', because: moved }],
      }),
    },
  },
})
