import type { KindOfUpload } from '../kind-of-upload.ts'
import { placeholdersOf } from './filled.ts'

/** The secrets that settings name, without `$FLEET_SECRET_`, each once. */
export const secretNamesIn = (kind: KindOfUpload, text: string): readonly string[] => namesOf(kind, text, 'secret')

/** The variables that settings name, without `$FLEET_VAR_`, each once. */
export const variableNamesIn = (kind: KindOfUpload, text: string): readonly string[] => namesOf(kind, text, 'variable')

const namesOf = (kind: KindOfUpload, text: string, wanted: 'secret' | 'variable'): readonly string[] => {
  const names = placeholdersOf(kind, text).flatMap((one) => (one.kind === wanted && one.name !== null ? [one.name] : []))
  return [...new Set(names)].sort()
}
