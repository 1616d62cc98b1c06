import type { AuthorityEvent } from '../domain/server/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type AuthorityRow = Readonly<{
  fingerprint: string
  certificate_pem: string
  standing: 'issuer' | 'next' | 'previous' | 'trusted'
  /** Whether the server has its key. */
  has_key: boolean
  /** Whether it was made at the first start; whether it came from another server. */
  is_first: boolean
  is_imported: boolean
  /** When the server came to know it, and when it came to stand so. */
  known_at: string
  known_position: string
  since: string
  exported_at: string | null
}>

/** The certificate authorities whose identities are let in. Their keys stay in the log. */
export const authorities: Projection<AuthorityEvent, AuthorityRow> = {
  name: 'authorities',
  version: 1,
  schema: `
    fingerprint text not null,
    certificate_pem text not null,
    standing text not null,
    has_key boolean not null,
    is_first boolean not null default false,
    is_imported boolean not null default false,
    known_at timestamptz not null,
    known_position text collate "C" not null,
    since timestamptz not null,
    exported_at timestamptz`,
  key: ['fingerprint'],

  on: {
    AuthorityCreated: ({ at, position, data }) => ({
      where: { fingerprint: data.fingerprint },
      set: {
        ...knownSince(at, position),
        certificate_pem: data.certificatePem,
        standing: 'issuer',
        has_key: true,
        is_first: true,
      },
    }),
    AuthorityPrepared: ({ at, position, data }) => ({
      where: { fingerprint: data.fingerprint },
      set: { ...knownSince(at, position), certificate_pem: data.certificatePem, standing: 'next', has_key: true },
    }),
    AuthorityRolledOver: ({ at, data: { from, to } }) => [
      { where: { fingerprint: from }, change: { standing: 'previous', since: at } },
      { where: { fingerprint: to }, change: { standing: 'issuer', since: at } },
    ],
    AuthorityImported: ({ at, position, data }) => [
      ...(data.replaces === null
        ? []
        : [{ where: { fingerprint: data.replaces }, change: { standing: 'previous', since: at } } as const]),
      {
        where: { fingerprint: data.fingerprint },
        set: {
          ...knownSince(at, position),
          certificate_pem: data.certificatePem,
          standing: data.as,
          has_key: data.key !== null,
          is_imported: true,
        },
      },
    ],
    AuthorityExported: ({ at, data }) => ({ where: { fingerprint: data.fingerprint }, change: { exported_at: at } }),
    AuthorityRetired: ({ data }) => ({ where: { fingerprint: data.fingerprint }, remove: true }),
  },
}

const knownSince = (at: string, position: string) => ({ known_at: at, known_position: position, since: at })

/** All of them, the eldest first. */
export const allAuthorities = () => query<AuthorityRow>`select * from authorities order by known_position, fingerprint`
