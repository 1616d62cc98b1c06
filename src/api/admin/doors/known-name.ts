import { nearName } from '../../../kernel/near-name.ts'
import { refuse } from '../../errors.ts'

/** What is told in `field`, of which only these names are known; `nothing` says that there is none such, with the name told put behind it. */
export type NamesOf = Readonly<{ field: string; known: readonly string[]; nothing: string }>

/**
 * The name as it is spelt, of one told in any case. Refuses with 400 what is none of them, with what was probably meant: nothing found by a
 * misspelt name would read as nothing done.
 */
export const knownName = (told: string, { field, known, nothing }: NamesOf): string => {
  const name = told.trim()
  const found = known.find((one) => one.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const near = nearName(name, known)
  const instead = near === null ? `there are ${[...known].sort().join(', ')}.` : `is ${near} meant?`
  return refuse(400, field, `${nothing} ${name}; ${instead}`)
}
