import type { App } from '../../app/app.ts'
import type { Proxies } from '../proxies.ts'
import type { Trust } from '../trust.ts'

/** Where a device's certificate is taken from. Only the configured source is looked at; there is no falling through to another. */
export type IdentitySource =
  | Readonly<{ kind: 'mdm-signature' }>
  | Readonly<{ kind: 'tls' }>
  /** Set by a TLS-terminating proxy that strips it from outside requests; RFC 9440 or nginx's escaped PEM. */
  | Readonly<{ kind: 'header'; name: string }>

export type AppleEdge = Readonly<{
  app: App
  /** Who issues identities, and whose are let in. */
  trust: Pick<Trust, 'authorities' | 'isRevoked'>
  /** Whether an identity that has expired still speaks for the enrollment that it is bound to. */
  acceptExpired: boolean
  identity: IdentitySource
  /** Whether an address is that of a proxy whose word is taken. */
  isProxy: Proxies['isProxy']
  /** The topics that a check-in may name: that of the push certificate, or the placeholder until there is one. */
  topics: () => Promise<readonly string[]>
  nothingWaiting: NothingWaiting
  /** Whether a host that was brought over without its certificate may be known by the one that it first comes with. */
  retroactive: boolean
  /** Whether users of a directory who log in on a Mac get a channel (UserAuthenticate). */
  users: 'refuse' | 'accept'
}>

/** What is known of channels on which nothing waits, so that an idle check-in asks no database. */
export type NothingWaiting = Readonly<{
  isKnown: (hostId: string, channel: string) => boolean
  /** Call before asking the database; the answer is only remembered when nothing happened to the host meanwhile. */
  asking: (hostId: string) => number
  remember: (hostId: string, channel: string, asked: number) => void
}>
