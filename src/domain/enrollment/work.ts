import type { WorkTable } from '../../kernel/work.ts'
import { deviceChannel } from '../platforms.ts'
import type { EnrollmentEvent } from './events.ts'
import { userChannelWaitMs } from './user-channel.ts'

/**
 * A host that enrolled gets its settings at once; those for a user wait until one comes, or are refused when none came in time. Pushes
 * to an old token are lost: what waits is told again to the new one.
 */
export const work: WorkTable<EnrollmentEvent> = {
  ChannelOpened: ({ id, at, data }) =>
    data.channel === deviceChannel
      ? [
          { kind: 'reconcile-host', key: id },
          { kind: 'refuse-user-settings', key: id, dueAt: new Date(Date.parse(at) + userChannelWaitMs).toISOString() },
          { kind: 'wake', key: id },
        ]
      : [{ kind: 'reconcile-host', key: id }],
  // What was for its user cannot be had any more.
  ChannelClosed: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  // Another version of the system may take what the one before did not.
  HostDescribed: ({ id, data }) => (data.facts.osVersion === undefined ? [] : [{ kind: 'reconcile-host', key: id }]),
  WindowsDeviceEnrolled: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  // What a host in its setup assistant does not listen to.
  HostReleased: ({ id }) => [{ kind: 'reconcile-host', key: id }],
  PushTokenChanged: ({ id }) => [{ kind: 'wake', key: id }],
}
