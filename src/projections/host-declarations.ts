import type { DeclarationEvent } from '../domain/declarations/events.ts'
import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import { deviceChannel } from '../domain/platforms.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type HostDeclarationRow = Readonly<{
  host_id: string
  /** `device`, or the user whose declaration it is. */
  channel: string
  identifier: string
  token: string
  status: 'verified' | 'verifying' | 'failed'
  detail: string | null
  reported_at: string
}>

/** What each host says of its declarations. */
export const hostDeclarations: Projection<DeclarationEvent | EnrollmentEvent, HostDeclarationRow> = {
  name: 'host_declarations',
  version: 2,
  schema: `
    host_id text not null,
    channel text not null,
    identifier text not null,
    token text not null,
    status text not null,
    detail text,
    reported_at timestamptz not null`,
  key: ['host_id', 'channel', 'identifier'],

  on: {
    DeclarationsReported: ({ id, at, data: { changed, gone, channel = deviceChannel } }) => [
      ...changed.map(({ identifier, token, status, detail }) => ({
        where: { host_id: id, channel, identifier },
        set: { token, status, detail, reported_at: at },
      })),
      ...gone.map((identifier) => ({ where: { host_id: id, channel, identifier }, remove: true as const })),
    ],
    DeclarationsTaken: ({ id, data: { gone = [], channel = deviceChannel } }) =>
      gone.map((identifier) => ({ where: { host_id: id, channel, identifier }, remove: true as const })),
    EnrollmentStarted: ({ id }) => ({ where: { host_id: id }, remove: true }),
    EnrollmentEnded: ({ id }) => ({ where: { host_id: id }, remove: true }),
  },
}

export const declarationsOfHost = (hostId: string) =>
  query<Omit<HostDeclarationRow, 'host_id'>>`
    select channel, identifier, token, status, detail, reported_at from host_declarations where host_id = ${hostId}
    order by identifier, channel`
