import { builtInLabels } from '../labels/built-in.ts'
import type { Platform, PlatformFamily } from '../platforms.ts'
import type { Targets } from '../profiles/events.ts'

/** A label as far as settings ask for it. */
export type KnownLabel = Readonly<{ dynamic: boolean; deleted: boolean }>

/** A profile and a host, as they stand to each other. */
export type Standing = Readonly<{
  /** Null before the upload. */
  profile: Readonly<{ teamId: string; family: PlatformFamily; targets: Targets; deleted: boolean }> | null
  /** Null before the host was known. */
  platform: Platform | null
  teamId: string
  members: ReadonlySet<string>
  known: ReadonlySet<string>
  labels: ReadonlyMap<string, KnownLabel>
}>

/** What tips the balance, with the labels that do. */
export type Ground =
  | Readonly<{ kind: 'fits' | 'not-uploaded' | 'deleted' | 'other-team' | 'other-platform' }>
  | Readonly<{ kind: 'excluded' | 'not-included' | 'lacking' | 'not-known' | 'broken'; labels: readonly string[] }>

/** Whether a host is to have a profile: `held` and `kept` mean that it may keep it (see docs/glossary.md). */
export type Judgement = Readonly<{ mode: 'wanted' | 'held' | 'kept' | 'unwanted'; ground: Ground }>

/** Judges one profile for one host, as `cohorts` does for all; and says why. */
export const judge = (standing: Standing): Judgement => {
  const { profile, platform, teamId } = standing
  if (profile === null) return unwanted({ kind: 'not-uploaded' })
  if (profile.deleted) return unwanted({ kind: 'deleted' })
  if (platform === null || familyOf(platform) !== profile.family) return unwanted({ kind: 'other-platform' })
  if (profile.teamId !== teamId) return unwanted({ kind: 'other-team' })
  return judgeLabels(profile.targets, standing)
}

/** Two judgements that rest on the same are one. */
export const isSameJudgement = (one: Judgement, other: Judgement): boolean =>
  one.mode === other.mode && one.ground.kind === other.ground.kind && labelsOf(one).join() === labelsOf(other).join()

/** The labels that tip the balance. */
export const labelsOf = ({ ground }: Judgement): readonly string[] => ('labels' in ground ? ground.labels : [])

/** The labels that hosts of a platform are members of from the beginning. */
export const builtInOf = (platform: Platform): readonly string[] =>
  builtInLabels.flatMap((label) => (label.platform === null || label.platform === platform ? [label.id] : []))

const judgeLabels = ({ includeAll, includeAny, excludeAny }: Targets, standing: Standing): Judgement => {
  const among = (labels: readonly string[], how: LabelStatus) => labels.filter((label) => statusOf(label, standing) === how)
  const gone = among([...includeAll, ...includeAny, ...excludeAny], 'gone')
  const isInAny = among(includeAny, 'member').length > 0
  if (gone.length > 0) {
    const fits =
      among(includeAll, 'member').length === includeAll.length && among(excludeAny, 'other').length === excludeAny.length
    return fits && isInAny ? fitting : { mode: 'kept', ground: { kind: 'broken', labels: gone } }
  }
  if (includeAny.length > 0 && !isInAny) return unwanted({ kind: 'not-included', labels: includeAny })
  const excluding = among(excludeAny, 'member')
  if (excluding.length > 0) return unwanted({ kind: 'excluded', labels: excluding })
  const lacking = among(includeAll, 'other')
  if (lacking.length > 0) return unwanted({ kind: 'lacking', labels: lacking })
  const unknown = among([...includeAll, ...excludeAny], 'unknown')
  return unknown.length > 0 ? { mode: 'held', ground: { kind: 'not-known', labels: unknown } } : fitting
}

export type LabelStatus = 'gone' | 'member' | 'unknown' | 'other'

/** How a host stands to a label; until it answered a dynamic one, nobody knows. */
export const statusOf = (
  label: string,
  { labels, members, known }: Pick<Standing, 'labels' | 'members' | 'known'>,
): LabelStatus => {
  const is = labels.get(label)
  if (is?.deleted === true) return 'gone'
  if (members.has(label)) return 'member'
  return is?.dynamic === true && !known.has(label) ? 'unknown' : 'other'
}

const fitting: Judgement = { mode: 'wanted', ground: { kind: 'fits' } }

const unwanted = (ground: Ground): Judgement => ({ mode: 'unwanted', ground })

const familyOf = (platform: Platform): PlatformFamily | null =>
  platform === 'linux' ? null : platform === 'windows' ? 'windows' : 'apple'
