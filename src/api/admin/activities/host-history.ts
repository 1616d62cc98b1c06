import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { shownState } from '../../../app/replay.ts'
import { eventTypes } from '../../../domain/event-types.ts'
import { host } from '../../../domain/host/host.ts'
import type { Recorded } from '../../../kernel/event.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { masked } from '../../../domain/forgetting/masking.ts'
import { refuse } from '../../errors.ts'
import { numberText, paramOf, queryOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { knownName } from '../doors/known-name.ts'
import { eventReference } from './event-reference.ts'
import { forgottenRevision } from '../hosts/forgotten.ts'

const revision = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const pageQuery = z.object({
  order: z.enum(['asc', 'desc']).default('desc'),
  after: revision.optional().describe('Only events of a later revision.'),
  before: revision.optional().describe('Only events of an earlier revision.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  type: z.string().max(2000).optional().describe('Only events of these types, with commas between, such as `HostTransferred`.'),
})

/** A host's history, from its stream: every event with who, why and when. */
export const hostHistoryRoutes = ({ load, log }: Pick<App, 'load' | 'log'>): Pick<Handlers, 'GET /hosts/:id/history'> => ({
  'GET /hosts/:id/history': async (request, response) => {
    const hostId = paramOf(numberText, request, 'id')
    const { order, after, before, limit, type } = queryOf(pageQuery, request)
    const types = type === undefined ? null : typesIn(type)
    const { revision: last } = await shownState({ load, log }, host, hostId)
    if (last === -1) return refuse(404, 'id', `The host ${hostId} does not exist.`)
    const lowest = after === undefined ? 0 : after + 1
    const highest = Math.min(last, before === undefined ? last : before - 1)
    const read = (from: number, count: number) => log.readStream(streamOf(host.category, hostId), { from, limit: count })
    const events = await pageOf(read, { lowest, highest, limit, order, types })
    const forgottenAt = await forgottenRevision({ load, log }, hostId)
    const shown = events.map((event) => (event.revision < forgottenAt ? masked(event) : event))
    response.json({
      host_id: Number(hostId),
      events: (order === 'asc' ? shown : shown.toReversed()).map(entryJson),
      meta: {
        revision: last,
        has_earlier: (events[0]?.revision ?? lowest) > 0,
        has_later: (events.at(-1)?.revision ?? highest) < last,
      },
    })
  },
})

type Wanted = Readonly<{
  lowest: number
  highest: number
  limit: number
  order: 'asc' | 'desc'
  types: ReadonlySet<string> | null
}>

/** Up to `limit` events of these types from the near end on, in the order of the stream; of rare ones, the stream is read until there are as many. */
const pageOf = async (
  read: (from: number, count: number) => Promise<readonly Recorded[]>,
  { lowest, highest, limit, order, types }: Wanted,
): Promise<readonly Recorded[]> => {
  const step = types === null ? limit : 500
  const found: Recorded[] = []
  for (let [low, high] = [lowest, highest]; low <= high && found.length < limit;) {
    const from = order === 'asc' ? low : Math.max(low, high - step + 1)
    const events = await read(from, Math.min(step, high - from + 1))
    const wanted = types === null ? events : events.filter(({ type }) => types.has(type))
    if (order === 'asc') found.push(...wanted)
    else found.unshift(...wanted)
    if (order === 'asc') low = from + step
    else high = from - 1
  }
  return order === 'asc' ? found.slice(0, limit) : found.slice(-limit)
}

/** Types by their names in any case. Refuses with 400 what no event of a host is called. */
const typesIn = (told: string): ReadonlySet<string> => {
  const names = { field: 'type', known: eventTypes.host, nothing: 'No event of a host is of the type' }
  return new Set(told.split(',').map((name) => knownName(name, names)))
}

/** An event for an auditor. One that this version does not know, or cannot read, is shown without a sentence. */
export const entryJson = (event: Recorded) => ({
  ...eventReference(event),
  causation_id: event.metadata.$causationId,
  event_id: event.eventId,
  data: withoutContents(event.data),
})

/** A copy in which a mark stands for whatever is sealed and for bytes. */
const withoutContents = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutContents)
  if (typeof value !== 'object' || value === null) return value
  if ('sealed' in value && 'nonce' in value) return '[sealed]'
  const keys = Object.keys(value)
  if (keys.length === 1 && (keys[0] === 'gzip' || keys[0] === 'blob')) return '[content]'
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutContents(inner)]))
}
