import { z } from 'zod'
import type { App } from '../../app/app.ts'
import { names } from '../../domain/names/names.ts'
import { profile } from '../../domain/profiles/profile.ts'
import type { SettingsKind } from '../../domain/profiles/events.ts'
import { everyHost } from '../../domain/profiles/events.ts'
import { noTeam } from '../../domain/teams/events.ts'
import type { Cause } from '../../kernel/event.ts'
import { derivedId } from '../../kernel/ids.ts'
import { Rejection } from '../../kernel/rejection.ts'
import type { ProfileRow } from '../../projections/profiles.ts'
import { profileById, profilesOfTeam } from '../../projections/profiles.ts'
import type { ProfileStatusCounts } from '../../projections/rollout.ts'
import { profileStatusCounts, teamStatusCounts } from '../../projections/rollout.ts'
import { refuse } from '../errors.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../parsing.ts'
import { answer } from './answer.ts'
import type { Handlers } from './deps.ts'
import { definitionJson, downloadNameOf } from './profile-presentation.ts'
import { labelsShown, targetsOf } from './profile-labels.ts'
import { receiveProfile, versionOf } from './profile-upload.ts'
import { teamMustExist } from './team-checks.ts'

const profileUuid = z.string().min(1).max(64)

const teamQuery = { team_id: numberText.default(noTeam) }

type ProfileRoutes = Pick<
  Handlers,
  | 'GET /configuration_profiles'
  | 'POST /configuration_profiles'
  | 'GET /configuration_profiles/summary'
  | 'GET /configuration_profiles/:profile_uuid'
  | 'PATCH /configuration_profiles/:profile_uuid'
  | 'DELETE /configuration_profiles/:profile_uuid'
  | 'GET /configuration_profiles/:profile_uuid/status'
>

type Named = Readonly<{ teamId: string; kind?: SettingsKind; identifier: string; name: string }>

