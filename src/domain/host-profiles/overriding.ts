import type { HostProfileEvent, Overrider } from './events.ts'
import type { HostProfiles } from './state.ts'

/** That others have the last word on nodes of a profile, and which; `detail` is for people. */
export type Overriding = Readonly<{ profileId: string; checksum: string; by: readonly Overrider[]; detail: string }>

/**
 * What is news in the overriding on a host, of which `all` is told: a profile that others override counts as failed with what overrides it, one that
 * nothing overrides any more is sent again. What is on its way is told when it has come.
 */
export const overridingNews = (all: readonly Overriding[], current: HostProfiles): readonly HostProfileEvent[] => [
  ...all.flatMap((one): readonly HostProfileEvent[] => {
    const has = current[one.profileId]
    if (has?.operation !== 'install' || has.checksum !== one.checksum) return []
    const isThere = has.status === 'verified' || has.status === 'verifying' || has.overridden !== undefined
    const isTold = has.status === 'failed' && has.overridden?.detail === one.detail && isSame(has.overridden.by, one.by)
    return isThere && !isTold && has.status !== 'pending' && has.status !== 'waiting'
      ? [{ type: 'ProfileOverridden', data: one }]
      : []
  }),
  ...Object.entries(current).flatMap(([profileId, { operation, status, overridden }]): readonly HostProfileEvent[] =>
    operation === 'install' && status === 'failed' && overridden !== undefined && !all.some((one) => one.profileId === profileId)
      ? [{ type: 'ProfileOverrideEnded', data: { profileId } }]
      : [],
  ),
]

const isSame = (one: readonly Overrider[], other: readonly Overrider[]): boolean => textOf(one) === textOf(other)

const textOf = (all: readonly Overrider[]): string =>
  all
    .map(({ profileId, checksum }) => `${profileId}/${checksum}`)
    .toSorted()
    .join(' ')
