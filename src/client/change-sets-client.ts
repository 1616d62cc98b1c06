import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { PageMeta } from './json.ts'

type Setting = Readonly<{ profile_uuid: string; profile_name: string }>

/** What a change would lead to. `hosts` would be sent something; `unchanged` are concerned and would not. */
export type PlanAnswer = Readonly<{
  hosts: number
  installs: number
  removals: number
  unchanged: number
  by_reason: readonly (Setting & Readonly<{ reason: string; installs: number; removals: number; hosts: number }>)[]
  sample: readonly Readonly<{ host_id: number; name: string; install: readonly Setting[]; remove: readonly Setting[] }>[]
  warnings: readonly string[]
}>

/** What was done with one intent. */
export type ChangeSet = Readonly<{
  id: string
  /** What was done first. */
  sentence: string | null
  at: string
  actor: string
  /** How many things an admin did. */
  events: number
  kinds: readonly string[]
  /** How many hosts it touched. */
  hosts: number
  undone_by: string | null
  undoes: string | null
}>

export type ChangeSetEffects = Readonly<{
  hosts: number
  installs: number
  removals: number
  transfers: number
  relabelled: number
}>

export type Intent = Readonly<{
  position: string
  at: string
  event: string
  type: string
  sentence: string
  actor: string
  category: string
  subject: string
  host_id: number | null
}>

type Unmoved = Readonly<{ event: string; id: string; name: string | null; reason: string }>

/** `change_set` is the new one, null when nothing could be undone. `plan` is there when it was only planned. */
export type UndoAnswer = Readonly<{
  change_set: string | null
  undone: readonly Readonly<{ deed: string; id: string; name: string | null; hosts?: number }>[]
  cannot: readonly Unmoved[]
  skipped: readonly Unmoved[]
  plan?: PlanAnswer
}>

/** Every call throws `ApiError`. */
export type ChangeSetsClient = Readonly<{
  /** The newest first. */
  list: (
    page?: Readonly<{ page?: number; per_page?: number }>,
  ) => Promise<Readonly<{ change_sets: readonly ChangeSet[]; meta: PageMeta }>>
  get: (
    id: string,
  ) => Promise<
    Readonly<{ change_set: ChangeSet & Readonly<{ effects: ChangeSetEffects }>; events: readonly Intent[]; meta: PageMeta }>
  >
  /** `force`: although others changed the same since. `plan`: only says what it would lead to. */
  undo: (id: string, options?: Readonly<{ force?: boolean; plan?: boolean }>) => Promise<UndoAnswer>
}>

export const changeSetsClient = ({ json }: Pick<Connection, 'json'>): ChangeSetsClient => ({
  list: (page = {}) => json({ method: 'GET', path: '/change_sets', query: page }),
  get: (id) => json({ method: 'GET', path: pathOf`/change_sets/${id}` }),
  undo: (id, { force = false, plan = false } = {}) =>
    json({ method: 'POST', path: pathOf`/change_sets/${id}/undo`, query: plan ? { plan: 'true' } : {}, json: { force } }),
})
