import type { RequestHandler } from 'express'
import { refuse } from '../../errors.ts'

/** What Fleet calls a team since 4.82, and the settings of a batch, with the names under which the same is told here. */
const names = {
  fleet_id: 'team_id',
  fleet_name: 'team_name',
  fleet_ids: 'team_ids',
  configuration_profiles: 'profiles',
} as const

/** Takes Fleet's present names in the query for the older ones. Both at once are refused with 400. */
export const presentNamesInQuery: RequestHandler = (request, _response, next) => {
  const { query } = request
  const present = presentIn(query)
  // Express reads the query anew each time it is asked for.
  if (present.length > 0) Object.defineProperty(request, 'query', { value: renamed(query, present) })
  next()
}

/** The same in a JSON body, once it was read. */
export const presentNamesInBody: RequestHandler = (request, _response, next) => {
  const body: unknown = request.body
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const present = presentIn(body)
    if (present.length > 0) request.body = renamed(body, present)
  }
  next()
}

type Present = keyof typeof names

const presentIn = (told: object): readonly Present[] =>
  (Object.keys(names) as Present[]).filter((name) => Object.hasOwn(told, name))

const renamed = (told: object, present: readonly Present[]): Readonly<Record<string, unknown>> => {
  for (const name of present)
    if (Object.hasOwn(told, names[name])) refuse(400, name, `${name} is the present name of ${names[name]}; tell one of them.`)
  return Object.fromEntries(
    Object.entries(told).map(([name, value]) => [(names as Readonly<Record<string, string>>)[name] ?? name, value as unknown]),
  )
}
