import { z } from 'zod'
import { present as presentAuthority, exporting, retiring, rollOver } from './authorities.ts'
import { importing } from './authority-import.ts'
import { endingQuery, fingerprintText, listQuery, present } from './certificates.ts'
import { present as presentPush, upload, vendorRequest } from './push-certificates.ts'
import { done, number, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'

const fingerprint = z.string().describe('SHA-256 of the DER, in lower-case hex.')

const inShort = {
  fingerprint,
  serial: z.string().nullable(),
  subject: z.string().nullable(),
  not_after: time.nullable(),
  host_id: number.nullable(),
}

const certificate = component(
  'Certificate',
  z.object({
    ...inShort,
    issuer: z.string().nullable().describe("The authority's fingerprint."),
    follows: z.string().nullable().describe('The certificate that asked for this one.'),
    issued_at: time.nullable(),
    enrollment_id: z.string().nullable(),
    bound_at: time.nullable().describe('When a device first showed it.'),
    revoked_at: time.nullable(),
    revoked_because: z.string().nullable(),
    host_name: z.string().nullable(),
    state: z.enum(['issued', 'active', 'superseded', 'expired', 'revoked']),
    superseded: z.boolean(),
    days_left: z.int().nullable(),
    renewal: z
      .object({
        state: z.enum(['idle', 'requested', 'failed']),
        attempt: z.int().nullable(),
        since: time.nullable(),
        detail: z.string().nullable(),
        renewable: z.boolean().nullable(),
      })
      .nullable(),
    alarming: z.boolean().describe('In use, and about to end.'),
  }),
  present,
)

const authority = component(
  'Authority',
  z.object({
    fingerprint,
    standing: z.string(),
    subject: z.string(),
    serial: z.string(),
    not_before: time,
    not_after: time,
    days_left: z.int().nullable(),
    has_key: z.boolean(),
    is_imported: z.boolean(),
    known_at: time,
    since: time,
    exported_at: time.nullable(),
    living_certificates: z.int().describe('Certificates of it that hosts still use.'),
    certificate: z.string().describe('PEM.'),
  }),
  presentAuthority,
)

const pushCertificate = component(
  'PushCertificate',
  z.object({
    topic: z.string(),
    not_after: time,
    uploaded_at: time,
    serial: z.string(),
    days_left: z.int(),
    devices_out_of_reach: z
      .int()
      .describe('Devices that enrolled under another topic: they cannot be woken, and must enroll again.'),
    warning: z.string().nullable(),
  }),
  presentPush,
)

const hash = 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c'

const ofMac = {
  ...{ fingerprint: hash, serial: '4f2a', subject: 'CN=Muster identity', not_after: '2027-03-01T12:00:00.000Z' },
  host_id: 2318820476108312,
}

const aPem = (label: string) => `-----BEGIN ${label}-----\nMIIC…\n-----END ${label}-----\n`

const own = {
  ...{ fingerprint: hash, standing: 'issuer', subject: 'CN=Example CA', serial: '01', not_before: '2026-03-01T12:00:00.000Z' },
  ...{ not_after: '2036-03-01T12:00:00.000Z', days_left: 3652, has_key: true, is_imported: false, exported_at: null },
  ...{ known_at: '2026-03-01T12:00:00.000Z', since: '2026-03-01T12:00:00.000Z', living_certificates: 1204 },
  certificate: aPem('CERTIFICATE'),
}

const one = json(z.object({ authority: authority.nullable() }), { authority: own })

export const certificateContracts = tagged('Certificates', {
  'GET /certificates': {
    summary: 'List the identity certificates of devices, those that end first first',
    query: listQuery,
    replies: {
      200: json(z.object({ certificates: z.array(certificate), meta: pageMeta }), {
        certificates: [
          {
            ...ofMac,
            ...{ issuer: hash, follows: null, issued_at: '2026-03-01T12:00:00.000Z', bound_at: '2026-03-01T12:00:03.000Z' },
            ...{ enrollment_id: 'AAAA1111-0000-4000-8000-00000000C001', revoked_at: null, revoked_because: null },
            ...{ host_name: 'Mac of Ann', state: 'active', superseded: false, days_left: 364, alarming: false },
            renewal: { state: 'idle', attempt: 0, since: '2026-03-01T12:00:05.000Z', detail: null, renewable: true },
          },
        ],
        meta: onlyPage,
      }),
    },
  },
  'GET /certificates/ending': {
    summary: 'List certificates that end soon',
    query: endingQuery,
    replies: { 200: json(z.object({ certificates: z.array(z.object(inShort)) }), { certificates: [ofMac] }) },
  },
  'POST /certificates/:fingerprint/revocations': {
    summary: 'Revoke a certificate, for ever',
    params: { fingerprint: fingerprintText },
    replies: { 200: done },
  },
  'GET /certificates/authorities': {
    summary: 'List the authorities behind the identities of devices',
    replies: { 200: json(z.object({ authorities: z.array(authority) }), { authorities: [own] }) },
  },
  'POST /certificates/authorities': {
    summary: 'Bring an authority of another server along',
    body: json(importing, { certificate: aPem('CERTIFICATE'), key: aPem('PRIVATE KEY'), as: 'trusted' }),
    replies: { 201: one },
  },
  'DELETE /certificates/authorities/:fingerprint': {
    summary: 'Retire an authority',
    params: { fingerprint: fingerprintText },
    query: retiring,
    replies: { 200: done },
  },
  'POST /certificates/authority/rollovers': {
    summary: 'Change the authority that issues',
    description: '`prepare` makes the next one known and leaves the one that issues.',
    body: json(rollOver, { prepare: true }, { to: hash }),
    replies: { 201: one },
  },
  'POST /certificates/authority/exports': {
    summary: 'Export an authority with its key',
    description: 'The key is encrypted with the passphrase; empty when the server has none. The export is recorded.',
    body: json(exporting, { passphrase: 'correct horse battery staple' }),
    replies: {
      200: json(z.object({ fingerprint, certificate: z.string(), key: z.string() }), {
        ...{ fingerprint: hash, certificate: aPem('CERTIFICATE'), key: aPem('ENCRYPTED PRIVATE KEY') },
      }),
    },
  },
  'GET /mdm/apple/push_certificate': {
    summary: 'Show the push certificate',
    replies: {
      200: json(pushCertificate, {
        ...{ topic: 'com.apple.mgmt.External.8f5a5d0e', not_after: '2027-03-01T12:00:00.000Z', days_left: 364, warning: null },
        ...{ devices_out_of_reach: 0, uploaded_at: '2026-03-01T12:00:00.000Z', serial: '4f2a' },
      }),
    },
  },
  'POST /mdm/apple/push_certificate': {
    summary: 'Upload the push certificate',
    description: 'Without `key` when the request for it was made here. `replace_topic`: enrolled devices must enroll again.',
    body: json(
      upload,
      { certificate: aPem('CERTIFICATE'), key: aPem('PRIVATE KEY') },
      { p12: 'MIIKYQIBAzCCCi…', password: 'correct horse battery staple', replace_topic: true },
    ),
    replies: {
      200: json(z.object({ topic: z.string(), not_after: time, warning: z.string().nullable() }), {
        ...{ topic: 'com.apple.mgmt.External.8f5a5d0e', not_after: '2027-03-01T12:00:00.000Z', warning: null },
      }),
    },
  },
  'POST /mdm/apple/push_certificate/requests': {
    summary: 'Make a request for a push certificate',
    description: "With an MDM vendor's certificate and key, what Apple's portal takes is answered too.",
    body: json(vendorRequest, {}, { vendor_certificate_chain: aPem('CERTIFICATE'), vendor_key: aPem('PRIVATE KEY') }),
    replies: {
      200: json(z.object({ csr: z.string(), push_certificate_request: z.base64().optional() }), {
        csr: aPem('CERTIFICATE REQUEST'),
      }),
    },
  },
})
