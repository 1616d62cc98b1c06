import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Targets } from '../../../domain/profiles/events.ts'
import { everyHost } from '../../../domain/profiles/events.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import type { Position } from '../../../kernel/event.ts'
import type { ProfileRow } from '../../../projections/profiles.ts'
import { profilesOfTeam } from '../../../projections/profiles.ts'
import type { KindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { kindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { HttpRefusal, refuse } from '../../errors.ts'
import { bodyOf, numberText, queryOf } from '../../parsing.ts'
import { answer, warn } from '../answer.ts'
import type { Handlers } from '../deps.ts'
import type { SecretValues } from '../../secret-variables.ts'
import { openSecrets } from '../../secret-variables.ts'
import type { LabelNames } from './profile-labels.ts'
import { namedLabels, targetsOf } from './profile-labels.ts'
import type { Settings } from './read-settings.ts'
import { readSettings, secretsIn } from './read-settings.ts'
import type { SettingsChanges } from './settings-changes.ts'
import { settingsIdOf, settingsIdsOf } from './settings-changes.ts'
import { teamMustExist, teamNamed } from '../doors/team-checks.ts'

const labelList = z
  .array(z.string().max(255))
  .max(50)
  .nullish()
  .transform((list) => list ?? undefined)

const item = z.object({
  name: z.string().max(255).default(''),
  contents: z.base64('The contents are no base64.'),
  labels: labelList,
  labels_include_all: labelList,
  labels_include_any: labelList,
  labels_exclude_any: labelList,
})

/** The list, or an object from name to contents as older clients send it. */
export const batch = z.object({ profiles: z.union([z.array(item).max(1000), z.record(z.string().max(255), z.base64())]) })

const flag = z.enum(['true', 'false']).default('false')

export const where = z.object({
  team_id: numberText.optional(),
  team_name: z.string().min(1).max(255).optional(),
  only: z
    .enum(['apple', 'windows'])
    .optional()
    .describe('Only settings for these devices are in the batch, and are replaced; what the team has for others stays.'),
  assume_enabled: flag,
})

type Wanted = Readonly<{ settings: Settings; labels: LabelNames | null }>

type Plan = Readonly<{
  remove: readonly ProfileRow[]
  edit: readonly Readonly<{ profileId: string; settings: Settings; targets: Targets }>[]
  upload: readonly Readonly<{ settings: Settings; targets: Targets }>[]
}>

/**
 * Makes a team's settings what the batch says, all of them: what is not in it is deleted, what is unchanged is left alone. Everything is checked
 * before anything is done. Done again after it was cut off, it does what is left.
 */
export const batchRoute =
  (app: App, changes: SettingsChanges): Handlers['POST /configuration_profiles/batch'] =>
  async (request, response, { cause }) => {
    const { team_id, team_name, only } = queryOf(where, request)
    if (team_id !== undefined && team_name !== undefined) refuse(422, 'team_name', 'Name the team by team_id or by team_name.')
    const teamId = team_name === undefined ? (team_id ?? '0') : await teamNamed(app, team_name)
    await teamMustExist(app, teamId)
    const items = itemsOf(bodyOf(batch, request))
    const named = items.flatMap(({ contents }) => secretsIn(Buffer.from(contents, 'base64')))
    const known = await openSecrets(app, [...new Set(named)])
    const wanted = items.map((one, index) => read(one, index, known))
    const present = await app.read(profilesOfTeam(teamId, 10_000, 0))
    const isConcerned = ({ family }: Pick<ProfileRow, 'family'>): boolean => only === undefined || family === only
    mustBeUnique(wanted)
    mustBeAmong(wanted, { only, staying: present.filter((row) => !isConcerned(row)) })
    const targets = await Promise.all(wanted.map(({ labels }) => targetsOf(app, labels)))
    const plan = planOf(teamId, wanted, targets, present.filter(isConcerned))
    const warnings = wanted.flatMap(({ settings }) => (settings.warnings ?? []).map((one) => `${settings.name}: ${one}`))
    warn(response, warnings)
    response.status(warnings.length === 0 ? 204 : 200)
    const done: Readonly<{ position: Position | null }>[] = []
    for (const { profile_id } of plan.remove) done.push(await changes.remove(profile_id, 'replaced', cause))
    for (const { profileId, settings, targets: aims } of plan.edit)
      done.push(await changes.edit(profileId, settings, aims, cause))
    for (const { settings, targets: aims } of plan.upload) done.push(await changes.upload(teamId, settings, aims, cause))
    await answer(app, response, done, () => ({ warnings }))
  }

type Item = z.infer<typeof item>

const itemsOf = ({ profiles }: z.infer<typeof batch>): readonly Pick<Item, 'name' | 'contents'>[] | readonly Item[] =>
  Array.isArray(profiles) ? profiles : Object.entries(profiles).map(([name, contents]) => ({ name, contents }))

/** Refuses with the item's place in the list, counted from 0. */
const read = (
  { name, contents, ...labels }: Pick<Item, 'name' | 'contents'> & Partial<Item>,
  index: number,
  known: SecretValues,
): Wanted => {
  const place = `profiles.${String(index)}`
  try {
    const bytes = Buffer.from(contents, 'base64')
    const kind = kindOf(bytes)
    return { settings: readSettings({ kind, bytes, name }, known), labels: namedLabels(labels) }
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error
    const errors = error.errors.map((one) => ({ name: `${place}.${one.name}`, reason: one.reason }))
    throw new HttpRefusal(error.status, errors)
  }
}

const kindOf = (bytes: Buffer): KindOfUpload => {
  try {
    return kindOfUpload(bytes)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, error.field, error.message)
  }
}

const mustBeUnique = (wanted: readonly Wanted[]): void => {
  const seen = new Set<string>()
  for (const [index, { settings }] of wanted.entries())
    for (const name of [`${settings.family} ${settings.kind} ${settings.identifier}`, settings.name]) {
      if (seen.has(name)) refuse(422, `profiles.${String(index)}.name`, `${name} is there more than once.`)
      seen.add(name)
    }
}

/** Refuses what a batch for some devices alone says of others, and names that settings have which stay. */
const mustBeAmong = (
  wanted: readonly Wanted[],
  { only, staying }: Readonly<{ only: z.infer<typeof where>['only']; staying: readonly ProfileRow[] }>,
): void => {
  const names = new Set(staying.map(({ name }) => name))
  for (const [index, { settings }] of wanted.entries()) {
    if (only !== undefined && settings.family !== only)
      refuse(
        422,
        `profiles.${String(index)}.contents`,
        `The settings are not for ${only === 'apple' ? 'Apple devices' : 'Windows'}.`,
      )
    if (names.has(settings.name))
      refuse(422, `profiles.${String(index)}.name`, `The team has other settings with the name ${settings.name}, which stay.`)
  }
}

const planOf = (teamId: string, wanted: readonly Wanted[], targets: readonly Targets[], present: readonly ProfileRow[]): Plan => {
  const byId = new Map(present.map((row) => [row.profile_id, row]))
  const idOf = (settings: Settings): string =>
    settingsIdsOf(teamId, settings).find((id) => byId.has(id)) ?? settingsIdOf({ ...settings, teamId })
  const all = wanted.map(({ settings }, index) => ({
    settings,
    targets: targets[index] ?? everyHost,
    profileId: idOf(settings),
  }))
  const isKept = ({ profileId, settings }: (typeof all)[number]): boolean => byId.get(profileId)?.scope === settings.scope
  const kept = all.filter(isKept)
  return {
    // What changes its scope is another profile to a device: it goes, and comes.
    remove: present.filter(({ profile_id }) => !kept.some(({ profileId }) => profileId === profile_id)),
    edit: kept.filter(({ profileId, settings, targets: aims }) => {
      const row = byId.get(profileId)
      const unchanged = row?.checksum === md5(settings.bytes) && row.name === settings.name
      return !unchanged || !isSame(row.targets ?? everyHost, aims)
    }),
    upload: all.filter((one) => !isKept(one)),
  }
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

const isSame = (one: Targets, other: Targets): boolean =>
  (['includeAll', 'includeAny', 'excludeAny'] as const).every(
    (mode) => [...one[mode]].sort().join('\n') === [...other[mode]].sort().join('\n'),
  )
