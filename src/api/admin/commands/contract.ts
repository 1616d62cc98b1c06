import { z } from 'zod'
import { commandJson } from './command-presentation.ts'
import { enqueue, hostQuery, listQuery, resultsQuery, run } from './commands.ts'
import { number, ofHost, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const command = component(
  'Command',
  z.object({
    host_uuid: z.string(),
    command_uuid: z.string(),
    status: z
      .string()
      .describe("Apple's word (`Pending`, `NotNow`, `Acknowledged`, `Error`, …), or the number that Windows answers."),
    request_type: z.string(),
    updated_at: time,
    created_at: time,
    hostname: z.string(),
    host_id: number,
    team_id: number.nullable(),
    channel: z.string().describe('`device`, or the enrollment id of a user.'),
    reason: z.looseObject({ code: z.string() }).describe('Why it was queued, with the facts that tipped the balance.'),
    errors: z.array(z.object({ code: z.int(), domain: z.string(), description: z.string() })),
    cancelled_because: z.string().nullable(),
    deadline: time.nullable().describe('When it is given up; null: never.'),
    next_step: z
      .object({
        waits_for: z.enum(['a-push', 'a-call', 'an-answer', 'a-better-moment', 'a-user']),
        text: z.string(),
      })
      .nullable()
      .describe('What happens next; null when it is over.'),
  }),
  commandJson,
)

const result = component(
  'CommandResult',
  command.extend({
    payload: z.base64().nullable().describe('What was asked, without secrets; null when its key was erased.'),
    payload_json: z
      .json()
      .describe('The same as a tree, for people; null when there is none to be made, or it has more than 256 KiB.'),
    result: z.base64().nullable().describe('What the host answered; empty when it did not yet.'),
    result_json: z.json().describe('The same as a tree, as `payload_json`.'),
    erased: z.string().optional().describe('Why something is null.'),
  }),
)

const restart = {
  ...{ host_uuid: 'AAAA1111-0000-4000-8000-00000000C001', command_uuid: '6f5c8a04-0d6b-4a52-9d0c-0f1f6a3a2b51' },
  ...{ status: 'Acknowledged', request_type: 'RestartDevice', hostname: 'Mac of Ann', host_id: 2318820476108312, team_id: 4 },
  ...{ created_at: '2026-03-01T12:00:00.000Z', updated_at: '2026-03-01T12:00:04.000Z', channel: 'device' },
  ...{ reason: { code: 'asked' }, errors: [], cancelled_because: null, deadline: '2026-03-31T12:00:00.000Z', next_step: null },
}

const aPage = json(z.object({ results: z.array(command), meta: pageMeta }), { results: [restart], meta: onlyPage })

const queued = json(
  z.object({
    command_uuid: z.string(),
    request_type: z.string(),
    platform: z.enum(['darwin', 'windows']),
    errors: z
      .array(z.object({ name: z.string(), reason: z.string() }))
      .optional()
      .describe('Hosts that refused it; the others have it.'),
    warnings: z
      .array(z.string())
      .optional()
      .describe('What is worth knowing of the command: which systems do not take it any more.'),
  }),
  { command_uuid: restart.command_uuid, request_type: 'RestartDevice', platform: 'darwin' },
)

const restartInBase64 = Buffer.from(
  '<plist version="1.0"><dict><key>RequestType</key><string>RestartDevice</string></dict></plist>',
).toString('base64')

export const commandContracts = tagged('Commands', {
  'GET /commands': { summary: 'List commands, the last change first', query: listQuery, replies: { 200: aPage } },
  'GET /hosts/:id/commands': {
    summary: 'List the commands of a host, the last change first',
    params: ofHost,
    query: hostQuery,
    replies: { 200: aPage },
  },
  'POST /commands/run': {
    summary: 'Queue a command for hosts',
    description:
      'A property list of Apple, or SyncML for Windows, in base64. Hosts that do not exist (404) or are not enrolled (409) refuse it for all. What a host can only refuse, because of its platform, the version of its system or because it is not supervised, is not queued for it (422 when it is for none).',
    body: json(run, { command: restartInBase64, host_uuids: [restart.host_uuid] }),
    replies: { 200: queued },
  },
  'POST /mdm/apple/enqueue': {
    summary: 'Queue a command for hosts, in the words of older clients',
    body: json(enqueue, { command: restartInBase64, device_ids: [restart.host_uuid] }),
    replies: { 200: queued },
  },
  'GET /commands/results': {
    summary: 'Show what hosts answered to a command',
    query: resultsQuery,
    replies: {
      200: json(z.object({ results: z.array(result), meta: pageMeta }), {
        results: [
          {
            ...{ ...restart, payload: restartInBase64, payload_json: { RequestType: 'RestartDevice' } },
            ...{ result: 'PHBsaXN0Lz4=', result_json: { Status: 'Acknowledged' } },
          },
        ],
        meta: onlyPage,
      }),
    },
  },
})
