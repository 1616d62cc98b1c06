import type { Request } from 'express'
import { nearName } from '../../../kernel/near-name.ts'
import type { OpenRoute, Route } from '../access.ts'
import { contracts } from '../contracts/all.ts'
import type { Contract } from '../contracts/contract.ts'
import type { FieldError } from '../../errors.ts'
import { HttpRefusal } from '../../errors.ts'

/** At most this many are named. */
const mostNamed = 20

/**
 * Refuses with 400 what the query asks and the route does not know by its contract: a filter that is not understood must not answer with
 * everything. Each is named, with what was probably meant.
 */
export const mustBeKnown = (route: Route | OpenRoute, { query, method }: Pick<Request, 'query' | 'method'>): void => {
  const { query: schema }: Contract = contracts[route]
  const known = Object.keys(schema?.shape ?? {})
  // What cannot be planned says so itself.
  const unknown = Object.keys(query).filter((name) => !known.includes(name) && !(name === 'plan' && method !== 'GET'))
  if (unknown.length > 0)
    throw new HttpRefusal(
      400,
      unknown.slice(0, mostNamed).map((name) => faultOf(name, known)),
    )
}

const faultOf = (name: string, known: readonly string[]): FieldError => {
  const near = nearName(name, known)
  const instead =
    near !== null ? `is ${near} meant?` : known.length === 0 ? 'it takes none.' : `it knows ${[...known].sort().join(', ')}.`
  return { name, reason: `${name} is no question that this route knows; ${instead}` }
}
