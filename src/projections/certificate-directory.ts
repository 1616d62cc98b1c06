import type { Query, SqlValue } from '../kernel/query.ts'
import type { CertificateRow } from './certificates.ts'
import type { RenewalRow } from './renewals.ts'

/** `issued`: nobody has shown it yet. `superseded`: its enrollment has shown a later one. */
export type CertificateState = 'issued' | 'active' | 'superseded' | 'expired' | 'revoked'

/** A certificate as lists show it. `host_name` is the host's name, or else its serial number or hardware id. */
export type ListedCertificate = Omit<
  CertificateRow,
  'certificate' | 'csr_hash' | 'transaction_id' | 'bound_position' | 'revoked_position'
> &
  Readonly<{
    state: CertificateState
    host_name: string | null
    renewal_state: RenewalRow['state'] | null
    renewal_attempt: number | null
    renewal_since: string | null
    renewal_detail: string | null
    renewable: boolean | null
  }>

/** Null: no matter. `endingBefore` is ISO 8601. */
export type CertificateFilter = Readonly<{ endingBefore: string | null; hostId: string | null; state: CertificateState | null }>

const columns = `c.fingerprint, c.serial, c.subject, c.not_after, c.issuer, c.follows, c.issued_at, c.host_id, c.enrollment_id, c.bound_at,
  c.revoked_at, c.revoked_because, r.state as renewal_state, r.attempt as renewal_attempt, r.since as renewal_since,
  r.detail as renewal_detail, r.renewable, coalesce(h.name, h.serial, h.hardware_id) as host_name`

/** A renewal is a host's, and stands beside the certificate that the host uses now. */
const tables = `certificates c left join hosts h on h.host_id = c.host_id
  left join renewals r on r.host_id = c.host_id and r.fingerprint = c.fingerprint`

/** How a certificate stands at the moment $1. */
const state = `case
  when c.revoked_at is not null then 'revoked'
  when c.not_after <= $1::timestamptz then 'expired'
  when c.bound_position is null then 'issued'
  when exists (
    select from certificates n where n.enrollment_id = c.enrollment_id and n.bound_position > c.bound_position) then 'superseded'
  else 'active' end`

/** The placeholders $1 to $4 are the moment and the filter's. */
const passes = `($2::timestamptz is null or c.not_after < $2) and ($3::text is null or c.host_id = $3) and ($4::text is null or ${state} = $4)`

const valuesOf = (now: string, { endingBefore, hostId, state: wanted }: CertificateFilter): readonly SqlValue[] => [
  now,
  endingBefore,
  hostId,
  wanted,
]

/** One page of the certificates that pass the filter at `now` (ISO 8601), those that end first first; unknown ends last. */
export const certificatesPage = (
  now: string,
  filter: CertificateFilter,
  { limit, offset }: Readonly<{ limit: number; offset: number }>,
): Query<ListedCertificate> => ({
  text: `select ${columns}, ${state} as state from ${tables} where ${passes}
    order by c.not_after asc nulls last, c.fingerprint limit $5 offset $6`,
  values: [...valuesOf(now, filter), limit, offset],
})

/**
 * How many certificates still open something at `now`: bound, not ended, not revoked. `origin` is the fingerprint of the authority, `first` for
 * those issued when there was one only, `elsewhere` for those of other servers.
 */
export const livingByOrigin = (now: string): Query<Readonly<{ origin: string; living: number }>> => ({
  text: `select case when issued_at is null then 'elsewhere' else coalesce(issuer, 'first') end as origin, count(*)::int as living
    from certificates
    where bound_position is not null and revoked_at is null and (not_after is null or not_after > $1::timestamptz) group by 1`,
  values: [now],
})
