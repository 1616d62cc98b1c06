import { z } from 'zod'
import { invitationId, listQuery, present as presentInvitation, wish } from './account-enrollments.ts'
import { upload as keyUpload } from './account-keys.ts'
import { profileQuery } from './enrollment-profiles.ts'
import { body as migrating } from './migration.ts'
import { done, number, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { bytes, component, json, tagged } from '../contracts/contract.ts'

const mode = z.enum(['BYOD', 'ADDE'])

const common = { id: z.string(), managed_apple_account: z.string(), team_id: number, mode, expires_at: time }

const invitation = component(
  'AccountEnrollment',
  z.object({ ...common, status: z.string(), created_at: time }),
  presentInvitation,
)

const forAnn = {
  ...{ id: '6f5c8a04-0d6b-5a52-9d0c-0f1f6a3a2b51', managed_apple_account: 'ann@example.com', team_id: 4 },
  ...{ mode: 'BYOD' as const, expires_at: '2026-03-08T12:00:00.000Z' },
}

const accountKey = component(
  'AccountKey',
  z.object({ server_uuid: z.string(), not_after: time, fingerprint: z.string(), active: z.boolean() }),
)

const aKey = {
  ...{ server_uuid: '2D4F5C33-9B1E-4F0A-8A3D-6D0D3F6F1A11', not_after: '2027-03-01T12:00:00.000Z', active: true },
  fingerprint: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
}

const aPem = (label: string) => `-----BEGIN ${label}-----\nMIIC…\n-----END ${label}-----\n`

export const wayInContracts = tagged('Ways to enroll', {
  'GET /enrollment_profiles/manual': {
    summary: 'Download a profile that enrolls whoever installs it',
    description: 'It works once, within a day.',
    query: profileQuery,
    replies: { 200: bytes('The signed profile.', 'application/x-apple-aspen-config') },
  },
  'GET /account_enrollments': {
    summary: 'List invitations to enroll with a managed Apple account',
    query: listQuery,
    replies: {
      200: json(z.object({ account_enrollments: z.array(invitation), meta: pageMeta }), {
        account_enrollments: [{ ...forAnn, status: 'offered', created_at: '2026-03-01T12:00:00.000Z' }],
        meta: onlyPage,
      }),
    },
  },
  'POST /account_enrollments': {
    summary: 'Invite to enroll with a managed Apple account',
    description: 'The code is shown once, here, and typed once, on the device.',
    body: json(wish, { managed_apple_account: 'ann@example.com', team_id: 4, mode: 'BYOD', expires_in_hours: 168 }),
    replies: {
      200: json(z.object({ account_enrollment: z.object({ ...common, code: z.string(), discovery_url: z.string() }) }), {
        account_enrollment: {
          ...forAnn,
          ...{ code: 'K7QF-2MXA-99TD', discovery_url: 'https://mdm.example.com/.well-known/com.apple.remotemanagement' },
        },
      }),
    },
  },
  'DELETE /account_enrollments/:id': { summary: 'Withdraw an invitation', params: { id: invitationId }, replies: { 200: done } },
  'GET /mdm/apple/maid_keys': {
    summary: 'List the keys that sign tokens for managed Apple accounts',
    replies: { 200: json(z.object({ maid_keys: z.array(accountKey) }), { maid_keys: [aKey] }) },
  },
  'POST /mdm/apple/maid_keys': {
    summary: 'Upload a key that signs tokens for managed Apple accounts',
    body: json(keyUpload, { server_uuid: aKey.server_uuid, certificate: aPem('CERTIFICATE'), key: aPem('PRIVATE KEY') }),
    replies: { 200: json(z.object({ maid_key: accountKey }), { maid_key: aKey }) },
  },
  'PUT /migration/checkin': {
    summary: 'Bring a device over from another server',
    description: 'One check-in at a time (Authenticate, then TokenUpdate); each may be repeated.',
    body: json(migrating, {
      ...{ checkin: 'PHBsaXN0IHZlcnNpb249IjEuMCI+PC9wbGlzdD4=', certificate: aKey.fingerprint },
      terms: { identifier: 'com.example.mdm', server_url: 'https://old.example.com/mdm' },
    }),
    replies: { 200: json(z.object({ host_id: number }), { host_id: 2318820476108312 }) },
  },
})
