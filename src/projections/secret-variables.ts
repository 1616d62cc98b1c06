import type { SecretVariableEvent } from '../domain/secret-variables/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type SecretVariableRow = Readonly<{ name: string; fingerprint: string; updated_at: string }>

/** The secrets that settings may name. Their values are not here. */
export const secretVariables: Projection<SecretVariableEvent, SecretVariableRow> = {
  name: 'secret_variables',
  version: 1,
  schema: `
    name text not null,
    fingerprint text not null,
    updated_at timestamptz not null`,
  key: ['name'],

  on: {
    SecretVariableSet: ({ at, data: { name, fingerprint } }) => ({ where: { name }, set: { fingerprint, updated_at: at } }),
    SecretVariableDeleted: ({ data: { name } }) => ({ where: { name }, remove: true }),
  },
}

/** By name. */
export const secretVariablesPage = (limit: number, offset: number) =>
  query<SecretVariableRow>`select * from secret_variables order by name limit ${limit} offset ${offset}`