export const profileRoutes = (app: App): ProfileRoutes => {
  const existing = async (profileId: string): Promise<ProfileRow> => {
    const [row] = await app.read(profileById(profileId))
    return row ?? refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
  }

  const shown = async (rows: readonly ProfileRow[]) => {
    const label = await labelsShown(
      app,
      rows.map(({ targets }) => targets),
    )
    return rows.map((row) => definitionJson(row, label))
  }

  const claim = async (profileId: string, { teamId, kind, identifier, name }: Named, cause: Cause): Promise<void> => {
    const claimed = [`${kind === 'declaration' ? 'declaration' : 'identifier'}:${identifier}`, `name:${name}`]
    try {
      await app.execute(names, scopeOf(teamId), { type: 'ClaimNames', data: { holder: profileId, names: claimed } }, cause)
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'name-taken') throw error
      alreadyThere(identifier, name)
    }
  }

  /** After a change that came to nothing: the profile holds the names that it really has. */
  const claimAsItStands = async (profileId: string, cause: Cause): Promise<void> => {
    const { state } = await app.load(profile, profileId)
    if (state.stage === 'present') await claim(profileId, state, cause)
  }

  const withNames = async <T>(profileId: string, named: Named, { cause, change }: Change<T>): Promise<T> => {
    await claim(profileId, named, cause)
    try {
      return await change()
    } catch (error) {
      if (error instanceof Rejection) await claimAsItStands(profileId, cause)
      throw error
    }
  }

  return {
    'GET /configuration_profiles': async (request, response) => {
      const { team_id, ...page } = queryOf(z.object({ ...teamQuery, ...paging(100, 1000) }), request)
      await teamMustExist(app, team_id)
      const { limit, offset } = windowOf(page)
      const { rows, meta } = pageOf(await app.read(profilesOfTeam(team_id, limit, offset)), page)
      response.json({ profiles: await shown(rows), meta })
    },

    'POST /configuration_profiles': async (request, response, { cause }) => {
      const { teamId, settings, labels } = await receiveProfile(request, response)
      const { kind, identifier } = settings
      await teamMustExist(app, teamId)
      const targets = await targetsOf(app, labels)
      const profileId = settingsIdOf({ kind, teamId, identifier })
      if ((await app.load(profile, profileId)).state.stage === 'present') alreadyThere(identifier, settings.name)
      const version = await versionOf(app.blobs, settings, cause)
      const special = { ...(kind === 'declaration' && { kind }), ...(targets !== everyHost && { targets }) }
      const data = { ...version, teamId, family: 'apple' as const, ...special }
      const change = () => app.execute(profile, profileId, { type: 'UploadProfile', data }, cause)
      const executed = await withNames(profileId, data, { cause, change })
      await answer(app, response, executed, () => ({ profile_uuid: profileId }))
    },

    'GET /configuration_profiles/summary': async (request, response) => {
      const { team_id } = queryOf(z.object(teamQuery), request)
      await teamMustExist(app, team_id)
      response.json(countsJson(await app.read(teamStatusCounts(team_id))))
    },

    'GET /configuration_profiles/:profile_uuid': async (request, response) => {
      const row = await existing(paramOf(profileUuid, request, 'profile_uuid'))
      const { alt } = queryOf(z.object({ alt: z.literal('media').optional() }), request)
      if (alt === undefined) return void response.json((await shown([row]))[0])
      const bytes = await app.blobs.fetch(row.content)
      response.attachment(downloadNameOf(app.clock(), row)).type('application/octet-stream').send(Buffer.from(bytes))
    },

    'PATCH /configuration_profiles/:profile_uuid': async (request, response, { cause }) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { settings, labels } = await receiveProfile(request, response)
      const { state: was } = await app.load(profile, profileId)
      if (was.stage !== 'present') return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
      if (settings.kind !== was.kind) return refuse(422, 'profile', `The settings must stay a ${was.kind}.`)
      const version = await versionOf(app.blobs, settings, cause)
      const data = { ...version, ...(labels !== null && { targets: await targetsOf(app, labels) }) }
      const change = () => app.execute(profile, profileId, { type: 'EditProfile', data }, cause)
      // The rule that the identifier stays speaks before any name is claimed for it.
      const executed =
        data.identifier === was.identifier
          ? await withNames(profileId, { ...data, kind: was.kind, teamId: was.teamId }, { cause, change })
          : await change()
      await answer(app, response, executed, async () => (await shown([await existing(profileId)]))[0] ?? {})
    },

    'DELETE /configuration_profiles/:profile_uuid': async (request, response, { cause }) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { state: was } = await app.load(profile, profileId)
      if (was.stage !== 'present') return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
      const deleted = await app.execute(profile, profileId, { type: 'DeleteProfile', data: { because: 'asked' } }, cause)
      await app.execute(names, scopeOf(was.teamId), { type: 'ReleaseNames', data: { holder: profileId } }, cause)
      await answer(app, response, deleted, () => ({}))
    },

    'GET /configuration_profiles/:profile_uuid/status': async (request, response) => {
      const { profile_id } = await existing(paramOf(profileUuid, request, 'profile_uuid'))
      response.json(countsJson(await app.read(profileStatusCounts(profile_id))))
    },
  }
}

type Change<T> = Readonly<{ cause: Cause; change: () => Promise<T> }>

/** The id of a team's settings with this identifier: uploaded again after they were deleted, they are the same ones. */
export const settingsIdOf = ({
  kind,
  teamId,
  identifier,
}: Readonly<{ kind: SettingsKind; teamId: string; identifier: string }>): string =>
  `${kind === 'declaration' ? 'd' : 'a'}${derivedId(`${kind}/${teamId}/${identifier}`)}`

/** The scope in which the names of a team's profiles are unique. */
const scopeOf = (teamId: string): string => `profiles_${teamId}`

const alreadyThere = (identifier: string, name: string): never =>
  refuse(409, 'profile', `The team already has a profile with the identifier ${identifier} or the name ${name}.`)

const countsJson = ([counts]: readonly ProfileStatusCounts[]): ProfileStatusCounts =>
  counts ?? { verified: 0, verifying: 0, failed: 0, pending: 0 }
