import { z } from 'zod'
import { cohortId, listQuery } from './cohorts.ts'
import { cohortJson, desiredJson } from './desired.ts'
import { atQuery } from '../past/moments.ts'
import { number, ofHost, onlyPage, pageMeta, time } from '../contracts/common.ts'
import { component, json, tagged } from '../contracts/contract.ts'
import { labelInShort } from '../labels/label-schemas.ts'
import { asOf, asOfMarch } from '../contracts/moments.ts'

const cohort = component(
  'Cohort',
  z.object({
    id: z.string(),
    family: z.string().describe('`apple`, `windows` or `none`.'),
    team_id: number.nullable(),
    team_name: z.string().nullable(),
    labels: z.array(labelInShort).describe('Those that tell its hosts from others of the team.'),
    known_not: z.array(labelInShort).describe('The dynamic labels that its hosts are known not to be in.'),
  }),
  cohortJson,
)

const desired = component(
  'DesiredProfile',
  z.object({
    profile_uuid: z.string(),
    name: z.string(),
    identifier: z.string(),
    kind: z.enum(['profile', 'declaration']),
    scope: z.enum(['System', 'User']),
    checksum: z.base64().describe("MD5 of the file's bytes."),
    mode: z
      .enum(['wanted', 'held', 'kept'])
      .describe('`wanted`: to be there. `held`: not yet, for it is not known whether. `kept`: may stay where it is.'),
    since: time,
    secrets_changed_at: time.nullable(),
  }),
  desiredJson,
)

const counts = { host_count: number, enrolled_host_count: number.describe('How many of them are enrolled.') }

const design = {
  ...{ id: 'apple_4_9e107d9d372bb6826bd81d3542a419d6', family: 'apple', team_id: 4, team_name: 'Design' },
  ...{ labels: [{ id: 3120448, name: 'Macs with M3' }], known_not: [] },
}

const wifi = {
  ...{ profile_uuid: 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21', name: 'Wi-Fi', identifier: 'com.example.wifi' },
  ...{ kind: 'profile' as const, scope: 'System' as const, checksum: '1B2M2Y8AsgTpgAmY7PhCfg==', mode: 'wanted' as const },
  ...{ since: '2026-03-01T12:00:00.000Z', secrets_changed_at: null },
}

const both = { host_count: 12, enrolled_host_count: 12 }

export const cohortContracts = tagged('Cohorts', {
  'GET /cohorts': {
    summary: 'List cohorts',
    description: 'Hosts that are to have the same.',
    query: listQuery,
    replies: {
      200: json(z.object({ cohorts: z.array(cohort.extend({ ...counts, profile_count: number })), meta: pageMeta }), {
        cohorts: [{ ...design, ...both, profile_count: 1 }],
        meta: onlyPage,
      }),
    },
  },
  'GET /cohorts/:id': {
    summary: 'Show what the hosts of a cohort are to have, or were to have',
    params: { id: cohortId },
    query: atQuery,
    replies: {
      200: json(
        z.object({
          cohort: cohort.extend({
            host_count: counts.host_count.optional(),
            enrolled_host_count: counts.enrolled_host_count.optional(),
            profiles: z.array(desired),
          }),
          as_of: z.object({ asked: z.string() }).optional(),
        }),
        { cohort: { ...design, ...both, profiles: [wifi] } },
        { cohort: { ...design, profiles: [wifi] }, as_of: { asked: '2026-03-02' } },
      ),
    },
  },
  'GET /hosts/:id/desired': {
    summary: 'Show what a host is to have, or was to have',
    description: 'Nothing while it is not enrolled.',
    params: ofHost,
    query: atQuery,
    replies: {
      200: json(
        z.object({ host_id: number, enrolled: z.boolean(), cohort, profiles: z.array(desired), as_of: asOf.optional() }),
        { host_id: 2318820476108312, enrolled: true, cohort: design, profiles: [wifi] },
        { host_id: 2318820476108312, enrolled: true, cohort: design, profiles: [wifi], as_of: asOfMarch },
      ),
    },
  },
})
