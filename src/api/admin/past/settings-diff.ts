import type { App } from '../../../app/app.ts'
import { differencesIn } from '../../../protocols/readable/differences.ts'
import { paramOf, queryOf } from '../../parsing.ts'
import type { Handlers } from '../deps.ts'
import { profileUuid } from '../profiles/profiles.ts'
import { shownSettings, versionJson } from '../profiles/shown-settings.ts'
import { diffQuery } from './host-lifetime.ts'
import type { LookingBack } from './looking-back.ts'
import { momentOf, mustBeInOrder } from './moments.ts'
import { asDefinition, contentThen, settingThen } from './past-settings.ts'

export const settingsDiffQuery = diffQuery.extend({ to: diffQuery.shape.to.optional().describe('The same; absent: now.') })

/** More of them are two different things, not two versions of one. */
const mostDifferences = 1000

/** What one version of settings sets and another does not. */
export const settingsDiffRoutes = (
  app: Pick<App, 'log' | 'read' | 'blobs' | 'clock'>,
  past: LookingBack,
): Pick<Handlers, 'GET /configuration_profiles/:profile_uuid/settings/diff'> => {
  const versionAt = async (profileId: string, asked: string, field: 'from' | 'to') => {
    const moment = await momentOf(app, asked, field)
    const [setting, as_of] = await settingThen(past, profileId, { moment, field })
    const definition = asDefinition(setting)
    const { settings } = shownSettings(definition, await contentThen(app, setting))
    return { moment, settings, shown: { ...versionJson(definition), as_of } }
  }

  return {
    'GET /configuration_profiles/:profile_uuid/settings/diff': async (request, response) => {
      const profileId = paramOf(profileUuid, request, 'profile_uuid')
      const { from, to = app.clock().toISOString() } = queryOf(settingsDiffQuery, request)
      const before = await versionAt(profileId, from, 'from')
      const after = await versionAt(profileId, to, 'to')
      mustBeInOrder(before.moment, after.moment)
      const changes = differencesIn(before.settings, after.settings)
      response.json({
        ...{ profile_uuid: profileId, from: before.shown, to: after.shown },
        ...{ changes: changes.slice(0, mostDifferences), more: Math.max(0, changes.length - mostDifferences) },
      })
    },
  }
}
