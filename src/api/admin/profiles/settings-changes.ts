import type { App } from '../../../app/app.ts'
import { names } from '../../../domain/names/names.ts'
import type { PlatformFamily } from '../../../domain/platforms.ts'
import type { ProfileEvent, ProfileVersion, SettingsKind, Targets } from '../../../domain/profiles/events.ts'
import { everyHost } from '../../../domain/profiles/events.ts'
import { profile } from '../../../domain/profiles/profile.ts'
import type { Cause, OfType, Position } from '../../../kernel/event.ts'
import { derivedId } from '../../../kernel/ids.ts'
import { Rejection } from '../../../kernel/rejection.ts'
import { formerNames } from '../../../protocols/uploaded-name.ts'
import { refuse } from '../../errors.ts'
import type { Settings } from './read-settings.ts'
import { versionOf } from './read-settings.ts'

type Executed = Readonly<{ position: Position | null }>

type Uploaded = OfType<ProfileEvent, 'ProfileUploaded'>['data']

type Named = Readonly<{ teamId: string; family: PlatformFamily; kind?: SettingsKind; identifier: string; name: string }>

/** Changes of a team's settings, each with the names that must be unique in it. All of them refuse with 404, 409 or 422. */
export type SettingsChanges = Readonly<{
  /** Answers the id that the settings have now. */
  upload: (
    teamId: string,
    settings: Settings,
    targets: Targets,
    cause: Cause,
  ) => Promise<Executed & Readonly<{ profileId: string }>>
  /** Without targets they stay what they are. */
  edit: (profileId: string, settings: Settings, targets: Targets | null, cause: Cause) => Promise<Executed>
  remove: (profileId: string, because: 'asked' | 'replaced', cause: Cause) => Promise<Executed>
  /** Uploads settings again that were deleted, as their own stream has them; or makes them again what they were. */
  restore: (profileId: string, data: Uploaded, cause: Cause) => Promise<Executed>
  revert: (profileId: string, data: ProfileVersion & Readonly<{ targets: Targets }>, cause: Cause) => Promise<Executed>
}>

export const settingsChanges = (app: App): SettingsChanges => {
  const claim = async (profileId: string, { teamId, family, kind, identifier, name }: Named, cause: Cause): Promise<void> => {
    const sort = kind === 'declaration' ? 'declaration' : family === 'windows' ? 'windows' : 'identifier'
    const claimed = [`${sort}:${identifier}`, `name:${name}`]
    try {
      await app.execute(names, scopeOf(teamId), { type: 'ClaimNames', data: { holder: profileId, names: claimed } }, cause)
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'name-taken') throw error
      const held = (await app.load(names, scopeOf(teamId))).state
      const other = Object.keys(held).find((id) => id !== profileId && held[id]?.some((one) => claimed.includes(one)))
      const { state } = await app.load(profile, other ?? profileId)
      alreadyThere({ identifier, name }, state.stage === 'present' ? state : { identifier, name })
    }
  }

  /** A Windows profile has its name for an identifier: it may stand under a former one. */
  const mustBeNew = async (teamId: string, settings: Settings): Promise<void> => {
    for (const id of settingsIdsOf(teamId, settings)) {
      const { state } = await app.load(profile, id)
      if (state.stage === 'present') alreadyThere(settings, state)
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
    upload: async (teamId, settings, targets, cause) => {
      const { kind, family, identifier } = settings
      const profileId = settingsIdOf({ kind, family, teamId, identifier })
      await mustBeNew(teamId, settings)
      const version = await versionOf(app.blobs, settings, cause)
      const special = { ...(kind === 'declaration' && { kind }), ...(targets !== everyHost && { targets }) }
      const data = { ...version, teamId, family, ...special }
      const change = () => app.execute(profile, profileId, { type: 'UploadProfile', data }, cause)
      return { ...(await withNames(profileId, data, { cause, change })), profileId }
    },

    edit: async (profileId, settings, targets, cause) => {
      const { state: was } = await app.load(profile, profileId)
      if (was.stage !== 'present') return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
      if (settings.kind !== was.kind || settings.family !== was.family)
        return refuse(422, 'profile', `The settings must stay a ${was.kind} for ${platformsOf[was.family]}.`)
      const version = await versionOf(app.blobs, settings, cause)
      const isRenamed = was.family === 'windows' && formerNames(settings.identifier).includes(was.identifier)
      const identifier = isRenamed ? was.identifier : settings.identifier
      const data = { ...version, identifier, ...(targets !== null && { targets }) }
      const change = () => app.execute(profile, profileId, { type: 'EditProfile', data }, cause)
      // The rule that the identifier stays speaks before any name is claimed for it.
      if (data.identifier !== was.identifier) return change()
      return withNames(profileId, { ...data, kind: was.kind, family: was.family, teamId: was.teamId }, { cause, change })
    },

    remove: async (profileId, because, cause) => {
      const { state: was } = await app.load(profile, profileId)
      if (was.stage !== 'present') return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
      const deleted = await app.execute(profile, profileId, { type: 'DeleteProfile', data: { because } }, cause)
      await app.execute(names, scopeOf(was.teamId), { type: 'ReleaseNames', data: { holder: profileId } }, cause)
      return deleted
    },

    restore: (profileId, data, cause) => {
      const change = () => app.execute(profile, profileId, { type: 'UploadProfile', data }, cause)
      return withNames(profileId, data, { cause, change })
    },

    revert: async (profileId, data, cause) => {
      const { state: was } = await app.load(profile, profileId)
      if (was.stage !== 'present') return refuse(404, 'profile_uuid', `The profile ${profileId} does not exist.`)
      const change = () => app.execute(profile, profileId, { type: 'EditProfile', data }, cause)
      return withNames(profileId, { ...was, ...data }, { cause, change })
    },
  }
}

type Change<T> = Readonly<{ cause: Cause; change: () => Promise<T> }>

/** The id of a team's settings with this identifier: uploaded again after they were deleted, they are the same ones. */
export const settingsIdOf = ({
  kind,
  family,
  teamId,
  identifier,
}: Readonly<{ kind: SettingsKind; family: PlatformFamily; teamId: string; identifier: string }>): string =>
  family === 'windows'
    ? `w${derivedId(`windows/${teamId}/${identifier}`)}`
    : `${kind === 'declaration' ? 'd' : 'a'}${derivedId(`${kind}/${teamId}/${identifier}`)}`

/** The ids that a team's settings may have: that of their identifier first, then those of the names that they may have come in under before. */
export const settingsIdsOf = (teamId: string, settings: Settings): readonly string[] => {
  const { family, identifier } = settings
  const identifiers = [identifier, ...(family === 'windows' ? formerNames(identifier) : [])]
  return identifiers.map((one) => settingsIdOf({ ...settings, teamId, identifier: one }))
}

const platformsOf: Readonly<Record<PlatformFamily, string>> = { apple: 'Apple devices', windows: 'Windows' }

/** The scope in which the names of a team's profiles are unique. */
const scopeOf = (teamId: string): string => `profiles_${teamId}`

type Called = Readonly<{ identifier: string; name: string }>

/** Says of the other one what the caller did not: its name where the identifiers are the same, else its identifier. */
const alreadyThere = (wanted: Called, other: Called): never => {
  const named = `The team already has a profile named ${other.name}`
  return refuse(
    409,
    'profile',
    other.identifier === wanted.identifier && other.identifier !== other.name
      ? `The team already has a profile with the identifier ${other.identifier}: it is named ${other.name}.`
      : `${named}${other.identifier === other.name ? '' : `: its identifier is ${other.identifier}`}.`,
  )
}
