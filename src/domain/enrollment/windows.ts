import { cancelAll } from '../commands/cancelling.ts'
import type { CommandEvent } from '../commands/events.ts'
import type { Commands } from '../commands/state.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { mustHaveLostItsKey } from '../forgetting/state.ts'
import { reject } from '../rejections.ts'
import type { MembershipEvent } from '../teams/events.ts'
import type { Membership } from '../teams/membership.ts'
import type { MergingEvent } from '../merging/events.ts'
import type { Merging } from '../merging/merging.ts'
import { description } from './beginning.ts'
import type { EnrollWindows } from './commands.ts'
import type { EnrollmentEvent } from './events.ts'
import type { Enrollment } from './state.ts'

type Sees = Readonly<{
  enrollment: Enrollment
  commands: Commands
  membership: Membership
  merging: Merging
  forgetting: Forgetting
}>

type Decides = EnrollmentEvent | CommandEvent | MembershipEvent | MergingEvent

/**
 * A Windows device enrolled: it has its identity and its credentials, and nothing else is to come. The same message twice is one enrolment; a new
 * id, or a new certificate, is a new one, for Windows forgets all that it had. Hardware hashes are not unique in the field: one that another device
 * has is taken, and told.
 */
export const enrollWindows = ({ data }: EnrollWindows, sees: Sees): readonly Decides[] => {
  const { enrollment: now, commands, membership, merging } = sees
  mustHaveLostItsKey(sees.forgetting)
  const { hardwareId, facts, teamId, identity, sharedWith, ...enrolled } = data
  if (now.hardwareId !== null && now.platform !== 'windows')
    reject('identity-conflict', `This host is known to run ${now.platform}, not Windows.`, 'HWDevID')
  if (now.stage === 'enrolled' && now.enrollmentId === enrolled.deviceId && now.certificate === identity.certificate) return []
  if (enrolled.by === 'agent' && now.sentAway)
    reject('sent-away', 'An admin ended the management of this host; its agent enrolls it again once one readmits it.')
  const started = {
    ...({ epoch: now.epoch + 1, enrollmentId: enrolled.deviceId, kind: 'device', topic: '' } as const),
    ...{ certificate: identity.certificate, notAfter: identity.notAfter },
    because: now.epoch === 0 ? 'first-enrollment' : 'enrolled-again',
  } as const
  const [name, formerName] = [facts.name ?? null, now.facts.name ?? null]
  const isAnother = now.stage === 'enrolled' && name !== formerName && name !== null && formerName !== null
  return [
    ...(merging.into === null ? [] : [{ type: 'HostCameBack', data: { from: merging.into, because: 'enrolled' } } as const]),
    ...(now.hardwareId === null
      ? [{ type: 'HostDiscovered', data: { source: 'windows', hardwareId, platform: 'windows', facts } } as const]
      : description(now, facts, 'windows')),
    { type: 'EnrollmentStarted', data: started },
    { type: 'WindowsDeviceEnrolled', data: enrolled },
    ...(isAnother || sharedWith !== null
      ? [
          {
            type: 'HardwareIdCollided',
            data: { hardwareHash: enrolled.hardwareHash, with: sharedWith, name, formerName },
          } as const,
        ]
      : []),
    ...(now.hardwareId !== null || teamId === membership.teamId
      ? []
      : [{ type: 'HostTransferred', data: { teamId, from: membership.teamId, because: 'enrolled' } } as const]),
    ...cancelAll(commands, 'enrolled-again'),
  ]
}
