import type { EnrollmentEvent } from '../domain/enrollment/events.ts'
import type { RenewalEvent } from '../domain/renewal/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type RenewalRow = Readonly<{
  host_id: string
  state: 'idle' | 'requested' | 'failed'
  attempt: number
  since: string
  detail: string | null
  /** The identity certificate in use, and when it ends. */
  fingerprint: string
  not_after: string | null
  /** Whether the terms of its enrollment are known: without them its profile cannot be repeated. */
  renewable: boolean
}>

/** How the identity of each enrolled host stands, and its renewal. */
export const renewals: Projection<EnrollmentEvent | RenewalEvent, RenewalRow> = {
  name: 'renewals',
  version: 1,
  schema: `
    host_id text not null,
    state text not null default 'idle',
    attempt integer not null default 0,
    since timestamptz not null,
    detail text,
    fingerprint text not null,
    not_after timestamptz,
    renewable boolean not null default false`,
  key: ['host_id'],
  indexes: ['(fingerprint)', '(not_after)'],

  on: {
    EnrollmentStarted: ({ id, at, data: { certificate, notAfter, terms } }) => ({
      where: { host_id: id },
      set: {
        ...{ state: 'idle', attempt: 0, since: at, detail: null },
        ...{ fingerprint: certificate, not_after: notAfter ?? null, renewable: terms !== undefined },
      },
    }),
    IdentityEndSeen: ({ id, data }) => ({ where: { host_id: id }, change: { not_after: data.notAfter } }),
    IdentityRenewed: ({ id, at, data }) => ({
      where: { host_id: id },
      change: { state: 'idle', attempt: 0, since: at, detail: null, fingerprint: data.to, not_after: data.notAfter },
    }),
    IdentityRenewalRequested: ({ id, at, data }) => ({
      where: { host_id: id },
      change: { state: 'requested', attempt: data.attempt, since: at },
    }),
    IdentityRenewalFailed: ({ id, at, data }) => ({
      where: { host_id: id },
      change: { state: 'failed', attempt: data.attempt, since: at, detail: data.detail },
    }),
    EnrollmentEnded: ({ id }) => ({ where: { host_id: id }, remove: true }),
  },
}

/** How many hosts must be looked after: their certificate ends before `alarming` (ISO 8601), or cannot be renewed from here. */
export const renewalTroubles = (alarming: string) =>
  query<Readonly<{ ending: number; failing: number; unrenewable: number }>>`
    select count(*) filter (where not_after < ${alarming})::int as ending,
           count(*) filter (where state = 'failed')::int as failing,
           count(*) filter (where not renewable)::int as unrenewable
    from renewals`
