import type { Request } from 'express'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { activityJson, activityPage, activityTypes, everyActivity } from '../../../projections/activity-feed.ts'
import { hostById } from '../../../projections/host-directory.ts'
import type { UpcomingCommand } from '../../../projections/waiting-commands.ts'
import { upcomingCommands } from '../../../projections/waiting-commands.ts'
import { refuse } from '../../errors.ts'
import { notATime, timeOf } from '../../times.ts'
import { bodyOf, numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { knownName } from '../doors/known-name.ts'

const position = z.string().regex(/^[\w/.:-]{1,128}$/, 'This is no position in the log.')

export const activityQuery = z.object({
  before: position
    .optional()
    .describe('The position of the last entry of the page before, in either direction; faster than `page`.'),
  activity_type: z.string().min(1).max(100).optional().describe('What the activities are called, such as `created_team`.'),
  query: z.string().min(1).max(255).optional().describe('A part of the name of who did it.'),
  change_set: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Only what was done under this `x-change-set`, or by the request with this id.'),
  start_created_at: z.string().max(100).optional().describe('A time in ISO 8601: only what happened then or later.'),
  end_created_at: z.string().max(100).optional().describe('A time in ISO 8601: only what happened then or earlier.'),
  order_key: z.enum(['created_at', 'id']).default('created_at'),
  order_direction: z.enum(['asc', 'desc']).default('desc'),
  ...paging(50, 500),
})

export const retries = z.object({ kind: z.string().min(1).max(100).nullable().default(null) })

export const upcomingQuery = z.object(paging(50, 500))

type AuditRoutes = Pick<
  Handlers,
  | 'GET /activities'
  | 'GET /hosts/:id/activities'
  | 'GET /hosts/:id/activities/upcoming'
  | 'GET /work/parked'
  | 'POST /work/parked/retries'
>

/** What an admin looks after: what happened, what got stuck. */
export const activityRoutes = ({ read, work }: Pick<App, 'read' | 'work'>): AuditRoutes => ({
  'GET /activities': async (request, response) => {
    response.json(await feed(read, request, null))
  },

  'GET /hosts/:id/activities': async (request, response) => {
    response.json(await feed(read, request, await knownHost(read, request)))
  },

  'GET /hosts/:id/activities/upcoming': async (request, response) => {
    const page = queryOf(upcomingQuery, request)
    const hostId = await knownHost(read, request)
    const { limit, offset } = windowOf(page)
    const { rows, meta } = pageOf(await read(upcomingCommands(hostId, limit, offset)), page)
    response.json({ count: rows.length, activities: rows.map(upcomingJson), meta })
  },

  'GET /work/parked': async (_, response) => {
    response.json({ parked: await work.parked() })
  },

  'POST /work/parked/retries': async (request, response) => {
    const { kind } = request.body === undefined ? { kind: null } : bodyOf(retries, request)
    response.status(202).json({ retried: await work.unpark(kind) })
  },
})

const knownHost = async (read: App['read'], request: Request): Promise<string> => {
  const hostId = paramOf(numberText, request, 'id')
  if ((await read(hostById(hostId))).length === 0) refuse(404, 'id', `The host ${hostId} does not exist.`)
  return hostId
}

const ofActivities = { field: 'activity_type', known: activityTypes, nothing: 'No activity is called' }

/** How many entries may be skipped; beyond, `before` leads further at no cost. */
const deepest = 50_000

const feed = async (read: App['read'], request: Request, hostId: string | null) => {
  const {
    before = null,
    activity_type,
    query = null,
    change_set = null,
    start_created_at,
    end_created_at,
    order_direction,
    ...page
  } = queryOf(activityQuery, request)
  if (page.page * page.per_page > deepest)
    refuse(400, 'page', `Pages lead back ${String(deepest)} entries; go on with before, which the answer's meta.next names.`)
  const [since, until] = [timeIn(start_created_at, 'start_created_at'), timeIn(end_created_at, 'end_created_at')]
  if (since !== null && until !== null && since > until)
    refuse(400, 'start_created_at', `start_created_at is after end_created_at.`)
  const from = order_direction === 'asc' ? { after: before } : { before }
  const filter = {
    ...everyActivity,
    ...from,
    since,
    until,
    type: activity_type === undefined ? null : knownName(activity_type, ofActivities),
    actor: query?.replace(/[\\%_]/g, '\\$&') ?? null,
    hostId,
    changeSet: change_set,
  }
  const { rows, meta } = pageOf(await read(activityPage({ ...filter, order: order_direction, ...windowOf(page) })), page)
  const next = meta.has_next_results ? (rows.at(-1)?.event_position ?? null) : null
  const has_previous_results = meta.has_previous_results || before !== null
  return { activities: rows.map(activityJson), meta: { ...meta, has_previous_results, next } }
}

/** The time as it is compared; one that is yet to come is as good as any other. */
const timeIn = (told: string | undefined, field: string): string | null => {
  if (told === undefined) return null
  return timeOf(told)?.toISOString() ?? refuse(400, field, notATime(told))
}

/** What a host is still to be told, in Fleet's JSON. */
export const upcomingJson = (row: UpcomingCommand) => ({
  uuid: row.command_id,
  created_at: row.queued_at,
  type: 'ran_custom_mdm_command',
  fleet_initiated_activity: row.reason.code !== 'asked',
  details: {
    host_id: Number(row.host_id),
    command_uuid: row.command_id,
    request_type: row.request.kind,
    status: row.sent_at === null ? 'pending' : 'sent',
    reason: row.reason.code,
  },
})
