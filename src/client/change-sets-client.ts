import type { Connection } from './connection.ts'
import { pathOf } from './connection.ts'
import type { ChangeSetDetails, ChangeSetPage, Undo } from './history-json.ts'

/** Every call throws `ApiError`. */
export type ChangeSetsClient = Readonly<{
  /** The newest first. */
  list: (page?: Readonly<{ page?: number; per_page?: number }>) => Promise<ChangeSetPage>
  get: (id: string) => Promise<ChangeSetDetails>
  /** `force`: although others changed the same since. `plan`: only says what it would lead to. */
  undo: (id: string, options?: Readonly<{ force?: boolean; plan?: boolean }>) => Promise<Undo>
}>

export const changeSetsClient = ({ json }: Pick<Connection, 'json'>): ChangeSetsClient => ({
  list: (page = {}) => json({ method: 'GET', path: '/change_sets', query: page }),
  get: (id) => json({ method: 'GET', path: pathOf`/change_sets/${id}` }),
  undo: (id, { force = false, plan = false } = {}) =>
    json({ method: 'POST', path: pathOf`/change_sets/${id}/undo`, query: plan ? { plan: 'true' } : {}, json: { force } }),
})
