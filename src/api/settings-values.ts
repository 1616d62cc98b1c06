import type { HostValues } from '../domain/settings/host-values.ts'
import { placeholdersOf } from '../protocols/filling/filled.ts'
import type { ValueOf } from '../protocols/filling/placeholders.ts'
import type { KindOfUpload } from '../protocols/kind-of-upload.ts'

/** Fills in secrets and variables by their names; what is among neither stays as it is written. */
export const valuesIn =
  (secrets: HostValues, variables: HostValues): ValueOf =>
  ({ kind, name }) => {
    const values = kind === 'secret' ? secrets : variables
    return name !== null && Object.hasOwn(values, name) ? (values[name] ?? null) : null
  }

/** The secrets that settings name, without `$FLEET_SECRET_`, each once. */
export const secretNamesIn = (kind: KindOfUpload, text: string): readonly string[] => namesOf(kind, text, 'secret')

/** The variables that settings name, without `$FLEET_VAR_`, each once. */
export const variableNamesIn = (kind: KindOfUpload, text: string): readonly string[] => namesOf(kind, text, 'variable')

const namesOf = (kind: KindOfUpload, text: string, wanted: 'secret' | 'variable'): readonly string[] => {
  const names = placeholdersOf(kind, text).flatMap((one) => (one.kind === wanted && one.name !== null ? [one.name] : []))
  return [...new Set(names)].sort()
}
