import { z } from 'zod'
import { profileUuid as profileOfHost } from '../hosts/hosts.ts'
import { batch, where } from './profile-batch.ts'
import { definitionJson } from './profile-presentation.ts'
import { wish as resendWish } from './profile-resend.ts'
import { fields } from './profile-upload.ts'
import { contentQuery, listQuery, profileUuid, summaryQuery } from './profiles.ts'
import { done, number, ofHost, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { bytes, component, form, json, tagged } from '../contracts/contract.ts'

const namedLabel = z.object({ name: z.string(), id: number.optional(), broken: z.literal(true).optional() })

const profile = component(
  'Profile',
  z.object({
    profile_uuid: z.string().describe('Begins with `a` (a profile of Apple), `d` (a declaration) or `w` (a profile of Windows).'),
    team_id: number.nullable(),
    name: z.string(),
    platform: z.string(),
    identifier: z.string().optional(),
    scope: z.enum(['System', 'User']).optional(),
    created_at: time,
    updated_at: time,
    uploaded_at: time.optional(),
    checksum: z.base64().describe("MD5 of the file's bytes."),
    labels_include_all: z.array(namedLabel).optional(),
    labels_include_any: z.array(namedLabel).optional(),
    labels_exclude_any: z.array(namedLabel).optional(),
  }),
  definitionJson,
)

const wifi = {
  ...{ profile_uuid: 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21', team_id: 4, name: 'Wi-Fi', platform: 'darwin' },
  ...{ identifier: 'com.example.wifi', scope: 'System' as const, checksum: '1B2M2Y8AsgTpgAmY7PhCfg==' },
  ...{ created_at: '2026-03-01T12:00:00.000Z', updated_at: '2026-03-01T12:00:00.000Z' },
}

const counts = component(
  'ProfileStatusCounts',
  z.object({ verified: z.int(), verifying: z.int(), failed: z.int(), pending: z.int() }),
)

const someCounts = json(counts, { verified: 1180, verifying: 12, failed: 3, pending: 9 })

const ofProfile = { profile_uuid: profileUuid }

const file = { field: 'profile', what: 'A `.mobileconfig`, a declaration (`.json`) or a profile of Windows (`.xml`).' }

export const profileContracts = tagged('Configuration profiles', {
  'GET /configuration_profiles': {
    summary: "List a team's profiles",
    query: listQuery,
    replies: { 200: json(z.object({ profiles: z.array(profile), meta: pageMeta }), { profiles: [wifi], meta: onlyPage }) },
  },
  'POST /configuration_profiles': {
    summary: 'Upload a profile',
    description: 'To all hosts of the team, or to those that the labels say.',
    body: form(file, fields, { team_id: '4', labels_include_any: ['Macs with M3'] }),
    replies: {
      200: json(
        z.object({
          profile_uuid: z.string(),
          warnings: z.array(z.string()).optional().describe('What systems do not heed in it, and from which version on.'),
        }),
        { profile_uuid: wifi.profile_uuid },
      ),
    },
  },
  'POST /configuration_profiles/batch': {
    summary: "Make a team's profiles what this list says",
    description: 'What is not in it is deleted. Everything is checked before anything is done; `dry_run` does no more than that.',
    query: where,
    body: json(batch, { profiles: [{ name: 'Wi-Fi', contents: 'PD94bWwgdmVyc2lvbj0iMS4wIj8+', labels_exclude_any: ['Lab'] }] }),
    replies: { 204: null },
  },
  'POST /configuration_profiles/resend/batch': {
    summary: 'Send a profile again to all hosts on which it failed',
    body: json(resendWish, { profile_uuid: wifi.profile_uuid, filters: { profile_status: 'failed' }, rate_per_minute: 60 }),
    replies: {
      202: json(
        z.object({ host_count: z.int(), done_at: time.optional() }),
        { host_count: 3 },
        { host_count: 240, done_at: '2026-03-01T12:04:00.000Z' },
      ),
    },
  },
  'GET /configuration_profiles/summary': {
    summary: "Count a team's hosts by the state of their profiles",
    query: summaryQuery,
    replies: { 200: someCounts },
  },
  'GET /configuration_profiles/:profile_uuid': {
    summary: 'Show a profile, or download it',
    params: ofProfile,
    query: contentQuery,
    replies: { 200: [json(profile, wifi), bytes('With `alt=media`: the file as it was uploaded.')] },
  },
  'PATCH /configuration_profiles/:profile_uuid': {
    summary: 'Replace the content of a profile',
    description: 'Its identifier must stay. Without labels, it goes to the same hosts as before. `team_id` is ignored.',
    params: ofProfile,
    body: form(file, fields, { labels_exclude_any: 'Lab' }),
    replies: { 200: json(profile, wifi) },
  },
  'DELETE /configuration_profiles/:profile_uuid': {
    summary: 'Delete a profile, and remove it from all hosts',
    params: ofProfile,
    replies: { 200: done },
  },
  'GET /configuration_profiles/:profile_uuid/status': {
    summary: 'Count hosts by the state of a profile',
    params: ofProfile,
    replies: { 200: someCounts },
  },
  'GET /hosts/:id/configuration_profiles': {
    summary: 'List the profiles that a host is to have',
    description: 'Those of its team. What became of each on the host is in `GET /hosts/:id`.',
    params: ofHost,
    replies: {
      200: json(z.object({ host_id: number, profiles: z.array(profile) }), { host_id: 2318820476108312, profiles: [wifi] }),
    },
  },
  'POST /hosts/:id/configuration_profiles/:profile_uuid/resend': {
    summary: 'Send a profile to a host again',
    params: { ...ofHost, profile_uuid: profileOfHost },
    replies: { 202: done },
  },
})
