import { createHash } from 'node:crypto'
import type { HostEvent } from '../../src/domain/host/events.ts'
import type { LabelEvent } from '../../src/domain/labels/events.ts'
import type { ProfileEvent, ProfileVersion, SettingsKind, Targets } from '../../src/domain/profiles/events.ts'
import { everyHost } from '../../src/domain/profiles/events.ts'
import type { Recorded } from '../../src/kernel/event.ts'

type Member = { family: string; team: string; enrolled: boolean; labels: Set<string>; known: Set<string> }
type Setting = ProfileVersion & {
  team: string
  family: string
  kind: SettingsKind
  since: string
  secretsAt: string | null
  targets: Targets
}
type Label = { dynamic: boolean; deleted: boolean }

/** The tables of `cohorts` as they must be after these events: computed anew from the beginning, without a thought for speed. */
export const cohortsAsToldBy = (events: readonly Recorded[]) => {
  const { hosts, settings, labels } = told(events)
  const named = (team: string): Set<string> =>
    new Set([...settings.values()].filter((one) => one.team === team).flatMap(({ targets }) => labelsIn(targets)))
  const placed = [...hosts].map(([hostId, host]) => ({ hostId, host, ...placeOf(host, named(host.team)) }))
  const cohorts = new Map(placed.map((one) => [one.cohortId, one]))
  const judged = [...cohorts.values()].flatMap(({ cohortId, host, ofCohort, knownOfCohort }) =>
    [...settings]
      .filter(([, setting]) => setting.team === host.team && setting.family === host.family)
      .map(
        ([
          profile_id,
          { identifier, name, checksum, scope, since, secretsAt, payloadTypes, variables = [], refersTo = [], kind, targets },
        ]) => ({
          mode: judge(targets, labels, { member: ofCohort, known: knownOfCohort }),
          row: {
            ...{ cohort_id: cohortId, profile_id, kind, variables, refers_to: refersTo },
            ended_from: payloadTypes.includes('com.apple.SoftwareUpdate') ? 27 : 0,
            ...{ identifier, name, checksum, scope, since, secrets_at: secretsAt },
          },
        }),
      ),
  )
  return {
    cohort_hosts: placed.map(({ hostId, host, cohortId }) => ({
      ...{ host_id: hostId, family: host.family, enrolled: host.enrolled, team_id: host.team, cohort_id: cohortId },
      ...{ labels: inOrder(host.labels), known: inOrder(host.known) },
    })),
    cohorts: [...cohorts].map(([cohort_id, { host, ofCohort, knownOfCohort }]) => {
      const members = placed.filter((one) => one.cohortId === cohort_id)
      return {
        ...{ cohort_id, family: host.family, team_id: host.team, labels: ofCohort, known: knownOfCohort },
        ...{ members: members.length, hosts: members.filter((one) => one.host.enrolled).length },
      }
    }),
    desired_profiles: judged.filter(({ mode }) => mode === 'wanted').map(({ row }) => row),
    spared_profiles: judged.flatMap(({ mode, row }) => (mode === 'held' || mode === 'kept' ? [{ ...row, mode }] : [])),
  }
}

/** What each host is to have, may have, and must not have, for those who ask about one host alone. */
export const judge = (
  { includeAll, includeAny, excludeAny }: Targets,
  labels: ReadonlyMap<string, Label>,
  host: Readonly<{ member: readonly string[]; known: readonly string[] }>,
): 'wanted' | 'held' | 'kept' | 'unwanted' => {
  const is = (label: string): 'gone' | 'member' | 'unknown' | 'other' => {
    if (labels.get(label)?.deleted === true) return 'gone'
    if (host.member.includes(label)) return 'member'
    return labels.get(label)?.dynamic === true && !host.known.includes(label) ? 'unknown' : 'other'
  }
  const all = includeAll.map(is)
  const any = includeAny.map(is)
  const none = excludeAny.map(is)
  if ([...all, ...any, ...none].includes('gone')) {
    const onlyAnyIsGone = ![...all, ...none].includes('gone')
    const matches = all.every((one) => one === 'member') && any.includes('member') && none.every((one) => one === 'other')
    return onlyAnyIsGone && matches ? 'wanted' : 'kept'
  }
  if (any.length > 0 && !any.includes('member')) return 'unwanted'
  if (none.includes('member') || all.includes('other')) return 'unwanted'
  return all.includes('unknown') || none.includes('unknown') ? 'held' : 'wanted'
}

