import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { rowsOf } from '../../../app/rows-of.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import type { Host } from '../../../domain/host/host.ts'
import type { CommandRow } from '../../../projections/command-history.ts'
import { commandHistory } from '../../../projections/command-history.ts'
import type { ListedCommand } from '../../../projections/command-directory.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { commandJson } from '../commands/command-presentation.ts'
import { custodyJson } from '../custody/custody-presentation.ts'
import type { AdminSettings } from '../deps.ts'
import { hostJson } from '../hosts/host-presentation.ts'
import { definitionJson } from '../profiles/profile-presentation.ts'
import type { PastHandlers } from './at-any-time.ts'
import { hostAsOf, pastOfHost } from './host-as-of.ts'
import type { LookingBack } from './looking-back.ts'
import { asDefinition, labelsShownThen } from './past-settings.ts'
import { eventsOfHost } from './streams.ts'

type Deps = Readonly<{ app: Pick<App, 'log' | 'load'>; settings: AdminSettings; past: LookingBack }>

type PastHostHandlers = Pick<
  PastHandlers,
  'GET /hosts/:id' | 'GET /hosts/:id/configuration_profiles' | 'GET /hosts/:id/labels' | 'GET /hosts/:id/commands'
>

const commands = rowsOf<CommandRow>(commandHistory, {
  ...{ host_id: '', command_id: '', channel: '', request: { kind: 'list-profiles' }, reason: { code: 'asked' } },
  ...{ status: 'queued', queued_at: '', deadline: null, updated_at: '', errors: null, result: null, cancelled_because: null },
  ...{ held: null, code: null },
})

/** Hosts as they were. */
export const pastHosts = ({ app, settings, past }: Deps): PastHostHandlers => ({
  'GET /hosts/:id': async (request, response, moment) => {
    const was = await hostAsOf(past, paramOf(numberText, request, 'id'), moment)
    const details = { profiles: was.profiles, custody: custodyJson(was.custody) }
    response.json({ host: hostJson(settings, was.host, details), as_of: was.asOf })
  },

  'GET /hosts/:id/configuration_profiles': async (request, response, moment) => {
    const hostId = paramOf(numberText, request, 'id')
    const { state, asOf } = await pastOfHost(past, hostId, moment)
    const defined = await past.settingsOf(state.host.membership.teamId, moment)
    const shown = await labelsShownThen(past, defined, moment)
    const profiles = defined.map((one) => definitionJson(asDefinition(one), shown))
    response.json({ host_id: Number(hostId), profiles, as_of: asOf })
  },

  'GET /hosts/:id/labels': async (request, response, moment) => {
    const { state, asOf } = await pastOfHost(past, paramOf(numberText, request, 'id'), moment)
    const { platform } = state.host.enrollment
    const builtIn = builtInLabels.filter((label) => label.platform === null || label.platform === platform)
    const known = await past.labels([...state.host.labels.members], moment)
    const members = [...known].flatMap(([id, { name, deleted }]) => (deleted ? [] : [{ id: Number(id), name }]))
    const byName = members.sort((one, other) => (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1))
    response.json({ labels: [...builtIn.map(({ id, name }) => ({ id: Number(id), name })), ...byName], as_of: asOf })
  },

  'GET /hosts/:id/commands': async (request, response, moment) => {
    const hostId = paramOf(numberText, request, 'id')
    const page = queryOf(z.object(paging(100, 1000)), request)
    const { state, asOf } = await pastOfHost(past, hostId, moment)
    const rows = commands.from(await eventsOfHost(app, hostId, { from: 0, until: moment }))
    const { limit, offset } = windowOf(page)
    const latestFirst = [...rows.values()].sort(byChange).slice(offset, offset + limit)
    const shown = pageOf(latestFirst, page)
    response.json({ results: shown.rows.map((row) => commandJson(listed(row, state.host))), meta: shown.meta, as_of: asOf })
  },
})

const byChange = (one: CommandRow, other: CommandRow): number =>
  one.updated_at > other.updated_at || (one.updated_at === other.updated_at && one.command_id < other.command_id) ? -1 : 1

/** When a host was last woken is telemetry, and telemetry has no past. */
const listed = ({ result: _, ...row }: CommandRow, { enrollment, membership }: Host): ListedCommand => ({
  ...row,
  hardware_id: enrollment.hardwareId ?? '',
  host_name: enrollment.facts.name ?? null,
  serial: enrollment.facts.serial ?? null,
  platform: enrollment.platform,
  team_id: membership.teamId,
  pushed_at: null,
})
