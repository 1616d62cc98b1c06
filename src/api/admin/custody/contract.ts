import { z } from 'zod'
import { lockBody, lockQuery, secretFingerprint, wipeBody } from './custody.ts'
import { commandQueued, number, ofHost, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { custodyFields } from '../hosts/host-schemas.ts'

const held = z.object(custodyFields)

const pin = z.string().describe('Six digits.')

const kind = z.enum(['unlock-token', 'bootstrap-token'])

const fingerprint = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'

const escrowed = component('EscrowedSecret', z.object({ fingerprint: z.string(), kind, escrowed_at: time }))

export const custodyContracts = tagged('Lock, wipe, find', {
  'POST /hosts/:id/lock': {
    summary: 'Lock a host',
    description: 'A Mac with a PIN, an iPhone or iPad in Lost Mode. Asked again while it is under way, nothing follows.',
    params: ofHost,
    query: lockQuery,
    body: json(lockBody, { message: 'Please call us', phone_number: '+49 30 1234567' }),
    bodyMayMiss: true,
    replies: {
      200: json(
        held.extend({ unlock_pin: pin.optional() }),
        { device_status: 'unlocked', pending_action: 'lock' },
        { device_status: 'unlocked', pending_action: 'lock', unlock_pin: '047113' },
      ),
    },
  },
  'POST /hosts/:id/unlock': {
    summary: 'Unlock a host',
    description: 'Ends Lost Mode; for a Mac, answers the PIN that a person types. That it was shown is recorded.',
    params: ofHost,
    replies: {
      200: json(held.extend({ host_id: number.optional(), unlock_pin: pin.optional() }), {
        ...{ host_id: 2318820476108312, unlock_pin: '047113', device_status: 'locked', pending_action: 'unlock' },
      }),
    },
  },
  'POST /hosts/:id/wipe': {
    summary: 'Erase a host',
    params: ofHost,
    body: json(wipeBody, { obliteration_behavior: 'Default' }),
    bodyMayMiss: true,
    replies: { 200: json(held, { device_status: 'unlocked', pending_action: 'wipe' }) },
  },
  'GET /hosts/:id/lock/pin': {
    summary: "Show a host's PIN",
    description: 'That it was shown is recorded.',
    params: ofHost,
    replies: {
      200: json(held.extend({ host_id: number, unlock_pin: pin }), {
        ...{ host_id: 2318820476108312, unlock_pin: '047113', device_status: 'locked', pending_action: '' },
      }),
    },
  },
  'POST /hosts/:id/clear_passcode': { summary: 'Clear the passcode of a host', params: ofHost, replies: { 202: commandQueued } },
  'POST /hosts/:id/location': { summary: 'Ask a host in Lost Mode where it is', params: ofHost, replies: { 202: commandQueued } },
  'GET /hosts/:id/escrowed_secrets': {
    summary: 'List the secrets that a host gave into custody',
    params: ofHost,
    replies: {
      200: json(z.object({ escrowed_secrets: z.array(escrowed) }), {
        escrowed_secrets: [{ fingerprint, kind: 'bootstrap-token', escrowed_at: '2026-03-01T12:00:07.000Z' }],
      }),
    },
  },
  'POST /hosts/:id/escrowed_secrets/:fingerprint/views': {
    summary: 'Show a secret that a host gave into custody',
    description: 'That it was shown is recorded.',
    params: { ...ofHost, fingerprint: secretFingerprint },
    replies: {
      200: json(z.object({ fingerprint: z.string(), kind, secret: z.base64() }), {
        ...{ fingerprint, kind: 'bootstrap-token', secret: 'Ym9vdHN0cmFw' },
      }),
    },
  },
})
