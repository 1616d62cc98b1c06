import type { AimedProfile } from '../../client/settings-client.ts'
import { formerNames } from '../../protocols/uploaded-name.ts'
import { keyOf } from './profile-file.ts'
import type { Aims } from './team-file.ts'
import type { WantedProfile } from './wanted.ts'
import { comparable } from './wanted.ts'

/** What a batch of these profiles would change where those are; no lines when nothing. */
export const profileLines = (wanted: readonly WantedProfile[], there: readonly AimedProfile[]): readonly string[] => {
  const present = new Map(there.map((profile) => [keyOfPresent(profile), profile]))
  const formerKeys = ({ key, name }: WantedProfile): readonly string[] =>
    key === keyOf('w', name) ? formerNames(name).map((former) => keyOf('w', former)) : []
  const keyIn = (profile: WantedProfile): string =>
    [profile.key, ...formerKeys(profile)].find((key) => present.has(key)) ?? profile.key
  const keys = new Set(wanted.map(keyIn))
  return [
    ...wanted.flatMap((profile) => {
      const was = present.get(keyIn(profile))
      if (was === undefined) return [`+ profile ${profile.name}`]
      const changed = differences(profile, was)
      return changed.length === 0 ? [] : [`~ profile ${profile.name} (${changed.join(', ')})`]
    }),
    ...[...present].flatMap(([key, { name }]) => (keys.has(key) ? [] : [`- profile ${name}`])),
  ]
}

const keyOfPresent = ({ profile_uuid, name, identifier, platform }: AimedProfile): string =>
  platform === 'windows' ? keyOf('w', name) : keyOf(profile_uuid.slice(0, 1), identifier)

const differences = (wanted: WantedProfile, was: AimedProfile): readonly string[] => [
  ...(wanted.name === was.name ? [] : [`name, was ${was.name}`]),
  // Windows profiles have no scope of their own.
  ...(was.scope === undefined || wanted.scope === was.scope ? [] : ['scope']),
  ...(wanted.checksum === was.checksum ? [] : ['content']),
  ...(aimsAreSame(wanted.aims, was) ? [] : ['labels']),
]

const aimsAreSame = ({ includeAll, includeAny, excludeAny }: Aims, was: AimedProfile): boolean =>
  isSame(includeAll, was.labels_include_all) &&
  isSame(includeAny, was.labels_include_any) &&
  isSame(excludeAny, was.labels_exclude_any)

/** A label that is gone is never the one that files name: that is a new one of the same name. */
const isSame = (wanted: readonly string[], was: AimedProfile['labels_include_all'] = []): boolean => {
  if (was.some(({ broken }) => broken === true)) return false
  const names = (all: readonly string[]) => JSON.stringify([...new Set(all.map(comparable))].sort())
  return names(wanted) === names(was.map(({ name }) => name))
}
