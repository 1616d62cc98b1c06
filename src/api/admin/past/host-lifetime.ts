import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import { inParallel } from '../../../app/in-parallel.ts'
import type { Fact } from '../../../domain/host/facts.ts'
import { differences } from '../../../domain/host/differences.ts'
import { segmentsOf } from '../../../domain/host/segments.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { refuse } from '../../errors.ts'
import { numberText, paramOf, queryOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { eventReference } from '../activities/event-reference.ts'
import { pastOfHost } from './host-as-of.ts'
import type { LookingBack } from './looking-back.ts'
import { momentOf, mustBeInOrder } from './moments.ts'
import { eventsOfHost } from './streams.ts'

const moment = z.string().min(1).max(100)

export const diffQuery = z.object({
  from: moment.describe('A time in ISO 8601, or a position in the log.'),
  to: moment.describe('The same, not before `from`.'),
})

/** What became of a host: between two moments, and from the beginning. */
export const hostLifetimeRoutes = (
  app: Pick<App, 'log' | 'load' | 'clock'>,
  past: LookingBack,
): Pick<Handlers, 'GET /hosts/:id/diff' | 'GET /hosts/:id/segments'> => ({
  'GET /hosts/:id/diff': async (request, response) => {
    const hostId = paramOf(numberText, request, 'id')
    const asked = queryOf(diffQuery, request)
    const from = await momentOf(app, asked.from, 'from')
    const to = await momentOf(app, asked.to, 'to')
    mustBeInOrder(from, to)
    const before = await pastOfHost(past, hostId, from, 'from')
    const after = await pastOfHost(past, hostId, to, 'to')
    if (before.events > after.events) refuse(400, 'from', `${from.text} is after ${to.text}.`)
    const events = await eventsOfHost(app, hostId, { from: before.events, until: to })
    const found = differences(before.state.host, events)
    const shown = await names(past, found, to)
    response.json({
      host_id: Number(hostId),
      from: before.asOf,
      to: after.asOf,
      changes: found.map(({ path, before: was, after: is, because }) => ({
        ...{ path: shown(path), before: was, after: is },
        because: eventReference(because),
      })),
      events_between: events.length,
    })
  },

  'GET /hosts/:id/segments': async (request, response) => {
    const hostId = paramOf(numberText, request, 'id')
    const segments = segmentsOf(await eventsOfHost(app, hostId, { from: 0, until: null }))
    if (segments.length === 0) refuse(404, 'id', `The host ${hostId} does not exist.`)
    response.json({
      host_id: Number(hostId),
      segments: await inParallel(segments, 8, async ({ because, teamId, ...segment }) => ({
        ...segment,
        team_id: teamId === noTeam ? null : Number(teamId),
        team_name: await past.teamName(teamId, { text: because.position, position: because.position }),
        because: eventReference(because),
      })),
    })
  },
})

/** Paths with the names of settings and labels instead of their ids; the id stays where two have one name. */
const names = async (past: LookingBack, found: readonly Readonly<{ path: string; before: Fact }>[], at: Moment) => {
  const idsIn = (section: string) => [
    ...new Set(found.flatMap(({ path }) => (path.startsWith(`${section}/`) ? [path.split('/')[1] ?? ''] : []))),
  ]
  const [settings, labels] = await Promise.all([past.settingNames(idsIn('profiles'), at), past.labels(idsIn('labels'), at)])
  const nameOf = new Map([...settings, ...[...labels].map(([id, { name }]) => [id, name] as const)])
  const isShared = (section: string, name: string) => idsIn(section).filter((id) => nameOf.get(id) === name).length > 1
  return (path: string): string => {
    const [section = '', id = '', ...rest] = path.split('/')
    const name = section === 'profiles' || section === 'labels' ? nameOf.get(id) : undefined
    if (name === undefined) return path
    return [section, isShared(section, name) ? `${name} (${id})` : name, ...rest].join('/')
  }
}
