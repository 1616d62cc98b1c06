import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import { workName } from '../../app/projection-store.ts'
import { host } from '../../domain/host/host.ts'
import type { Platform } from '../../domain/platforms.ts'
import type { HostPlan } from '../../domain/plans/host-plan.ts'
import { isNothing, planOfHost } from '../../domain/plans/host-plan.ts'
import { isAtRest, planOfAlike } from '../../domain/plans/group-plan.ts'
import type { Recorded } from '../../kernel/event.ts'
import type { CohortEvent } from '../../projections/cohort-events.ts'
import { cohorts } from '../../projections/cohorts.ts'
import { hypothesis } from '../../projections/hypothesis.ts'
import { asDesired } from '../../projections/rollout.ts'
import type { DesiredProfileRow } from '../../projections/rollout.ts'
import type { ShiftedHosts, Shifts, StandingRow } from '../../projections/shifts.ts'
import { differing, holdingOff, hostsOfShifts, namesOf, shiftsIn } from '../../projections/shifts.ts'
import { refuse } from '../errors.ts'
import { followUpsOf } from './follow-ups.ts'
import { overridingsIn } from './overriding.ts'
import type { Planned } from './sum.ts'
import { sumOf } from './sum.ts'
import type { PlanJson } from './sum.ts'

/** How many hosts are asked themselves, from their own streams; of more, those at rest are judged by what the read models know. */
const hostsAsked = 1000
const atATime = 32
/** How long the read models may take, ms. */
const limitMs = 20_000

export type PlanOptions = Readonly<{ hostsAsked?: number | undefined }>

/**
 * What these events, which did not happen, would lead to on every host: what it would be sent that it is not sent anyway. Throws `TookTooLong`
 * and `StoreUnavailable`; refuses with 503 while the cohorts are computed anew.
 */
export const planOf = async (app: App, events: readonly Recorded[], options: PlanOptions = {}): Promise<PlanJson> => {
  const isBehind = !(await app.caughtUp({ position: await app.log.head() }))
  const followUps = await followUpsOf(app, events)
  const all = [...(events as readonly CohortEvent[]), ...followUps.events]
  const schema = await schemaOfCohorts(app)
  const most = options.hostsAsked ?? hostsAsked
  const { shifts, groups, held, names } = await app.hypothetically(async (sql) => {
    const worlds = await hypothesis(sql, schema, all)
    const shifts = await shiftsIn(worlds, schema)
    const identifiers = shifts.shifts.flatMap((one) => identifiersOf(shifts, one))
    const question = { schema, shifts: shifts.shifts, identifiers: [...new Set(identifiers)], most: Math.max(most, 50) }
    const groups = shifts.shifts.length === 0 ? [] : await hostsOfShifts(worlds, question)
    const changed = all.flatMap(({ id, category }) => (category === 'profile' ? [id] : []))
    const profileIds = [
      ...new Set([...changed, ...groups.flatMap((group) => settingsOf(shifts, group).map(({ profile_id }) => profile_id))]),
    ]
    const hostIds = groups.flatMap(({ host_ids }) => host_ids.slice(0, 50))
    return {
      ...{ shifts, groups, held: await holdingOff(worlds, changed) },
      names: await worlds.asItIs((asking) => namesOf(asking, hostIds, profileIds)),
    }
  }, limitMs)
  const { planned, unsure } = await judged(app, { shifts, groups, most })
  const overridings = await overridingsIn(app, shifts, all)
  return sumOf({
    ...{ planned, events: all, names, concerned: shifts.hosts },
    warnings: [
      ...(isBehind ? ['The read models are behind the log; the newest changes may be missing from this plan.'] : []),
      ...followUps.warnings,
      ...held.map(({ name, mode, hosts }) => holding[mode](name, hosts)),
      ...overridings,
      ...(unsure === 0
        ? []
        : [`${String(unsure)} hosts are in the middle of other changes; for them the plan is a close guess.`]),
    ],
  })
}

