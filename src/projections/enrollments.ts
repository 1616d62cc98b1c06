import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { Sealed } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

/** One open channel: what a push to it needs. The token is sealed with the host's key. */
export type EnrollmentRow = Readonly<{
  host_id: string
  channel: string
  enrollment_id: string
  topic: string
  push: Sealed
  token_at: string
}>

/** The channels on which hosts can be reached now. */
export const enrollments: Projection<EnrollmentEvent, EnrollmentRow> = {
  name: 'enrollments',
  version: 1,
  schema: `
    host_id text not null,
    channel text not null,
    enrollment_id text not null,
    topic text not null,
    push jsonb not null,
    token_at timestamptz not null`,
  key: ['host_id', 'channel'],
  indexes: ['(enrollment_id)'],

  on: {
    EnrollmentStarted: ({ id }) => ({ where: { host_id: id }, remove: true }),
    EnrollmentEnded: ({ id }) => ({ where: { host_id: id }, remove: true }),
    ChannelOpened: (event) => reachable(event.id, event.at, event.data),
    PushTokenChanged: (event) => reachable(event.id, event.at, event.data),
  },
}

const reachable = (
  hostId: string,
  at: string,
  { channel, enrollmentId, topic, push }: Readonly<{ channel: string; enrollmentId: string; topic: string; push: Sealed }>,
) => ({ where: { host_id: hostId, channel }, set: { enrollment_id: enrollmentId, topic, push, token_at: at } })

/** The open channels of these hosts on which commands wait. */
export const channelsToWake = (hostIds: readonly string[]) =>
  query<EnrollmentRow>`
    select e.host_id, e.channel, e.enrollment_id, e.topic, e.push, e.token_at
    from enrollments e
    where e.host_id = any(${hostIds})
      and exists (select from waiting_commands w where w.host_id = e.host_id and w.channel = e.channel)`
