import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { HostOrder } from '../../../projections/host-directory.ts'
import { hostCount, hostIdsPassing, hostsPage } from '../../../projections/host-directory.ts'
import { enrollmentSummary, hostsByPlatform, hostsHeard } from '../../../projections/host-summary.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberId, numberText, pageOf, paging, queryOf, windowOf } from '../../parsing.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { filterFields, filterOf } from './host-filter.ts'
import { hostJson } from './host-presentation.ts'
import { serverUrlOf } from './server-url.ts'
import { builtInJson } from '../labels/label-presentation.ts'
import { teamMustExist } from '../doors/team-checks.ts'
import { transferred } from '../transfers/transferred.ts'

/** The names that Fleet's clients order by, and ours. */
const orderKeys = {
  id: 'id',
  display_name: 'name',
  computer_name: 'name',
  hostname: 'name',
  hardware_serial: 'serial',
  uuid: 'hardware_id',
  platform: 'platform',
  os_version: 'os_version',
  team_name: 'team',
  created_at: 'discovered',
  updated_at: 'updated',
  last_enrolled_at: 'enrolled',
  seen_time: 'seen',
} as const satisfies Readonly<Record<string, HostOrder>>

export const listQuery = z.object({
  ...filterFields,
  ...paging(100, 1000),
  after: numberText.optional().describe('In order of id: hosts after this one.'),
  order_key: z.enum(Object.keys(orderKeys) as [keyof typeof orderKeys]).default('id'),
  order_direction: z.enum(['asc', 'desc']).default('asc'),
})

export const countQuery = z.object(filterFields)

export const summaryQuery = z.object({ team_id: numberText.optional() })

export const enrollmentSummaryQuery = z.object({ team_id: numberText.optional(), platform: filterFields.platform })

/** Numbers come as numbers in JSON. */
export const transferFilter = z.object({
  team_id: numberId.nullable(),
  filters: z.strictObject({
    query: filterFields.query,
    status: filterFields.status,
    label_id: numberId.optional(),
    team_id: numberId.optional(),
  }),
})

const nobody = { online: 0, mia: 0, new: 0 }

/** How many ids of hosts are read at a time. */
const idPage = 10_000

type Listing = Readonly<{ app: Pick<App, 'read' | 'clock'>; settings: Pick<AdminDeps['settings'], 'publicUrl'> }>

/** A page of the hosts that pass a filter, within the teams that the caller reaches (null: all). Refuses with 400. */
export const listedHosts = async (
  { app, settings }: Listing,
  { order_key, order_direction, after, ...list }: z.infer<typeof listQuery>,
  reach: readonly string[] | null,
) => {
  if (after !== undefined && order_key !== 'id') refuse(400, 'after', 'after works in order of id; use page instead.')
  const order = { order: orderKeys[order_key], descending: order_direction === 'desc', after: after ?? null }
  const found = await app.read(hostsPage(filterOf(list, app.clock(), reach), { ...order, ...windowOf(list) }))
  const { rows, meta } = pageOf(found, list)
  return { hosts: rows.map((row) => hostJson(settings, row, null)), meta }
}

type HostListRoutes = Pick<
  Handlers,
  'GET /hosts' | 'GET /hosts/count' | 'GET /hosts/summary/mdm' | 'GET /host_summary' | 'POST /hosts/transfer/filter'
>

/** Hosts in number: lists, counts, and what is done to all that pass a filter. */
export const hostListRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): HostListRoutes => ({
  'GET /hosts': async (request, response, { reach }) => {
    response.json(await listedHosts({ app, settings }, queryOf(listQuery, request), reach))
  },

  'GET /hosts/count': async (request, response, { reach }) => {
    const fields = queryOf(countQuery, request)
    const [row] = await app.read(hostCount(filterOf(fields, app.clock(), reach)))
    response.json({ count: row?.count ?? 0 })
  },

  'GET /host_summary': async (request, response) => {
    const { team_id } = queryOf(summaryQuery, request)
    if (team_id !== undefined) await teamMustExist(app, team_id)
    const [platforms, [heard = nobody]] = await Promise.all([
      app.read(hostsByPlatform(team_id ?? null)),
      app.read(hostsHeard(team_id ?? null, app.clock().toISOString())),
    ])
    const total = platforms.reduce((sum, { hosts }) => sum + hosts, 0)
    response.json({
      ...(team_id !== undefined && { team_id: Number(team_id) }),
      totals_hosts_count: total,
      online_count: heard.online,
      // A host may be seen a moment before it is counted.
      offline_count: Math.max(0, total - heard.online),
      mia_count: heard.mia,
      missing_30_days_count: heard.mia,
      new_count: heard.new,
      all_linux_count: 0,
      platforms: platforms.map(({ platform, hosts }) => ({ platform, hosts_count: hosts })),
      builtin_labels: builtInLabels.map(builtInJson),
    })
  },

  'GET /hosts/summary/mdm': async (request, response) => {
    const { team_id, platform } = queryOf(enrollmentSummaryQuery, request)
    if (team_id !== undefined) await teamMustExist(app, team_id)
    const [row] = await app.read(enrollmentSummary(team_id ?? null, platform ?? null))
    const enrolled = row?.enrolled ?? 0
    response.json({
      counts_updated_at: app.clock().toISOString(),
      mobile_device_management_enrollment_status: {
        enrolled_manual_hosts_count: enrolled,
        enrolled_automated_hosts_count: 0,
        enrolled_personal_hosts_count: row?.personal ?? 0,
        pending_hosts_count: row?.pending ?? 0,
        unenrolled_hosts_count: row?.unenrolled ?? 0,
        hosts_count: row?.hosts ?? 0,
      },
      mobile_device_management_solution:
        row === undefined
          ? []
          : solutions.flatMap(({ id, platform, of }) => {
              const hosts = of(row)
              const server_url = serverUrlOf(platform, settings.publicUrl)
              return hosts === 0 ? [] : [{ id, name: 'Muster', server_url, hosts_count: hosts }]
            }),
    })
  },

  'POST /hosts/transfer/filter': async (request, response, { cause, reach }) => {
    const { team_id, filters } = bodyOf(transferFilter, request)
    const teamId = team_id ?? noTeam
    await teamMustExist(app, teamId)
    const chosen = filterOf(filters, app.clock(), reach)
    const hostIds: string[] = []
    for (let after = ''; ;) {
      const page = await app.read(hostIdsPassing(chosen, after, idPage))
      hostIds.push(...page.map(({ host_id }) => host_id))
      after = page.at(-1)?.host_id ?? after
      if (page.length < idPage) break
    }
    await transferred({ app, settings }, response, { teamId, hostIds }, cause)
  },
})

/** The addresses at which this server manages hosts, each a solution of its own to clients. */
const solutions: readonly Readonly<{
  id: number
  platform: string
  of: (row: Readonly<{ enrolled: number; enrolled_windows: number }>) => number
}>[] = [
  { id: 1, platform: 'darwin', of: ({ enrolled, enrolled_windows }) => enrolled - enrolled_windows },
  { id: 2, platform: 'windows', of: ({ enrolled_windows }) => enrolled_windows },
]