const holding = {
  held: (name: string, hosts: number) =>
    `The profile ${name} waits on ${String(hosts)} hosts until they have answered the queries of its labels.`,
  kept: (name: string, hosts: number) =>
    `The profile ${name} is left as it is on ${String(hosts)} hosts, because one of its labels is deleted.`,
}

/** The tables that this version's code can write; there are none while another version's are shown. */
const schemaOfCohorts = async ({ readModels }: Pick<App, 'readModels'>): Promise<string> => {
  const states = (await readModels.states()).filter(({ name }) => name !== workName)
  const shown = states.find(
    ({ name, version, shown: isShown }) => name === cohorts.name && version === cohorts.version && isShown,
  )
  return shown?.schema ?? refuse(503, 'base', 'The cohorts are being computed anew; plan again when they are.')
}

type Judging = Readonly<{ shifts: Shifts; groups: readonly ShiftedHosts[]; most: number }>

/** Few hosts are asked each; of many, those that are in the middle of something, as far as the number goes. */
const judged = async (
  app: App,
  { shifts, groups, most }: Judging,
): Promise<Readonly<{ planned: readonly Planned[]; unsure: number }>> => {
  const few = groups.reduce((sum, { hosts }) => sum + hosts, 0) <= most
  let left = most
  let unsure = 0
  const planned: Planned[] = []
  for (const group of groups) {
    const isSure = isAtRest({ standings: standingsOf(shifts, group) })
    const asked = few || !isSure ? group.host_ids.slice(0, left) : []
    left -= asked.length
    planned.push(...(await inParallel(asked, atATime, (hostId) => asking(app, shifts, group, hostId))))
    const rest = group.hosts - asked.length
    if (rest === 0) continue
    if (!isSure) unsure += rest
    planned.push({ hosts: rest, hostIds: group.host_ids.slice(asked.length), why: group.why, plan: guessed(app, shifts, group) })
  }
  return { planned: planned.filter(({ plan }) => !isNothing(plan)), unsure }
}

const asking = async (app: App, { before, after }: Shifts, group: ShiftedHosts, hostId: string): Promise<Planned> => {
  const { state } = await app.load(host, hostId)
  const sets = { before: desiredIn(before.get(group.before)), after: desiredIn(after.get(group.after)) }
  const { declarationsToken } = app
  const plan = planOfHost(host, state, { ...sets, declarationsToken, now: app.clock().toISOString() })
  return { hosts: 1, hostIds: [hostId], why: group.why, plan }
}

const guessed = ({ declarationsToken }: App, shifts: Shifts, group: ShiftedHosts): HostPlan => {
  const identifiers = new Set(identifiersOf(shifts, group))
  const within = (rows: readonly DesiredProfileRow[] = []) =>
    desiredIn(rows.filter(({ identifier }) => identifiers.has(identifier)))
  const sets = { before: within(shifts.before.get(group.before)), after: within(shifts.after.get(group.after)) }
  const alike = {
    standings: standingsOf(shifts, group),
    hasUserChannel: group.has_user || group.platform === 'windows',
    platform: group.platform as Platform,
    osVersion: group.os_version,
  }
  return planOfAlike(alike, { ...sets, declares: declarationsToken !== null })
}

type Pair = Readonly<{ before: string; after: string }>

const settingsOf = ({ before, after }: Shifts, pair: Pair): readonly DesiredProfileRow[] =>
  differing(before.get(pair.before), after.get(pair.after))

const identifiersOf = (shifts: Shifts, pair: Pair): readonly string[] =>
  settingsOf(shifts, pair).map(({ identifier }) => identifier)

const standingsOf = (shifts: Shifts, group: ShiftedHosts) => {
  const identifiers = new Set(identifiersOf(shifts, group))
  return group.standings.filter(({ identifier }) => identifiers.has(identifier)).map(asStanding)
}

const asStanding = ({ profile_id: profileId, secrets_at: secretsAt, ...rest }: StandingRow) => ({ profileId, secretsAt, ...rest })

const desiredIn = (rows: readonly DesiredProfileRow[] = []) => rows.map(asDesired)
