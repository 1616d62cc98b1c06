import { z } from 'zod'
import { checkpointJson, checkpointQuery, exportQuery } from './audit-trail.ts'
import { number, time } from '../contracts/common.ts'
import { bytes, component, json, tagged } from '../contracts/contract.ts'

const checkpoint = component(
  'AuditCheckpoint',
  z.object({
    revision: number,
    event_position: z.string().describe('Where the checkpoint itself stands in the log.'),
    position: z.string().describe('Up to and with this event is vouched for.'),
    count: number.describe('How many events that are.'),
    link: z.string().describe('Where the chain over them stood.'),
    at: time,
    key_id: z.string(),
    signature: z.base64url(),
  }),
  checkpointJson,
)

const chain = z.object({ count: number, position: z.string(), link: z.string() })

const link = '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea'

const fingerprint = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'

export const auditTrailContracts = tagged('Audit', {
  'GET /audit/export': {
    summary: 'Export the log with what proves it',
    description:
      'That it was exported is recorded, and a checkpoint signed. `muster audit verify` checks the file without a server.',
    query: exportQuery,
    replies: {
      200: bytes(
        'A header, the events that were asked for, and a signed footer: one JSON object a line.',
        'application/x-ndjson',
      ),
    },
  },
  'GET /audit/checkpoints': {
    summary: 'List what the server vouched for, the newest first',
    query: checkpointQuery,
    replies: {
      200: json(
        z.object({
          checkpoints: z.array(checkpoint),
          chain: chain.nullable().describe('Where the chain stands now; null: nothing was recorded yet.'),
          meta: z.object({ next: number.nullable().describe('What `before` of the next page is; null: there is none.') }),
        }),
        {
          checkpoints: [
            {
              ...{ revision: 7, event_position: '0000000000004720', position: '0000000000004711', count: 4711, link },
              ...{ at: '2026-03-01T12:00:00.000Z', key_id: fingerprint, signature: 'c2lnbmF0dXJl' },
            },
          ],
          chain: { count: 4713, position: '0000000000004720', link },
          meta: { next: 7 },
        },
      ),
    },
  },
  'GET /audit/key': {
    summary: 'Show the key that checkpoints and exports are signed with',
    replies: {
      200: json(z.object({ algorithm: z.literal('Ed25519'), fingerprint: z.string(), public_key: z.string() }), {
        ...{ algorithm: 'Ed25519', fingerprint, public_key: '-----BEGIN PUBLIC KEY-----\nMCow…\n-----END PUBLIC KEY-----\n' },
      }),
    },
  },
})