const told = (events: readonly Recorded[]) => {
  const hosts = new Map<string, Member>()
  const settings = new Map<string, Setting>()
  const labels = new Map<string, Label>()
  for (const event of events as readonly Recorded<HostEvent | ProfileEvent | LabelEvent>[]) {
    const { id, at } = event
    if (event.type === 'HostDiscovered') hosts.set(id, newcomer(event.data.platform))
    const host = hosts.get(id)
    if (host !== undefined && event.type === 'HostTransferred') host.team = event.data.teamId
    if (host !== undefined && event.type === 'EnrollmentStarted') host.enrolled = false
    if (host !== undefined && event.type === 'EnrollmentEnded') host.enrolled = false
    if (host !== undefined && event.type === 'ChannelOpened' && event.data.channel === 'device') host.enrolled = true
    if (host !== undefined && event.type === 'LabelMembershipChanged') {
      for (const label of event.data.left) host.labels.delete(label)
      for (const label of event.data.joined) host.labels.add(label)
      for (const label of event.data.learned) host.known.add(label)
    }
    if (event.type === 'LabelCreated') labels.set(id, { dynamic: event.data.kind === 'dynamic', deleted: false })
    if (event.type === 'LabelDeleted') labels.set(id, { dynamic: labels.get(id)?.dynamic === true, deleted: true })
    if (event.type === 'ProfileUploaded') {
      const { teamId: team, kind = 'profile', targets = everyHost } = event.data
      settings.set(id, { ...event.data, team, kind, targets, since: at, secretsAt: null })
    }
    const setting = settings.get(id)
    if (setting !== undefined && event.type === 'ProfileEdited')
      settings.set(id, { ...setting, variables: [], refersTo: [], ...event.data, since: at })
    if (setting !== undefined && event.type === 'ProfileRetargeted') setting.targets = event.data.targets
    if (setting !== undefined && event.type === 'ProfileSecretsChanged') setting.secretsAt = at
    if (event.type === 'ProfileDeleted') settings.delete(id)
  }
  return { hosts, settings, labels }
}

const newcomer = (platform: string): Member => {
  const builtIn = ({ darwin: '2', ios: '3', ipados: '4', windows: '5' } as Record<string, string>)[platform]
  const family = builtIn === undefined ? 'none' : platform === 'windows' ? 'windows' : 'apple'
  return {
    family,
    team: '0',
    enrolled: false,
    labels: new Set(['1', ...(builtIn === undefined ? [] : [builtIn])]),
    known: new Set(),
  }
}

const placeOf = ({ family, team, labels, known }: Member, named: ReadonlySet<string>) => {
  const ofCohort = inOrder(labels).filter((label) => named.has(label))
  const knownOfCohort = inOrder(known).filter((label) => named.has(label) && !labels.has(label))
  const mark = createHash('md5')
    .update(`${ofCohort.join(',')}/${knownOfCohort.join(',')}`)
    .digest('hex')
  const cohortId = `${family}_${team}${ofCohort.length + knownOfCohort.length === 0 ? '' : `_${mark}`}`
  return { cohortId, ofCohort, knownOfCohort }
}

const labelsIn = ({ includeAll, includeAny, excludeAny }: Targets) => [...includeAll, ...includeAny, ...excludeAny]

const inOrder = (set: Iterable<string>): readonly string[] => [...set].sort()
