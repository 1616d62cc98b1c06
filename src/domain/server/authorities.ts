import type { Sealed } from '../../kernel/content.ts'
import type { OfType } from '../../kernel/event.ts'
import type { Slice } from '../../kernel/slice.ts'
import { reject } from '../rejections.ts'
import type { AuthorityEvent } from './events.ts'

export type AuthorityCommand =
  | { type: 'CreateAuthority'; data: OfType<AuthorityEvent, 'AuthorityCreated'>['data'] }
  | { type: 'PrepareAuthority'; data: OfType<AuthorityEvent, 'AuthorityPrepared'>['data'] }
  /** `to` is the fingerprint of the authority that was prepared. */
  | { type: 'RollOverAuthority'; data: { to: string } }
  | { type: 'ImportAuthority'; data: Omit<OfType<AuthorityEvent, 'AuthorityImported'>['data'], 'replaces'> }
  | { type: 'RecordAuthorityExport'; data: { fingerprint: string } }
  | { type: 'RetireAuthority'; data: { fingerprint: string } }

/** One `issuer` at most, one `next` at most; `previous` ones issued before, `trusted` ones issued for another server. */
export type KnownAuthority = Readonly<{
  fingerprint: string
  certificatePem: string
  /** Null: only its certificate came along. */
  key: Sealed | null
  /** What the key is sealed for. */
  keyContext: string
  standing: 'issuer' | 'next' | 'previous' | 'trusted'
  /** When it came to stand so, ISO 8601. */
  since: string
}>

/** In the order in which the server came to know them. */
export type Authorities = readonly KnownAuthority[]

type Sees = Readonly<{ authorities: Authorities }>

/** Who issues identities, who is to follow, and whose identities are let in. */
export const authorities: Slice<AuthorityCommand, AuthorityEvent, Authorities, Sees> = {
  initial: [],

  decide: {
    CreateAuthority: ({ data }, { authorities: now }) => (now.length === 0 ? [{ type: 'AuthorityCreated', data }] : []),

    PrepareAuthority: ({ data }, { authorities: now }) =>
      standing(now, 'next') === undefined ? [{ type: 'AuthorityPrepared', data }] : [],

    RollOverAuthority: ({ data: { to } }, { authorities: now }) => {
      const known = find(now, to)
      if (known?.standing === 'issuer') return []
      if (known?.standing !== 'next') return reject('not-found', 'No such authority was prepared.', 'fingerprint')
      return [{ type: 'AuthorityRolledOver', data: { from: standing(now, 'issuer')?.fingerprint ?? '', to } }]
    },

    ImportAuthority: ({ data }, { authorities: now }) => {
      const known = find(now, data.fingerprint)
      const bringsKey = known?.key === null && data.key !== null
      if (known?.standing === data.as && !bringsKey) return []
      if (known !== undefined && known.standing !== 'trusted')
        return reject('already-exists', `This authority is known already, as ${known.standing}.`, 'certificate')
      const replaces = data.as === 'issuer' ? (standing(now, 'issuer')?.fingerprint ?? null) : null
      return [{ type: 'AuthorityImported', data: { ...data, replaces } }]
    },

    RecordAuthorityExport: ({ data }, { authorities: now }) => {
      if (existing(now, data.fingerprint).key === null)
        return reject('not-supported', 'This authority was imported without its key.', 'fingerprint')
      return [{ type: 'AuthorityExported', data }]
    },

    RetireAuthority: ({ data }, { authorities: now }) => {
      if (existing(now, data.fingerprint).standing === 'issuer')
        return reject(
          'not-supported',
          'The authority that issues cannot be retired; roll over to another one first.',
          'fingerprint',
        )
      return [{ type: 'AuthorityRetired', data }]
    },
  },

  evolve: {
    AuthorityCreated: (state, { data, at }) => [
      ...state,
      { ...data, keyContext: 'authority-key', standing: 'issuer', since: at },
    ],
    AuthorityPrepared: (state, { data, at }) => [
      ...state,
      { ...data, keyContext: keyContextOf(data.fingerprint), standing: 'next', since: at },
    ],
    AuthorityRolledOver: (state, { data: { from, to }, at }) => stands(stands(state, from, 'previous', at), to, 'issuer', at),
    AuthorityImported: (state, { data: { as, replaces, ...data }, at }) => [
      ...stands(state, replaces, 'previous', at).filter(({ fingerprint }) => fingerprint !== data.fingerprint),
      { ...data, keyContext: keyContextOf(data.fingerprint), standing: as, since: at },
    ],
    AuthorityExported: (state) => state,
    AuthorityRetired: (state, { data }) => state.filter(({ fingerprint }) => fingerprint !== data.fingerprint),
  },
}

/** What the key of an authority that was prepared or imported is sealed for. */
export const keyContextOf = (fingerprint: string): string => `authority-key/${fingerprint}`

/** The first authority that stands so. */
export const standing = (now: Authorities, wanted: KnownAuthority['standing']): KnownAuthority | undefined =>
  now.find((known) => known.standing === wanted)

const find = (now: Authorities, fingerprint: string): KnownAuthority | undefined =>
  now.find((known) => known.fingerprint === fingerprint)

const existing = (now: Authorities, fingerprint: string): KnownAuthority =>
  find(now, fingerprint) ?? reject('not-found', 'There is no such authority.', 'fingerprint')

const stands = (state: Authorities, fingerprint: string | null, as: KnownAuthority['standing'], since: string): Authorities =>
  state.map((known) => (known.fingerprint === fingerprint ? { ...known, standing: as, since } : known))
