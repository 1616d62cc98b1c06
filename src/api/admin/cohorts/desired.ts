import { createHash } from 'node:crypto'
import type { Moment } from '../../../app/moment.ts'
import type { Cohort, LabelNature, Mode } from '../../../domain/cohorts/desired.ts'
import { cohortOf, desiredOf, labelsNamedIn } from '../../../domain/cohorts/desired.ts'
import { placeOf } from '../../../domain/cohorts/place.ts'
import type { Host } from '../../../domain/host/host.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import type { Setting } from '../../../domain/profiles/setting.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { CohortRow, DesiredRow } from '../../../projections/cohort-directory.ts'
import type { LookingBack } from '../past/looking-back.ts'

/** A cohort as it was, and the settings in both sets of it. */
export type DesiredThen = Readonly<{
  cohort: Cohort
  enrolled: boolean
  settings: readonly (Setting & Readonly<{ mode: Mode }>)[]
  nameOf: (labelId: string) => string
}>

/** What a host was to have; nothing while it was not enrolled. */
export const desiredThen = async (
  past: Pick<LookingBack, 'settingsOf' | 'labels'>,
  host: Pick<Host, 'enrollment' | 'membership' | 'labels'>,
  moment: Moment,
): Promise<DesiredThen> => {
  const place = placeOf(host)
  const settings = await past.settingsOf(place.teamId, moment)
  const labels = await past.labels(labelsNamedIn(settings), moment)
  const cohort = cohortOf(place, settings)
  const { enrolled } = place
  return { cohort, enrolled, settings: enrolled ? desiredOf(cohort, settings, labels) : [], nameOf: naming(labels) }
}

/** What hosts like those of a cohort were to have. */
export const desiredOfCohortThen = async (
  past: Pick<LookingBack, 'settingsOf' | 'labels'>,
  cohort: Cohort,
  moment: Moment,
): Promise<DesiredThen> => {
  const settings = await past.settingsOf(cohort.teamId, moment)
  const labels = await past.labels([...labelsNamedIn(settings), ...cohort.labels, ...cohort.known], moment)
  return { cohort, enrolled: true, settings: desiredOf(cohort, settings, labels), nameOf: naming(labels) }
}

const naming =
  (labels: ReadonlyMap<string, Readonly<{ name: string }> & LabelNature>) =>
  (labelId: string): string =>
    builtInLabels.find(({ id }) => id === labelId)?.name ?? labels.get(labelId)?.name ?? labelId

/** The id of a cohort, as the read model makes it. */
export const cohortIdOf = ({ family, teamId, labels, known }: Cohort): string => {
  const told = `${labels.join(',')}/${known.join(',')}`
  const mark = labels.length + known.length === 0 ? '' : `_${createHash('md5').update(told).digest('hex')}`
  return `${family}_${teamId}${mark}`
}

type Labels = Readonly<{ labels: readonly string[]; known: readonly string[] }>

/** A cohort for people. `known_not`: the dynamic labels that its hosts are known not to be in. */
export const cohortJson = (
  { cohort_id, family, team_id, team_name, labels, known }: Omit<CohortRow, 'members' | 'hosts'> & Labels,
  nameOf: (labelId: string) => string,
) => ({
  id: cohort_id,
  family,
  team_id: team_id === noTeam ? null : Number(team_id),
  team_name: team_id === noTeam ? null : team_name,
  labels: labels.map((id) => ({ id: Number(id), name: nameOf(id) })),
  known_not: known.map((id) => ({ id: Number(id), name: nameOf(id) })),
})

/** A setting that hosts are to have, or may keep; the checksum as in its definition. */
export const desiredJson = ({ profile_id, checksum, ...row }: DesiredRow) => ({
  profile_uuid: profile_id,
  ...{ name: row.name, identifier: row.identifier, kind: row.kind, scope: row.scope },
  checksum: Buffer.from(checksum, 'hex').toString('base64'),
  ...{ mode: row.mode, since: row.since, secrets_changed_at: row.secrets_at },
})

/** The same from a setting of the past. */
export const desiredThenJson = ({ profileId, since, secretsAt, ...rest }: Setting & Readonly<{ mode: Mode }>) =>
  desiredJson({ ...rest, profile_id: profileId, since, secrets_at: secretsAt })
