import { z } from 'zod'
import { commandUuid } from './host-enrollment.ts'
import { commandQueued, done, ofHost, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const enrollment = component(
  'Enrollment',
  z.object({
    enrollment_status: z.enum(['never', 'started', 'enrolled', 'ended']),
    epoch: z.int().describe('How often it enrolled.'),
    enrolled_at: time.nullable(),
    server_url: z.string().nullable(),
    reported: z
      .object({
        enrolled: z.boolean(),
        server_url: z.string().nullable(),
        installed_from_dep: z.boolean(),
        agrees: z.boolean(),
      })
      .nullable()
      .describe("What the host's own agent says."),
    channels: z.array(z.object({ channel: z.string(), enrollment_id: z.string(), token_since: time })),
    awaiting_configuration: z.boolean(),
    unenrollment_pending: z.boolean(),
    sent_away: z.boolean().describe('An admin ended it: no agent enrolls it again until the host is readmitted.'),
    certificate: z.object({ fingerprint: z.string().nullable(), not_after: time.nullable() }),
    renewal: z.object({
      state: z.enum(['idle', 'requested', 'failed']),
      attempt: z.int(),
      since: time.nullable(),
      next_at: time.nullable(),
    }),
    push: z.array(
      z.object({
        channel: z.string(),
        pushed_at: time,
        unanswered: z.int(),
        problem: z.string().nullable(),
        problem_since: time.nullable(),
      }),
    ),
    escrowed: z.object({ bootstrap_token: z.boolean(), unlock_token: z.boolean() }),
  }),
)

const declaration = component(
  'HostDeclaration',
  z.object({
    channel: z.string().describe('`device`, or the channel of the user whose declaration it is.'),
    identifier: z.string(),
    token: z.string(),
    status: z.enum(['verified', 'verifying', 'failed']),
    detail: z.string().nullable(),
    reported_at: time,
  }),
)

export const hostEnrollmentContracts = tagged('Enrollment of hosts', {
  'GET /hosts/:id/mdm': {
    summary: "Show a host's enrollment",
    params: ofHost,
    replies: {
      200: json(enrollment, {
        enrollment_status: 'enrolled',
        epoch: 1,
        enrolled_at: '2026-03-01T12:00:05.000Z',
        server_url: 'https://mdm.example.com/mdm/apple/mdm',
        reported: {
          enrolled: true,
          server_url: 'https://mdm.example.com/mdm/apple/mdm',
          installed_from_dep: false,
          agrees: true,
        },
        channels: [
          {
            ...{ channel: 'device', enrollment_id: 'AAAA1111-0000-4000-8000-00000000C001' },
            token_since: '2026-03-01T12:00:05.000Z',
          },
        ],
        awaiting_configuration: false,
        unenrollment_pending: false,
        sent_away: false,
        certificate: { fingerprint: 'b5bb9d80…', not_after: '2027-03-01T12:00:00.000Z' },
        renewal: { state: 'idle', attempt: 0, since: null, next_at: '2027-01-30T12:00:00.000Z' },
        push: [{ channel: 'device', pushed_at: '2026-03-02T08:14:00.000Z', unanswered: 0, problem: null, problem_since: null }],
        escrowed: { bootstrap_token: true, unlock_token: false },
      }),
    },
  },
  'DELETE /hosts/:id/mdm': {
    summary: 'Ask a host to leave',
    description: 'It is told to remove its enrollment profile. Its agent does not enroll it again until the host is readmitted.',
    params: ofHost,
    replies: { 204: null },
  },
  'POST /hosts/:id/refetch': { summary: 'Ask a host what it holds', params: ofHost, replies: { 200: done } },
  'POST /hosts/:id/mdm/renewals': {
    summary: "Renew a host's identity certificate now",
    params: ofHost,
    replies: {
      202: json(z.object({ command_uuid: z.string().nullable() }), { command_uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51' }),
    },
  },
  'POST /hosts/:id/mdm/readmissions': {
    summary: 'Let the agent of a host that was sent away enroll it again',
    params: ofHost,
    replies: { 200: done },
  },
  'POST /hosts/:id/release': {
    summary: 'Let a host that awaits its configuration go on',
    params: ofHost,
    replies: { 202: commandQueued },
  },
  'DELETE /hosts/:id/commands/:command_uuid': {
    summary: 'Take a command back that a host did not fetch yet',
    params: { ...ofHost, command_uuid: commandUuid },
    replies: { 200: done },
  },
  'GET /hosts/:id/declarations': {
    summary: 'List what a host says of its declarations',
    params: ofHost,
    replies: {
      200: json(z.object({ declarations: z.array(declaration) }), {
        declarations: [
          {
            ...{ channel: 'device', identifier: 'com.example.passcode', token: '7c1f…', status: 'verified', detail: null },
            reported_at: '2026-03-01T12:01:00.000Z',
          },
        ],
      }),
    },
  },
})
