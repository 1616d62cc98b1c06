import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { HttpRefusal } from '../../errors.ts'
import { queryOf } from '../../parsing.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { listedHosts, listQuery } from './host-lists.ts'

type Listed = Awaited<ReturnType<typeof listedHosts>>['hosts'][number]

/** What a report can tell of a host, in this order unless columns are named. */
const columns = {
  id: ({ id }) => id,
  uuid: ({ uuid }) => uuid,
  hardware_serial: ({ hardware_serial }) => hardware_serial,
  hardware_model: ({ hardware_model }) => hardware_model,
  computer_name: ({ computer_name }) => computer_name,
  hostname: ({ hostname }) => hostname,
  display_name: ({ display_name }) => display_name,
  platform: ({ platform }) => platform,
  os_version: ({ os_version }) => os_version,
  build: ({ build }) => build,
  team_id: ({ team_id }) => team_id,
  team_name: ({ team_name }) => team_name,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  last_enrolled_at: ({ last_enrolled_at }) => last_enrolled_at,
  seen_time: ({ seen_time }) => seen_time,
  'mdm.enrollment_status': ({ mdm }) => mdm.enrollment_status,
  'mdm.server_url': ({ mdm }) => mdm.server_url,
} as const satisfies Readonly<Record<string, (host: Listed) => string | number | null>>

type Column = keyof typeof columns

const { shape } = listQuery.omit({ page: true, per_page: true, after: true })

export const reportQuery = z.object({
  ...shape,
  format: z.literal('csv').default('csv'),
  columns: z.string().max(1000).optional().describe('The columns, with commas between; all of them unless told.'),
})

/** How many hosts are read at a time. */
const per_page = 1000

/** All hosts that pass a filter, as a table for spreadsheets. */
export const hostReportRoutes = (deps: Pick<AdminDeps, 'app' | 'settings'>): Pick<Handlers, 'GET /hosts/report'> => ({
  'GET /hosts/report': async (request, response, { reach }) => {
    const { format: _, columns: told, ...list } = queryOf(reportQuery, request)
    const named = columnsIn(told)
    const pageAt = (page: number) => listedHosts(deps, { ...list, page, per_page }, reach)
    // What is wrong with the filter is said before anything is written.
    const first = await pageAt(0)
    const lines = async function* () {
      yield lineOf(named)
      for (let [page, { hosts, meta }] = [0, first]; ; { hosts, meta } = await pageAt(page)) {
        yield hosts.map((host) => lineOf(named.map((column) => columns[column](host)))).join('')
        if (!meta.has_next_results) return
        page += 1
      }
    }
    response.status(200).set({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="hosts.csv"',
    })
    await pipeline(Readable.from(lines()), response)
  },
})

const columnsIn = (told: string | undefined): readonly Column[] => {
  const all = Object.keys(columns) as readonly Column[]
  if (told === undefined) return all
  const named = told.split(',').map((name) => name.trim())
  const unknown = named.filter((name) => !Object.hasOwn(columns, name))
  if (unknown.length > 0)
    throw new HttpRefusal(
      400,
      unknown
        .slice(0, 20)
        .map((name) => ({ name: 'columns', reason: `There is no column ${name}; there are ${all.join(', ')}.` })),
    )
  return named as readonly Column[]
}

/** RFC 4180. What a spreadsheet would take for a formula is marked as text: names of hosts come from whoever holds them. */
const lineOf = (cells: readonly (string | number | null)[]): string =>
  `${cells
    .map((cell) => {
      const text = cell === null ? '' : typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell)
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(',')}\r\n`
