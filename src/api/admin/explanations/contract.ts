import { z } from 'zod'
import { explanationJson } from './explanation-presentation.ts'
import { commandUuid, missingQuery, profileUuid } from './host-explanations.ts'
import { atQuery } from '../past/moments.ts'
import { actor, number, ofHost, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const link = component(
  'ExplanationLink',
  z.object({
    position: z.string(),
    at: time,
    type: z.string(),
    stream: z.object({ category: z.string(), id: z.string(), name: z.string() }).describe('What the event is about.'),
    sentence: z.string(),
    why: z.string().nullable(),
    actor,
    change_set: z.string(),
  }),
)

const explanation = component(
  'Explanation',
  z.object({
    host_id: number,
    subject: z.object({ kind: z.enum(['profile', 'command', 'missing']), uuid: z.string(), name: z.string() }),
    verdict: z.string().describe('How it stands, in one sentence.'),
    status: z
      .enum([
        ...(['pending', 'verifying', 'verified', 'failed', 'absent'] as const),
        ...(['queued', 'sent', 'deferred', 'acknowledged', 'malformed', 'cancelled'] as const),
      ])
      .describe('Of a profile as lists show it, or `absent`; of a command what became of it.'),
    operation_type: z.enum(['install', 'remove']).nullable(),
    chain: z.array(link).describe('The events that led to it, the oldest first.'),
    left_out: number.describe('So many more were not told.'),
  }),
  explanationJson,
)

const uuid = 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21'

const links = [
  {
    ...{ position: '0000000000004711', at: '2026-03-01T12:00:00.000Z', type: 'ProfileUploaded' },
    ...{ stream: { category: 'profile', id: uuid, name: 'Wi-Fi' }, sentence: 'The profile Wi-Fi was uploaded for team Design.' },
    ...{ why: null, actor: { kind: 'admin' as const, id: 'ci' }, change_set: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51' },
  },
]

const there = json(explanation, {
  ...{ host_id: 2318820476108312, subject: { kind: 'profile', uuid, name: 'Wi-Fi' } },
  ...{ verdict: 'Wi-Fi is verified on the host.', status: 'verified', operation_type: 'install', chain: links, left_out: 0 },
})

export const explanationContracts = tagged('Explanations', {
  'GET /hosts/:id/explain': {
    summary: 'Explain why a profile is not on a host',
    params: ofHost,
    query: missingQuery,
    replies: {
      200: json(explanation, {
        ...{ host_id: 2318820476108312, subject: { kind: 'missing', uuid, name: 'Wi-Fi' } },
        ...{ verdict: 'Wi-Fi is not on the host, because it is for team Design, and the host is in no team.', status: 'absent' },
        ...{ operation_type: null, chain: links, left_out: 0 },
      }),
    },
  },
  'GET /hosts/:id/profiles/:profile_uuid/explain': {
    summary: 'Explain how a profile stands on a host',
    params: { ...ofHost, profile_uuid: profileUuid },
    query: atQuery,
    replies: { 200: there },
  },
  'GET /hosts/:id/commands/:command_uuid/explain': {
    summary: 'Explain how a command stands on a host',
    params: { ...ofHost, command_uuid: commandUuid },
    query: atQuery,
    replies: {
      200: json(explanation, {
        ...{
          host_id: 2318820476108312,
          verdict: 'Restart was carried out by the host, which said so at 2026-03-01T12:00:04.000Z.',
          status: 'acknowledged',
        },
        subject: { kind: 'command', uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51', name: 'Restart' },
        ...{ operation_type: null, chain: [], left_out: 0 },
      }),
    },
  },
})
