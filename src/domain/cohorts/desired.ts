import type { Setting } from '../profiles/setting.ts'
import type { Targets } from '../profiles/events.ts'

/** What tells where a host belongs. `labels`: those that it is a member of; `known`: the dynamic ones that it has answered. */
export type Place = Readonly<{
  family: string
  teamId: string
  enrolled: boolean
  labels: ReadonlySet<string>
  known: ReadonlySet<string>
}>

/** A set of hosts that must look the same: of the labels that the team's settings name, those they are in, and those they are known not to be in. */
export type Cohort = Readonly<{ family: string; teamId: string; labels: readonly string[]; known: readonly string[] }>

/** What of a label matters to settings that name it. */
export type LabelNature = Readonly<{ dynamic: boolean; deleted: boolean }>

/** `wanted`: to be there. `held`: to stay where it is, while a membership is not known. `kept`: left alone, because one of its labels is gone. */
export type Mode = 'wanted' | 'held' | 'kept'

/** The cohort of a host, `settings` being those of its team. */
export const cohortOf = ({ family, teamId, labels, known }: Place, settings: readonly Setting[]): Cohort => {
  const named = labelsNamedIn(settings)
  return {
    family,
    teamId,
    labels: named.filter((label) => labels.has(label)),
    known: named.filter((label) => known.has(label) && !labels.has(label)),
  }
}

/** The labels that settings name, each once, in order. */
export const labelsNamedIn = (settings: readonly Setting[]): readonly string[] =>
  [...new Set(settings.flatMap(({ targets }) => [...targets.includeAll, ...targets.includeAny, ...targets.excludeAny]))].sort()

/** What the hosts of a cohort are to have, and may keep: of these settings, all of its team. A label that nobody knows is a manual one. */
export const desiredOf = <S extends Setting>(
  cohort: Cohort,
  settings: readonly S[],
  labels: ReadonlyMap<string, LabelNature>,
): readonly (S & Readonly<{ mode: Mode }>)[] =>
  settings
    .filter(({ family, teamId }) => family === cohort.family && teamId === cohort.teamId)
    .flatMap((setting) => {
      const mode = modeOf(setting.targets, cohort, labels)
      return mode === null ? [] : [{ ...setting, mode }]
    })

type Standing = 'gone' | 'member' | 'unknown' | 'other'

const modeOf = (
  { includeAll, includeAny, excludeAny }: Targets,
  cohort: Pick<Cohort, 'labels' | 'known'>,
  labels: ReadonlyMap<string, LabelNature>,
): Mode | null => {
  const [all, any, none] = [includeAll, includeAny, excludeAny].map((list) =>
    list.map((label) => standingOf(label, cohort, labels)),
  )
  return judged(all ?? [], any ?? [], none ?? [])
}

const standingOf = (
  label: string,
  { labels: member, known }: Pick<Cohort, 'labels' | 'known'>,
  labels: ReadonlyMap<string, LabelNature>,
): Standing => {
  const nature = labels.get(label)
  if (nature?.deleted === true) return 'gone'
  if (member.includes(label)) return 'member'
  return nature?.dynamic === true && !known.includes(label) ? 'unknown' : 'other'
}

const judged = (all: readonly Standing[], any: readonly Standing[], none: readonly Standing[]): Mode | null => {
  const matchesSome = any.length === 0 || any.includes('member')
  if (all.includes('gone') || none.includes('gone')) return 'kept'
  // One of several that would do is gone: the others still let hosts in, and nobody out.
  if (any.includes('gone'))
    return matchesSome && all.every((one) => one === 'member') && none.every((one) => one === 'other') ? 'wanted' : 'kept'
  if (!matchesSome || none.includes('member') || all.includes('other')) return null
  return all.includes('unknown') || none.includes('unknown') ? 'held' : 'wanted'
}
