import type { Request } from 'express'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { hostIdOf } from '../../../domain/host/host-id.ts'
import type { Rights } from '../../../domain/users/rights.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { hostsByIdentifier } from '../../../projections/host-directory.ts'
import { teamsOfCommand, teamsOfHosts } from '../../../projections/host-teams.ts'
import { profileById } from '../../../projections/profiles.ts'
import { transferById } from '../../../projections/transfers.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { numberId, numberText } from '../../parsing.ts'
import type { Route } from '../access.ts'
import { mayCall } from '../access.ts'
import type { Subject } from '../subject.ts'
import { subjects } from '../subjects.ts'
import { teamNamed } from './team-checks.ts'

/** The teams in which these rights open the route; null: all, and what belongs to no team. Refuses with 403 when there are none. */
export const reachOf = (rights: Rights, route: Route): readonly string[] | null => {
  const { globalRole, teams } = rights
  const subject = subjects[route]
  if (globalRole !== null && mayCall(globalRole, route)) return null
  if (subject === 'own') return []
  if (globalRole !== null) return refuse(403, 'base', `The role ${globalRole} may not do this.`)
  const reached = teams.filter(({ role }) => mayCall(role, route)).map(({ id }) => id)
  if (subject === 'server')
    return refuse(403, 'base', 'A role in single teams does not reach this: it concerns the whole server.')
  return reached.length > 0 ? reached : refuse(403, 'base', 'None of the roles may do this.')
}

/** Refuses with 403 unless all that the call is about belongs to the teams that the caller reaches. Ask when the JSON body was read. */
export const mustBeInReach = async (
  { read }: Pick<App, 'read'>,
  request: Request,
  { route, reach }: Readonly<{ route: Route; reach: readonly string[] | null }>,
): Promise<void> => {
  if (reach === null) return
  const concerned = await finders[subjects[route]](request, read)
  if (concerned === 'the caller') return
  if (concerned === null || concerned.length === 0)
    return refuse(403, 'base', 'A role in single teams reaches this only where it is told, and known, which of them it is about.')
  mustReach(reach, concerned)
}

/** Refuses with 403 a team that is not among those that the caller reaches (null: all). */
export const mustReach = (reach: readonly string[] | null, teamIds: readonly string[]): void => {
  if (reach !== null && !teamIds.every((teamId) => reach.includes(teamId)))
    refuse(403, 'base', 'The role in single teams does not reach beyond them.')
}

/** The teams that a call concerns; null when they cannot be told. */
type Concerned = readonly string[] | null | 'the caller'

type Finder = (request: Request, read: App['read']) => Concerned | Promise<Concerned>

const finders: Readonly<Record<Subject, Finder>> = {
  server: () => null,
  own: () => 'the caller',
  shared: () => 'the caller',
  handler: () => 'the caller',
  listed: ({ query }) => (query['team_id'] === undefined ? 'the caller' : oneNumber(query['team_id'])),
  team: ({ params }) => oneNumber(params['id']),
  'team-in-query': ({ query }) => oneNumber(query['team_id']),
  'named-team-in-query': ({ query }, read) => {
    const { team_id, team_name } = query
    if (team_name === undefined) return oneNumber(team_id)
    return team_id === undefined && typeof team_name === 'string' ? known(teamNamed({ read }, team_name)) : null
  },
  'team-in-body': (request) => teamIn(bodyOf(request)['team_id']),
  host: ({ params }, read) => teamsOf(read, oneNumber(params['id'])),
  'host-by-identifier': ({ params }, read) => teamsOfIdentifier(read, params['identifier']),
  'host-in-query': ({ query }, read) => teamsOfIdentifier(read, query['host_identifier']),
  'hosts-in-body': (request, read) => {
    const { host_uuids, device_ids } = bodyOf(request)
    // Both, whichever of them the route looks at.
    const lists = [host_uuids, device_ids].filter((list) => list !== undefined)
    const uuids = lists.map((list) => listOf(list, (uuid) => (typeof uuid === 'string' ? uuid : null)))
    return teamsOf(read, uuids.length > 0 && uuids.every((list) => list !== null) ? uuids.flat().map(hostIdOf) : null)
  },
  'both-hosts': (request, read) => {
    const { params } = request
    const other = params['absorbed'] === undefined ? idIn(bodyOf(request)['host_id']) : oneNumber(params['absorbed'])
    return teamsOf(read, joined(oneNumber(params['id']), other))
  },
  'hosts-and-target': async (request, read) => {
    const { team_id, hosts } = bodyOf(request)
    const ids = listOf(hosts, (host) => idIn(host)?.[0] ?? null)
    return joined(teamIn(team_id), await teamsOf(read, ids))
  },
  'filter-and-target': (request) => {
    const { team_id, filters } = bodyOf(request)
    return joined(teamIn(team_id), idIn(fieldsOf(filters)['team_id']))
  },
  transfer: async ({ params }, read) => {
    const { data: id } = z.uuid().safeParse(params['id'])
    return id === undefined ? null : (await read(transferById(id))).map(({ team_id }) => team_id)
  },
  profile: ({ params }, read) => teamOfProfile(read, params['profile_uuid']),
  'profile-in-body': (request, read) => teamOfProfile(read, bodyOf(request)['profile_uuid']),
  'hosts-of-command': async ({ query }, read) => {
    const { command_uuid } = query
    return typeof command_uuid === 'string' ? (await read(teamsOfCommand(command_uuid))).map(({ team_id }) => team_id) : null
  },
}

const oneNumber = (text: unknown): readonly string[] | null => {
  const { data } = numberText.safeParse(text)
  return data === undefined ? null : [data]
}

const idIn = (number: unknown): readonly string[] | null => {
  const { data } = numberId.safeParse(number)
  return data === undefined ? null : [data]
}

/** What is told as null, or not at all, is "no team". */
const teamIn = (number: unknown): readonly string[] | null => (number === null || number === undefined ? [noTeam] : idIn(number))

/** Null when one of both is. */
const joined = (one: readonly string[] | null, other: readonly string[] | null): readonly string[] | null =>
  one === null || other === null ? null : [...one, ...other]

/** As much as any call may name. */
const longestList = 10_000

const listOf = (list: unknown, read: (item: unknown) => string | null): readonly string[] | null => {
  if (!Array.isArray(list) || list.length === 0 || list.length > longestList) return null
  const items = list.map(read)
  return items.every((item) => item !== null) ? items : null
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {}

const bodyOf = (request: Request) => fieldsOf(request.body)

/** Null when one of the hosts is not known: nobody can tell whose it is. */
const teamsOf = async (read: App['read'], hostIds: readonly string[] | null): Promise<readonly string[] | null> => {
  if (hostIds === null) return null
  const rows = await read(teamsOfHosts(hostIds))
  return rows.length === new Set(hostIds).size ? rows.map(({ team_id }) => team_id) : null
}

const teamsOfIdentifier = async (read: App['read'], identifier: unknown): Promise<readonly string[] | null> =>
  typeof identifier === 'string'
    ? (await read(hostsByIdentifier(hostIdOf(identifier), identifier))).map(({ team_id }) => team_id)
    : null

const teamOfProfile = async (read: App['read'], profileId: unknown): Promise<readonly string[] | null> =>
  typeof profileId === 'string' ? (await read(profileById(profileId))).map(({ team_id }) => team_id) : null

/** Null for a team that there is not. */
const known = async (team: Promise<string>): Promise<readonly string[] | null> => {
  try {
    return [await team]
  } catch (error) {
    if (error instanceof HttpRefusal) return null
    throw error
  }
}
