import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { Sealed } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

/** How a Windows device is known in its sessions. An enrollment that ended stays until the next begins: its device may say farewell twice. */
export type WindowsEnrollmentRow = Readonly<{
  host_id: string
  device_id: string
  hardware_hash: string
  /** Sealed in the context `windows-credential`. */
  credential: Sealed
  /** It stands in the setup of Windows, whose page waits for this server. */
  in_setup: boolean
  enrolled_at: string
  ended_at: string | null
}>

export const windowsEnrollments: Projection<EnrollmentEvent | ForgettingEvent, WindowsEnrollmentRow> = {
  name: 'windows_enrollments',
  version: 2,
  schema: `
    host_id text not null,
    device_id text not null,
    hardware_hash text not null,
    credential jsonb not null,
    in_setup boolean not null,
    enrolled_at timestamptz not null,
    ended_at timestamptz`,
  key: ['host_id'],
  indexes: ['(device_id)', '(hardware_hash)'],

  on: {
    WindowsDeviceEnrolled: ({ id, at, data: { deviceId, hardwareHash, credential, inSetup, by } }) => ({
      where: { host_id: id },
      set: {
        ...{ device_id: deviceId, hardware_hash: hardwareHash, credential, in_setup: inSetup && by === 'account' },
        ...{ enrolled_at: at, ended_at: null },
      },
    }),
    HostForgotten: ({ id }) => ({ where: { host_id: id }, remove: true }),
    HostReleased: ({ id }) => ({ where: { host_id: id }, change: { in_setup: false } }),
    EnrollmentEnded: ({ id, at }) => ({ where: { host_id: id }, change: { ended_at: at } }),
  },
}

/** Whom a device id belongs to; its latest enrollment, should two hosts claim it. */
export const windowsDevice = (deviceId: string) =>
  query<WindowsEnrollmentRow & Readonly<{ serial: string | null }>>`
    select w.*, h.serial from windows_enrollments w left join hosts h using (host_id)
    where w.device_id = ${deviceId} order by w.ended_at is not null, h.enrolled_at desc nulls last limit 1`

/** Hosts that enrolled with this hardware hash. */
export const hostsWithHardware = (hardwareHash: string) =>
  query<Readonly<{ host_id: string; ended_at: string | null }>>`
    select host_id, ended_at from windows_enrollments where hardware_hash = ${hardwareHash} order by ended_at nulls first, host_id limit 10`

/** Other hosts of this serial number that are not enrolled themselves and stand for themselves. */
export const unenrolledTwins = (hostId: string, serial: string) =>
  query<Readonly<{ host_id: string; hardware_id: string }>>`
    select host_id, hardware_id from hosts
    where serial = ${serial} and host_id <> ${hostId} and merged_into is null and stage in ('known', 'ended') limit 2`

/** Other Windows hosts of this serial number that are enrolled and stand for themselves. */
export const enrolledTwins = (hostId: string, serial: string) =>
  query<Readonly<{ host_id: string }>>`
    select host_id from hosts
    where serial = ${serial} and host_id <> ${hostId} and platform = 'windows' and merged_into is null and stage = 'enrolled' limit 2`

/** How many settings that a host is to have, and that are not held back, are not answered for yet, and how many failed on it. */
export const stateOfSetup = (hostId: string) =>
  query<Readonly<{ open: number; failed: number }>>`
    select (select count(*)::int from cohort_hosts c join desired_profiles d using (cohort_id)
             left join host_profiles p on p.host_id = c.host_id and p.profile_id = d.profile_id
             where c.host_id = ${hostId} and (p.status is null or p.status in ('waiting', 'pending', 'verifying'))
               and not exists (select from waiting_commands w where w.host_id = c.host_id and w.command_id = p.command_id and w.held is not null))
           + (select count(*)::int from waiting_commands where host_id = ${hostId} and channel <> 'agent' and held is null) as open,
           (select count(*)::int from host_profiles where host_id = ${hostId} and status = 'failed') as failed`

/**
 * Where a Windows host stands for its agent; `scripts` wait for it, `managed_elsewhere` null: no agent told who manages it. `barred`: it is not to be
 * enrolled by its agent, for an admin sent it away, or it is a server.
 */
export const standingOfWindows = (hostId: string) =>
  query<
    Readonly<{
      enrolled: boolean
      waiting: boolean
      scripts: readonly string[]
      managed_elsewhere: boolean | null
      barred: boolean
    }>
  >`
    select h.stage = 'enrolled' as enrolled, r.mdm_enrolled as managed_elsewhere,
           h.sent_away or coalesce(r.is_server, false) as barred,
           exists (select from waiting_commands w where w.host_id = h.host_id and w.channel <> 'agent' and w.held is null) as waiting,
           array(select command_id from waiting_commands w where w.host_id = h.host_id and w.channel = 'agent'
                 order by priority desc, queued_position, place limit 20) as scripts
    from hosts h left join host_reports r on r.host_id = h.host_id where h.host_id = ${hostId}`
