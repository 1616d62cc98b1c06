import type { HostValues } from '../domain/settings/host-values.ts'
import type { ValueOf } from '../protocols/filling/placeholders.ts'

/** Fills in secrets and variables by their names; what is among neither stays as it is written. */
export const valuesIn =
  (secrets: HostValues, variables: HostValues): ValueOf =>
  ({ kind, name }) => {
    const values = kind === 'secret' ? secrets : variables
    return name !== null && Object.hasOwn(values, name) ? (values[name] ?? null) : null
  }
