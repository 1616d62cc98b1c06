import { z } from 'zod'
import { builtInJson, labelJson } from './label-presentation.ts'
import { number, time } from '../contracts/common.ts'
import { component } from '../contracts/contract.ts'

const criteria = z.object({ vital: z.string(), value: z.string() })

/** Labels that every server has lack the count and the times. */
export const label = component(
  'Label',
  z.object({
    id: number,
    name: z.string(),
    description: z.string(),
    query: z.string(),
    platform: z.string(),
    label_type: z.string().describe('`regular` or `builtin`.'),
    label_membership_type: z.string().describe('`dynamic`, `manual` or `host_vitals`.'),
    criteria: criteria.optional(),
    host_count: z.int().optional(),
    host_ids: z.array(number).optional().describe('Of a manual label as it was.'),
    created_at: time.optional(),
    updated_at: time.optional(),
  }),
  labelJson,
  builtInJson,
)

export const labelInShort = z.object({ id: number, name: z.string() })

export const allHosts = {
  ...{ id: 1, name: 'All Hosts', description: 'All hosts of this server.', query: '', platform: '' },
  ...{ label_type: 'builtin', label_membership_type: 'host_vitals' },
}

export const withM3 = {
  ...{ id: 3120448, name: 'Macs with M3', description: '', query: "select 1 from system_info where cpu_brand like '%M3%'" },
  ...{ platform: 'darwin', label_type: 'regular', label_membership_type: 'dynamic', host_count: 212 },
  ...{ created_at: '2026-03-01T12:00:00.000Z', updated_at: '2026-03-01T12:00:00.000Z' },
}
