import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { Sealed } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'

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
  version: 2,
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
    ChannelClosed: ({ id, data }) => ({ where: { host_id: id, channel: data.channel }, remove: true }),
    ChannelOpened: (event) => reachable(event.id, event.at, event.data),
    PushTokenChanged: (event) => reachable(event.id, event.at, event.data),
  },
}

const reachable = (
  hostId: string,
  at: string,
  { channel, enrollmentId, topic, push }: Readonly<{ channel: string; enrollmentId: string; topic: string; push: Sealed }>,
) => ({ where: { host_id: hostId, channel }, set: { enrollment_id: enrollmentId, topic, push, token_at: at } })
