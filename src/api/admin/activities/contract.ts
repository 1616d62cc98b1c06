import { z } from 'zod'
import { activityJson } from '../../../projections/activity-feed.ts'
import { activityQuery, retries, upcomingJson, upcomingQuery } from './activities.ts'
import { entryJson, pageQuery } from './host-history.ts'
import { number, ofHost, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const activity = component(
  'Activity',
  z.object({
    id: z.string().describe('A position in the log.'),
    created_at: time,
    actor_id: z.string().nullable(),
    actor_full_name: z.string(),
    actor_email: z.string(),
    actor_gravatar: z.string(),
    type: z.string(),
    fleet_initiated: z.boolean().describe('Nobody asked for it.'),
    details: z.record(z.string(), z.unknown()),
    event: z.string(),
    category: z.string(),
    subject: z.string(),
    actor_kind: z.string(),
    change_set: z.string(),
    host_id: number.nullable(),
  }),
  activityJson,
)

const feed = json(z.object({ activities: z.array(activity), meta: pageMeta.extend({ next: z.string().nullable() }) }), {
  activities: [
    {
      ...{ id: '0000000000004711', created_at: '2026-03-01T12:00:00.000Z', actor_id: 'ci', actor_full_name: 'ci' },
      ...{ actor_email: '', actor_gravatar: '', type: 'created_team', fleet_initiated: false },
      ...{ details: { team_id: 4, team_name: 'Design' }, event: 'TeamCreated', category: 'team', subject: '4' },
      ...{ actor_kind: 'admin', change_set: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51', host_id: null },
    },
  ],
  meta: { ...onlyPage, next: null },
})

const entry = component(
  'HistoryEntry',
  z.object({
    position: z.string(),
    revision: z.int(),
    at: time,
    type: z.string(),
    sentence: z.string().nullable(),
    why: z.string().nullable(),
    actor: z.object({ kind: z.string(), id: z.string() }),
    correlation_id: z.string(),
    causation_id: z.string(),
    event_id: z.string(),
    data: z.unknown().describe('The event itself; `[sealed]` and `[content]` stand for secrets and bytes.'),
  }),
  entryJson,
)

const upcoming = component(
  'UpcomingActivity',
  z.object({
    uuid: z.string(),
    created_at: time,
    type: z.string(),
    fleet_initiated_activity: z.boolean(),
    details: z.object({
      host_id: number,
      command_uuid: z.string(),
      request_type: z.string(),
      status: z.string(),
      reason: z.string(),
    }),
  }),
  upcomingJson,
)

const parked = component(
  'ParkedWork',
  z.object({ kind: z.string(), key: z.string(), attempts: z.int(), error: z.string(), since: time }),
)

export const activityContracts = tagged('History and work', {
  'GET /activities': {
    summary: 'List what happened',
    description: 'The newest first, unless asked otherwise.',
    query: activityQuery,
    replies: { 200: feed },
  },
  'GET /hosts/:id/activities': {
    summary: 'List what happened to a host',
    params: ofHost,
    query: activityQuery,
    replies: { 200: feed },
  },
  'GET /hosts/:id/activities/upcoming': {
    summary: 'List what a host is still to be told',
    params: ofHost,
    query: upcomingQuery,
    replies: {
      200: json(z.object({ count: z.int(), activities: z.array(upcoming), meta: pageMeta }), {
        count: 1,
        activities: [
          {
            ...{ uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51', created_at: '2026-03-01T12:00:00.000Z' },
            ...{ type: 'ran_custom_mdm_command', fleet_initiated_activity: false },
            details: {
              ...{ host_id: 2318820476108312, command_uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51' },
              ...{ request_type: 'restart', status: 'pending', reason: 'asked' },
            },
          },
        ],
        meta: onlyPage,
      }),
    },
  },
  'GET /hosts/:id/history': {
    summary: 'Read the history of a host, event by event',
    params: ofHost,
    query: pageQuery,
    replies: {
      200: json(
        z.object({
          host_id: number,
          events: z.array(entry),
          meta: z.object({ revision: z.int(), has_earlier: z.boolean(), has_later: z.boolean() }),
        }),
        {
          host_id: 2318820476108312,
          events: [
            {
              ...{ position: '0000000000004711', revision: 4, at: '2026-03-01T12:00:00.000Z', type: 'TeamChanged' },
              ...{ sentence: 'Moved to team 4.', why: 'An admin asked for it.', actor: { kind: 'admin', id: 'ci' } },
              ...{ correlation_id: '6f5c8a04', causation_id: '6f5c8a04', event_id: '0b1f6c5e-4a52-5d0c-8f1f-6a3a2b516f5c' },
              data: { teamId: '4', because: 'asked' },
            },
          ],
          meta: { revision: 4, has_earlier: true, has_later: false },
        },
      ),
    },
  },
  'GET /work/parked': {
    summary: 'List work that failed too often',
    replies: {
      200: json(z.object({ parked: z.array(parked) }), {
        parked: [
          {
            ...{ kind: 'push', key: '2318820476108312', attempts: 8, error: 'The push service refused the token.' },
            since: '2026-03-01T12:00:00.000Z',
          },
        ],
      }),
    },
  },
  'POST /work/parked/retries': {
    summary: 'Try parked work again',
    body: json(retries, { kind: 'push' }, {}),
    bodyMayMiss: true,
    replies: { 202: json(z.object({ retried: z.int() }), { retried: 1 }) },
  },
})
