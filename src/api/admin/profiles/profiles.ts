import type { Response } from 'express'
import { z } from 'zod'
import { noTeam } from '../../../domain/teams/events.ts'
import type { ProfileRow } from '../../../projections/profiles.ts'
import { profileById, profilesOfTeam } from '../../../projections/profiles.ts'
import type { ProfileStatusCounts } from '../../../projections/rollout.ts'
import { profileStatusCounts, teamStatusCounts } from '../../../projections/rollout.ts'
import { refuse } from '../../errors.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { answer, warn, warningsOn } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { definitionJson, downloadNameOf } from './profile-presentation.ts'
import { labelsShown, targetsOf } from './profile-labels.ts'
import { batchRoute } from './profile-batch.ts'
import { resendBatchRoute } from './profile-resend.ts'
import { receiveProfile } from './profile-upload.ts'
import { settingsChanges } from './settings-changes.ts'
import { shownSettings } from './shown-settings.ts'
import { mustReach } from '../doors/team-reach.ts'
import { teamMustExist } from '../doors/team-checks.ts'

export const profileUuid = z.string().min(1).max(64)

const teamQuery = { team_id: numberText.default(noTeam) }

export const listQuery = z.object({ ...teamQuery, ...paging(100, 1000) })

export const summaryQuery = z.object(teamQuery)

export const contentQuery = z.object({ alt: z.literal('media').optional().describe('media: the bytes, as they were uploaded.') })

type ProfileRoutes = Pick<
  Handlers,
  | 'GET /configuration_profiles'
  | 'POST /configuration_profiles'
  | 'POST /configuration_profiles/batch'
  | 'POST /configuration_profiles/resend/batch'
  | 'GET /configuration_profiles/summary'
  | 'GET /configuration_profiles/:profile_uuid'
  | 'PATCH /configuration_profiles/:profile_uuid'
  | 'DELETE /configuration_profiles/:profile_uuid'
  | 'GET /configuration_profiles/:profile_uuid/settings'
  | 'GET /configuration_profiles/:profile_uuid/status'
>

export const profileRoutes = ({ app, settings }: Pick<AdminDeps, 'app' | 'settings'>): ProfileRoutes => {
  const changes = settingsChanges(app)

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

  return {
    'GET /configuration_profiles': async (request, response) => {
      const { team_id, ...page } = queryOf(listQuery, request)
      await teamMustExist(app, team_id)
      const { limit, offset } = windowOf(page)
      const { rows, meta } = pageOf(await app.read(profilesOfTeam(team_id, limit, offset)), page)
      response.json({ profiles: await shown(rows), meta })
    },

    'POST /configuration_profiles': async (request, response, { cause, reach }) => {
      const { teamId, settings, labels } = await receiveProfile(app, request, response)
      mustReach(reach, [teamId])
      await teamMustExist(app, teamId)
      warn(response, settings.warnings ?? [])
      const executed = await changes.upload(teamId, settings, await targetsOf(app, labels), cause)
      await answer(app, response, executed, () => ({
        profile_uuid: executed.profileId,
        ...warningsJson(response),
      }))
    },

    'POST /configuration_profiles/batch': batchRoute(app, changes),

    'POST /configuration_profiles/resend/batch': resendBatchRoute({ app, settings }),

    'GET /configuration_profiles/summary': async (request, response) => {
      const { team_id } = queryOf(summaryQuery, request)
      await teamMustExist(app, team_id)
      response.json(countsJson(await app.read(teamStatusCounts(team_id))))
    },

    'GET /configuration_profiles/:profile_uuid': async (request, response) => {
      const row = await existing(paramOf(profileUuid, request, 'profile_uuid'))
      const { alt } = queryOf(contentQuery, request)
      if (alt === undefined) return void response.json((await shown([row]))[0])
      const bytes = await app.blobs.fetch(row.content)
      response.attachment(downloadNameOf(app.clock(), row)).type('application/octet-stream').send(Buffer.from(bytes))
    },

    'PATCH /configuration_profiles/:profile_uuid': async (request, response, { cause }) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { settings, labels } = await receiveProfile(app, request, response)
      const targets = labels === null ? null : await targetsOf(app, labels)
      warn(response, settings?.warnings ?? [])
      const executed = await changes.edit(profileId, settings, targets, cause)
      await answer(app, response, executed, async () => ({
        ...(await shown([await existing(profileId)]))[0],
        ...warningsJson(response),
      }))
    },

    'DELETE /configuration_profiles/:profile_uuid': async (request, response, { cause }) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      await answer(app, response, await changes.remove(profileId, 'asked', cause), () => ({}))
    },

    'GET /configuration_profiles/:profile_uuid/settings': async (request, response) => {
      const row = await existing(paramOf(profileUuid, request, 'profile_uuid'))
      response.json(shownSettings(row, await app.blobs.fetch(row.content)))
    },

    'GET /configuration_profiles/:profile_uuid/status': async (request, response) => {
      const { profile_id } = await existing(paramOf(profileUuid, request, 'profile_uuid'))
      response.json(countsJson(await app.read(profileStatusCounts(profile_id))))
    },
  }
}

/** Nothing where there is nothing to heed. */
const warningsJson = (response: Response): Readonly<{ warnings?: readonly string[] }> => {
  const warnings = warningsOn(response)
  return warnings.length === 0 ? {} : { warnings }
}

const countsJson = ([counts]: readonly ProfileStatusCounts[]): ProfileStatusCounts =>
  counts ?? { verified: 0, verifying: 0, failed: 0, pending: 0 }
