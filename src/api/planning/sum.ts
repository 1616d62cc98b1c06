import type { HostPlan, PlannedSetting } from '../../domain/plans/host-plan.ts'
import type { CohortEvent } from '../../projections/cohort-events.ts'
import type { namesOf, ShiftReason } from '../../projections/shifts.ts'

/** So many hosts would be sent this; `hostIds` are some of them. */
export type Planned = Readonly<{ hosts: number; hostIds: readonly string[]; why: ShiftReason; plan: HostPlan }>

type SettingJson = Readonly<{ profile_uuid: string; profile_name: string }>

/** What a change would lead to. `hosts` would be sent something, `unchanged` are concerned and would not. */
export type PlanJson = Readonly<{
  hosts: number
  installs: number
  removals: number
  unchanged: number
  by_reason: readonly (SettingJson & Readonly<{ reason: string; installs: number; removals: number; hosts: number }>)[]
  /** At most 50 hosts. */
  sample: readonly Readonly<{
    host_id: number
    name: string
    install: readonly SettingJson[]
    remove: readonly SettingJson[]
  }>[]
  warnings: readonly string[]
}>

type Summands = Readonly<{
  planned: readonly Planned[]
  /** What would happen, its consequences too. */
  events: readonly CohortEvent[]
  names: Awaited<ReturnType<typeof namesOf>>
  /** How many hosts the change may concern. */
  concerned: number
  warnings: readonly string[]
}>

const mostShown = 50

/** Adds up what would happen to each host. */
export const sumOf = ({ planned, events, names, concerned, warnings }: Summands): PlanJson => {
  const uploads = events.flatMap((event) =>
    event.type === 'ProfileUploaded' || event.type === 'ProfileEdited' ? [[event.id, event.data.name] as const] : [],
  )
  const called = new Map([...names.profiles.map(({ profile_id, name }) => [profile_id, name] as const), ...uploads])
  const setting = ({ profileId }: PlannedSetting): SettingJson => ({
    profile_uuid: profileId,
    profile_name: called.get(profileId) ?? profileId,
  })
  const sent = planned.filter(({ plan }) => plan.install.length + plan.remove.length > 0)
  const add = (of: (one: Planned) => number) => sent.reduce((sum, one) => sum + of(one), 0)
  const hostNames = new Map(names.hosts.map(({ host_id, name }) => [host_id, name]))
  return {
    hosts: add(({ hosts }) => hosts),
    installs: add(({ hosts, plan }) => hosts * plan.install.length),
    removals: add(({ hosts, plan }) => hosts * plan.remove.length),
    unchanged: Math.max(0, concerned - add(({ hosts }) => hosts)),
    by_reason: byReason(sent, events).map(({ profileId, checksum, ...rest }) => ({
      ...rest,
      ...setting({ profileId, checksum }),
    })),
    sample: sent
      .flatMap(({ hostIds, plan }) => hostIds.map((hostId) => ({ hostId, plan })))
      .slice(0, mostShown)
      .map(({ hostId, plan }) => ({
        host_id: Number(hostId),
        name: hostNames.get(hostId) ?? `Host ${hostId}`,
        install: plan.install.map(setting),
        remove: plan.remove.map(setting),
      })),
    warnings: [...warnings, ...refusals(planned, setting)],
  }
}

type Reason = Readonly<{ reason: string; installs: number; removals: number; hosts: number }> & PlannedSetting

const byReason = (planned: readonly Planned[], events: readonly CohortEvent[]): readonly Reason[] => {
  const reasonOf = reasonsIn(events)
  const sums = new Map<string, Reason>()
  for (const { hosts, why, plan } of planned)
    for (const { profileId, checksum } of new Map(
      [...plan.install, ...plan.remove].map((one) => [one.profileId, one]),
    ).values()) {
      const reason = reasonOf(profileId, why)
      const key = `${reason} ${profileId}`
      const sum = sums.get(key) ?? { reason, profileId, checksum, installs: 0, removals: 0, hosts: 0 }
      const times = (list: readonly PlannedSetting[]) => hosts * list.filter((one) => one.profileId === profileId).length
      const installs = sum.installs + times(plan.install)
      sums.set(key, { ...sum, installs, removals: sum.removals + times(plan.remove), hosts: sum.hosts + hosts })
    }
  return [...sums.values()].sort((one, other) => other.hosts - one.hosts)
}

const profileReasons: Readonly<Record<string, string>> = {
  ProfileUploaded: 'profile uploaded',
  ProfileEdited: 'profile edited',
  ProfileRetargeted: 'profile retargeted',
  ProfileSecretsChanged: 'secrets changed',
  ProfileDeleted: 'profile deleted',
}

const shiftReasons: Readonly<Record<Exclude<ShiftReason, null>, string>> = {
  moved: 'host transferred',
  joined: 'label joined',
  left: 'label left',
  relabelled: 'labels changed',
}

/** The nearest cause: where the host is, what happened to the setting, which labels the host has, what the setting is made of. */
const reasonsIn = (events: readonly CohortEvent[]) => {
  const types = new Set<string>(events.map(({ type }) => type))
  const news = new Map(events.flatMap(({ id, type }) => (type in profileReasons ? [[id, profileReasons[type]] as const] : [])))
  return (profileId: string, why: ShiftReason): string => {
    if (types.has('TeamDeleted')) return 'team deleted'
    if (why === 'moved') return shiftReasons.moved
    const own = news.get(profileId)
    if (own !== undefined) return own
    if (why !== null) return shiftReasons[why]
    return types.has('LabelDeleted') ? 'label deleted' : 'settings changed'
  }
}

const refusals = (planned: readonly Planned[], setting: (one: PlannedSetting) => SettingJson): readonly string[] => {
  const counts = new Map<string, number>()
  for (const { hosts, plan } of planned)
    for (const one of plan.refused) {
      const name = setting(one).profile_name
      counts.set(name, (counts.get(name) ?? 0) + hosts)
    }
  return [...counts].map(
    ([name, hosts]) =>
      `The profile ${name} cannot be given to ${String(hosts)} hosts: a variable in it stands for nothing there, or there is no user.`,
  )
}
