import type { Enrollment } from '../enrollment/state.ts'
import { userChannelOf } from '../enrollment/state.ts'
import { userChannelWaitMs } from '../enrollment/user-channel.ts'
import { canDeclare } from './announcing.ts'
import type { AssignedDeclaration } from './events.ts'

type Circumstances = Readonly<{ enrollment: Enrollment; now: string }>

/**
 * A declaration as this host can have it: as it is; refused, with the reason; or, while a user or the system's version may still become known
 * after an enrollment, not yet (none).
 */
export const possible = (one: AssignedDeclaration, { enrollment, now }: Circumstances): readonly AssignedDeclaration[] => {
  const { platform, facts } = enrollment
  if (!canDeclare(enrollment)) {
    if (facts.osVersion === undefined && !isLate({ enrollment, now })) return []
    return [{ ...one, refused: { because: 'no-declarations', detail: tooOld(platform, facts.osVersion) } }]
  }
  if (one.scope === 'System' || userChannelOf(enrollment) !== null) return [one]
  if (!isLate({ enrollment, now })) return []
  return [{ ...one, refused: { because: 'no-user-channel', detail: noUser(platform) } }]
}

const isLate = ({ enrollment: { enrolledAt }, now }: Circumstances): boolean =>
  enrolledAt !== null && Date.parse(now) - Date.parse(enrolledAt) >= userChannelWaitMs

const noUser = (platform: Enrollment['platform']): string =>
  platform === 'darwin'
    ? 'The declaration is for a user, and no user of this Mac is enrolled.'
    : 'The declaration is for a user, and this device has no user channel.'

const tooOld = (platform: Enrollment['platform'], osVersion: string | undefined): string =>
  osVersion === undefined
    ? 'The host keeps its version to itself, so nobody knows whether it takes declarations.'
    : `${platform === 'darwin' ? 'macOS' : platform === 'ios' ? 'iOS' : 'iPadOS'} ${osVersion} takes no declarations.`
