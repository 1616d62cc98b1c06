import { z } from 'zod'
import { profileUuid as profileOfHost } from '../hosts/hosts.ts'
import { batch, where } from './profile-batch.ts'
import { definitionJson } from './profile-presentation.ts'
import { wish as resendWish } from './profile-resend.ts'
import { fields } from './profile-upload.ts'
import { contentQuery, listQuery, profileUuid, summaryQuery } from './profiles.ts'
import { settingsDiffQuery } from '../past/settings-diff.ts'
import { versionJson } from './shown-settings.ts'
import { asOf, asOfMarch } from '../contracts/moments.ts'
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

const version = component(
  'ProfileVersion',
  z.object({ profile_uuid: z.string(), name: z.string(), platform: z.string(), checksum: z.base64(), updated_at: time }),
  versionJson,
)

const settingsOfProfile = version.extend({ settings: z.json() })

const wifiVersion = {
  ...{ profile_uuid: wifi.profile_uuid, name: wifi.name, platform: wifi.platform },
  ...{ checksum: wifi.checksum, updated_at: wifi.updated_at },
}

const wifiTree = {
  ...{ PayloadType: 'Configuration', PayloadIdentifier: wifi.identifier },
  PayloadContent: [{ PayloadType: 'com.apple.wifi.managed', PayloadIdentifier: 'com.example.wifi.1', AutoJoin: false }],
}

const counts = component(
  'ProfileStatusCounts',
  z.object({ verified: z.int(), verifying: z.int(), failed: z.int(), pending: z.int() }),
)

const someCounts = json(counts, { verified: 1180, verifying: 12, failed: 3, pending: 9 })

const warnings = z.array(z.string()).describe('What systems do not heed in it, and from which version on.')

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
      200: json(z.object({ profile_uuid: z.string(), warnings: warnings.optional() }), { profile_uuid: wifi.profile_uuid }),
    },
  },
  'POST /configuration_profiles/batch': {
    summary: "Make a team's profiles what this list says",
    description: 'What is not in it is deleted. Everything is checked before anything is done; `dry_run` does no more than that.',
    query: where,
    body: json(batch, { profiles: [{ name: 'Wi-Fi', contents: 'PD94bWwgdmVyc2lvbj0iMS4wIj8+', labels_exclude_any: ['Lab'] }] }),
    replies: {
      200: json(z.object({ warnings }), {
        warnings: ['Updates: Systems of Apple from 27 on ignore com.apple.SoftwareUpdate.'],
      }),
      204: null,
    },
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
    replies: { 200: json(profile.extend({ warnings: warnings.optional() }), wifi) },
  },
  'DELETE /configuration_profiles/:profile_uuid': {
    summary: 'Delete a profile, and remove it from all hosts',
    params: ofProfile,
    replies: { 200: done },
  },
  'GET /configuration_profiles/:profile_uuid/settings': {
    summary: 'Show what a profile sets, as a tree',
    description:
      'The dictionaries of a `.mobileconfig`, the keys of a declaration, or the nodes of a profile of Windows, with values that are XML as elements. Secrets and variables stay as they are written; numbers of more than 53 bits, dates and base64 are texts.',
    params: ofProfile,
    replies: { 200: json(settingsOfProfile, { ...wifiVersion, settings: wifiTree }) },
  },
  'GET /configuration_profiles/:profile_uuid/settings/diff': {
    summary: 'Tell what a profile sets otherwise than at an earlier moment',
    description: 'Members of lists are told by their identifier or LocURI where each has one, else by their place from 0.',
    params: ofProfile,
    query: settingsDiffQuery,
    replies: {
      200: json(
        z.object({
          profile_uuid: z.string(),
          from: version.extend({ as_of: asOf }),
          to: version.extend({ as_of: asOf }),
          changes: z.array(z.object({ path: z.string(), before: z.json().optional(), after: z.json().optional() })),
          more: z.int().describe('How many changes there are beside these.'),
        }),
        {
          ...{ profile_uuid: wifi.profile_uuid, more: 0 },
          from: { ...wifiVersion, as_of: asOfMarch },
          to: { ...wifiVersion, checksum: 'XrY7u+Ae7tCTyyK7j1rNww==', as_of: { ...asOfMarch, asked: '2026-03-03' } },
          changes: [{ path: 'PayloadContent/com.example.wifi.1/AutoJoin', before: false, after: true }],
        },
      ),
    },
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
