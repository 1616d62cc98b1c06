import type { Sealed } from '../../kernel/content.ts'

/** What a host's token is good for: its user's organization account, or letting in a watch that is paired with it. */
export type TokenService = 'managed-account' | 'watch-pairing'

/**
 * A token of a service outside enrollment was given to the host. The token itself is kept nowhere; `tokenId` names it where it has a name,
 * `watch` is the hardware id of the watch that it lets in.
 */
export type TokenEvent = {
  type: 'TokenIssued'
  data: { service: TokenService; tokenId: string | null; watch: string | null }
}

/** The key that signs tokens for managed accounts: it belongs to the certificate of an organization's server token. */
export type AccountKeyEvent = {
  type: 'AccountKeyStored'
  data: {
    /** What the organization's portal calls this server: a UUID. */
    serverUuid: string
    certificatePem: string
    /** Sealed for the owner `server` in the context `account-key/<serverUuid>`. */
    key: Sealed
    /** When the certificate ends, ISO 8601; the key signs on. */
    notAfter: string
  }
}
