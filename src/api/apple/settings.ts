import type { X509Certificate } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Authority } from '../../protocols/x509/open-authority.ts'

/** Where a device's certificate is taken from. Only the configured source is looked at; there is no falling through to another. */
export type IdentitySource =
  | Readonly<{ kind: 'mdm-signature' }>
  | Readonly<{ kind: 'tls' }>
  /** Set by a TLS-terminating proxy that strips it from outside requests; RFC 9440 or nginx's escaped PEM. */
  | Readonly<{ kind: 'header'; name: string }>

export type AppleEdge = Readonly<{
  app: App
  /** Issues identities; the CAs before it stay in `trusted`. */
  authority: Authority
  trusted: readonly X509Certificate[]
  identity: IdentitySource
  /** The topics that a check-in may name: that of the push certificate, or the placeholder until there is one. */
  topics: () => Promise<readonly string[]>
  nothingWaiting: NothingWaiting
}>

/** What is known of channels on which nothing waits, so that an idle check-in asks no database. */
export type NothingWaiting = Readonly<{
  isKnown: (hostId: string, channel: string) => boolean
  /** Call before asking the database; the answer is only remembered when nothing happened to the host meanwhile. */
  asking: (hostId: string) => number
  remember: (hostId: string, channel: string, asked: number) => void
}>
