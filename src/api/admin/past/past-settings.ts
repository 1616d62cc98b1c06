import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import type { LookedUp } from '../../../app/lives.ts'
import { replayer } from '../../../app/replay.ts'
import { labelsNamedIn } from '../../../domain/cohorts/desired.ts'
import { builtInLabels } from '../../../domain/labels/built-in.ts'
import { label } from '../../../domain/labels/label.ts'
import type { Setting } from '../../../domain/profiles/setting.ts'
import { profileContent } from '../../../projections/profiles.ts'
import { refuse } from '../../errors.ts'
import { numberText, paramOf, queryOf } from '../../parsing.ts'
import { builtInJson, labelJson } from '../labels/label-presentation.ts'
import type { ShownLabel } from '../profiles/profile-labels.ts'
import type { Definition } from '../profiles/profile-presentation.ts'
import { definitionJson, downloadNameOf } from '../profiles/profile-presentation.ts'
import { shownSettings } from '../profiles/shown-settings.ts'
import type { PastHandlers } from './at-any-time.ts'
import type { LookingBack } from './looking-back.ts'
import type { AsOf, Sought } from './moments.ts'
import { asOf } from './moments.ts'

type Deps = Readonly<{ app: Pick<App, 'log' | 'read' | 'blobs' | 'clock'>; past: LookingBack }>

type PastSettingsHandlers = Pick<
  PastHandlers,
  | 'GET /teams/:id'
  | 'GET /labels/:id'
  | 'GET /configuration_profiles/:profile_uuid'
  | 'GET /configuration_profiles/:profile_uuid/settings'
>

const profileUuid = z.string().min(1).max(64)

/** Teams, labels and settings as they were. */
export const pastSettings = ({ app, past }: Deps): PastSettingsHandlers => {
  const labelThen = replayer(app.log, label)

  return {
    'GET /teams/:id': async (request, response, moment) => {
      const teamId = paramOf(numberText, request, 'id')
      const what = `The team ${teamId}`
      const [team, as_of] = found(await past.team(teamId, moment), { moment, what })
      if (team.deleted) return gone(what, as_of, 'id')
      const { name, description, createdAt } = team
      // Counting would take every host's history.
      response.json({ team: { id: Number(teamId), name, description, created_at: createdAt, host_count: null }, as_of })
    },

    'GET /labels/:id': async (request, response, moment) => {
      const labelId = paramOf(numberText, request, 'id')
      const builtIn = builtInLabels.find(({ id }) => id === labelId)
      if (builtIn !== undefined) return void response.json({ label: builtInJson(builtIn) })
      const what = `The label ${labelId}`
      const replayed = await labelThen(labelId, moment)
      const as_of = asOf(replayed, { moment, what })
      const { state, first, last } = replayed
      if (state.stage !== 'present') return gone(what, as_of, 'id')
      const { definition, kind, listed } = state
      const times = { created_at: first?.at ?? as_of.at, updated_at: last?.at ?? as_of.at, deleted_at: null }
      const { host_count: _, ...shown } = labelJson({ label_id: labelId, kind, ...definition, ...times, hosts: 0 })
      const members = kind === 'manual' ? { host_count: listed.size, host_ids: [...listed].map(Number).sort(byNumber) } : {}
      response.json({ label: { ...shown, ...members }, as_of })
    },

    'GET /configuration_profiles/:profile_uuid': async (request, response, moment) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { alt } = queryOf(z.object({ alt: z.literal('media').optional() }), request)
      const [setting, as_of] = await settingThen(past, profileId, { moment })
      if (alt === undefined) {
        const shown = await labelsShownThen(past, [setting], moment)
        return void response.json({ ...definitionJson(asDefinition(setting), shown), as_of })
      }
      const bytes = await contentThen(app, setting)
      const name = downloadNameOf(new Date(as_of.at), setting)
      response.attachment(name).type('application/octet-stream').send(Buffer.from(bytes))
    },

    'GET /configuration_profiles/:profile_uuid/settings': async (request, response, moment) => {
      const [setting, as_of] = await settingThen(past, paramOf(profileUuid, request, 'profile_uuid'), { moment })
      response.json({ ...shownSettings(asDefinition(setting), await contentThen(app, setting)), as_of })
    },
  }
}

/** A setting as it was, and what that rests on. Refuses with 404 when it was not there. */
export const settingThen = async (
  past: Pick<LookingBack, 'setting'>,
  profileId: string,
  { moment, field }: Readonly<{ moment: Moment; field?: string }>,
): Promise<readonly [Setting, AsOf]> => {
  const what = `The profile ${profileId}`
  const sought = { moment, what, idField: 'profile_uuid', ...(field !== undefined && { field }) }
  const [setting, as_of] = found(await past.setting(profileId, moment), sought)
  return setting === null ? gone(what, as_of, 'profile_uuid') : [setting, as_of]
}

/** The bytes of a setting in the version that it had. */
export const contentThen = async (
  app: Pick<App, 'read' | 'blobs'>,
  { profileId, checksum }: Pick<Setting, 'profileId' | 'checksum'>,
): Promise<Uint8Array> => {
  const [row] = await app.read(profileContent(profileId, checksum))
  return row === undefined
    ? refuse(404, 'profile_uuid', `The content of ${profileId} as it was is not in the read models.`)
    : app.blobs.fetch(row.content)
}

const byNumber = (one: number, other: number): number => one - other

const gone = (what: string, { at, position }: AsOf, field: string): never =>
  refuse(404, field, `${what} was deleted at ${at} (position ${position}).`)

/** What was known, and what that rests on. Refuses with 404 what was not there yet. */
const found = <F>({ was, next }: LookedUp<F>, sought: Sought): readonly [F, AsOf] => {
  const as_of = asOf({ events: was?.events ?? 0, last: was, next }, sought)
  return was === null ? gone(sought.what, as_of, 'at') : [was.facts, as_of]
}

/** A setting of the past as the read model would hold it. */
export const asDefinition = (setting: Setting): Definition => ({
  ...setting,
  profile_id: setting.profileId,
  team_id: setting.teamId,
  created_at: setting.createdAt,
  uploaded_at: setting.since,
})

/** How settings showed the labels that they name: by the names of that moment. */
export const labelsShownThen = async (
  past: Pick<LookingBack, 'labels'>,
  settings: readonly Setting[],
  moment: Moment,
): Promise<(labelId: string) => ShownLabel> => {
  const known = await past.labels(labelsNamedIn(settings), moment)
  return (labelId) => {
    const builtIn = builtInLabels.find(({ id }) => id === labelId)
    const named = builtIn === undefined ? known.get(labelId) : { name: builtIn.name, deleted: false }
    return named?.deleted === false ? { name: named.name, id: Number(labelId) } : { name: named?.name ?? labelId, broken: true }
  }
}
