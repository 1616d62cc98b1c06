import { z } from 'zod'
import type { App } from '../../app/app.ts'
import type { TimelineRow } from '../../projections/timeline.ts'
import { timelinePage } from '../../projections/timeline.ts'
import { bodyOf, queryOf } from '../parsing.ts'
import type { Handlers } from './deps.ts'

const activityQuery = z.object({
  /** The position of the last entry of the page before. */
  before: z
    .string()
    .regex(/^[\w/.:-]{1,128}$/, 'This is no position in the log.')
    .optional(),
  per_page: z.coerce.number().int().min(1).max(500).default(50),
})

const retries = z.object({ kind: z.string().min(1).max(100).nullable().default(null) })

type AuditRoutes = Pick<Handlers, 'GET /activities' | 'GET /work/parked' | 'POST /work/parked/retries'>

/** What an admin looks after: what happened, what got stuck. */
export const auditRoutes = ({ read, work }: Pick<App, 'read' | 'work'>): AuditRoutes => ({
  'GET /activities': async (request, response) => {
    const { before, per_page } = queryOf(activityQuery, request)
    const rows = await read(timelinePage(before ?? null, per_page + 1))
    const page = rows.slice(0, per_page)
    const more = rows.length > per_page
    response.json({
      activities: page.map(activityJson),
      meta: {
        has_next_results: more,
        has_previous_results: before !== undefined,
        next: more ? (page.at(-1)?.event_position ?? null) : null,
      },
    })
  },

  'GET /work/parked': async (_, response) => {
    response.json({ parked: await work.parked() })
  },

  'POST /work/parked/retries': async (request, response) => {
    const { kind } = request.body === undefined ? { kind: null } : bodyOf(retries, request)
    response.status(202).json({ retried: await work.unpark(kind) })
  },
})

const activityJson = (row: TimelineRow) => ({
  id: row.event_position,
  created_at: row.at,
  type: row.type,
  category: row.category,
  subject: row.subject,
  actor_kind: row.actor_kind,
  actor_full_name: row.actor_id,
  fleet_initiated: row.actor_kind !== 'admin',
  host_id: row.category === 'host' ? Number(row.subject) : null,
})
