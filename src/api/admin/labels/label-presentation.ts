import type { builtInLabels } from '../../../domain/labels/built-in.ts'
import type { LabelKind } from '../../../domain/labels/events.ts'
import type { CountedLabel } from '../../../projections/labels.ts'

const kinds: Readonly<Record<LabelKind, string>> = { dynamic: 'dynamic', manual: 'manual', 'host-vitals': 'host_vitals' }

/** A label in Fleet's JSON. */
export const labelJson = (row: CountedLabel) => ({
  id: Number(row.label_id),
  name: row.name,
  description: row.description,
  query: row.query ?? '',
  platform: row.platform ?? '',
  label_type: 'regular',
  label_membership_type: kinds[row.kind],
  ...(row.criteria !== null && { criteria: row.criteria }),
  host_count: row.hosts,
  created_at: row.created_at,
  updated_at: row.updated_at,
})

/** A label that every server has. */
export const builtInJson = ({ id, name, platform }: (typeof builtInLabels)[number]) => ({
  id: Number(id),
  name,
  description: platform === null ? 'All hosts of this server.' : `All hosts that run ${name}.`,
  query: '',
  platform: platform ?? '',
  label_type: 'builtin',
  label_membership_type: 'host_vitals',
})
