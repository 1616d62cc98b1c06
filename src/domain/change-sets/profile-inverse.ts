import type { Recorded } from '../../kernel/event.ts'
import type { ProfileEvent, ProfileVersion, Targets } from '../profiles/events.ts'
import { everyHost } from '../profiles/events.ts'
import type { Course, Undoing } from './course.ts'
import { courseOf } from './course.ts'
import type { Inverse, UploadedProfile } from './inverses.ts'

/** A profile with all that an upload says; null: there is none. */
type Profile = UploadedProfile | null

const counts: ReadonlySet<string> = new Set(['ProfileUploaded', 'ProfileEdited', 'ProfileRetargeted', 'ProfileDeleted'])

/** How a profile fared. */
export const profileCourse = (events: readonly Recorded[], undoing: Undoing): Course<Profile> | null =>
  courseOf<Profile>(events, undoing, {
    initial: null,
    remember: (state, event) => remember(state, event as Recorded<ProfileEvent>),
    counts,
  })

const remember = (state: Profile, { type, data }: Recorded<ProfileEvent>): Profile => {
  if (type === 'ProfileUploaded') return data
  if (type === 'ProfileDeleted' || state === null) return null
  if (type === 'ProfileEdited') return { ...homeOf(state), ...data }
  if (type === 'ProfileRetargeted') return { ...state, targets: data.targets }
  const { fingerprints = {} } = data
  return { ...state, ...(state.secrets && { secretFingerprints: { ...state.secretFingerprints, ...fingerprints } }) }
}

/** Makes a profile what it was: only in what the change set changed of it. Nothing when it is so already. */
export const profileInverse = (id: string, { before, after, now }: Course<Profile>): readonly Inverse[] => {
  if (before === null) return after === null || now === null ? [] : [goneAgain(id, now)]
  // What others deleted since stays deleted.
  if (now === null && after !== null) return []
  const goal = after === null || now === null ? before : merged(before, after, now)
  if (now === null) return [{ deed: 'upload-profile', id, name: goal.name, profile: goal }]
  if (!isSamePlace(goal, now)) return [goneAgain(id, now), { deed: 'upload-profile', id, name: goal.name, profile: goal }]
  const targets = goal.targets ?? everyHost
  if (isSameVersion(goal, now) && isSame(targets, now.targets ?? everyHost)) return []
  return [{ deed: 'edit-profile', id, name: goal.name, version: versionOf(goal), targets }]
}

const goneAgain = (id: string, { name, teamId }: UploadedProfile): Inverse => ({ deed: 'delete-profile', id, name, teamId })

/** Of what others changed since, that stays which the change set had left alone. */
const merged = (before: UploadedProfile, after: UploadedProfile, now: UploadedProfile): UploadedProfile => {
  if (!isSamePlace(before, after)) return before
  const version = isSameVersion(before, after) ? now : before
  const targets = isSame(before.targets ?? everyHost, after.targets ?? everyHost) ? now.targets : before.targets
  return { ...homeOf(before), ...versionOf(version), ...(targets && { targets }) }
}

const homeOf = ({ teamId, family, kind, targets }: UploadedProfile) => ({
  teamId,
  family,
  ...(kind && { kind }),
  ...(targets && { targets }),
})

const versionOf = ({ teamId: _, family: __, kind: ___, targets: ____, ...version }: UploadedProfile): ProfileVersion => version

const isSamePlace = (one: UploadedProfile, other: UploadedProfile): boolean =>
  one.identifier === other.identifier && one.scope === other.scope && one.kind === other.kind && one.teamId === other.teamId

const isSameVersion = (one: UploadedProfile, other: UploadedProfile): boolean =>
  one.checksum === other.checksum && one.name === other.name

const isSame = (one: Targets, other: Targets): boolean =>
  (['includeAll', 'includeAny', 'excludeAny'] as const).every(
    (mode) => [...one[mode]].sort().join('\n') === [...other[mode]].sort().join('\n'),
  )
