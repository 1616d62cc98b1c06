import type { Channel } from '../platforms.ts'
import type { AssignedDeclaration, DeclarationState } from './events.ts'

/** A declaration that the host is to have, or (`remove`) is to lose. `waiting`: it is about to be given to the host anew. */
export type Assigned = AssignedDeclaration &
  Readonly<{
    operation: 'install' | 'remove'
    status: 'waiting' | 'pending' | 'verifying' | 'verified' | 'failed'
    /** Since when it stands so, ISO 8601. */
    since: string
  }>

/** What a channel says of what it has, by identifier. A channel has one version of each at a time, which the token tells. */
export type Reported = Readonly<Record<string, DeclarationState>>

/** What a host is to declare, what each channel was last told (`announced`), and what each says. */
export type Declarations = Readonly<{
  assigned: Readonly<Record<string, Assigned>>
  announced: Readonly<Record<Channel, string>>
  reported: Readonly<Record<Channel, Reported>>
  items: Readonly<Record<string, string | number | boolean>>
}>

/** What a channel may fetch: neither what is to go, nor what the host cannot have, nor what is about to get another token. */
export const isServed = ({ operation, missing, refused, token }: Assigned): boolean =>
  operation === 'install' && missing === undefined && refused === undefined && token !== ''

/** What was said of one version on its channel; undefined when nothing was. */
export const saidOf = (
  { channel, identifier, token }: Pick<Assigned, 'channel' | 'identifier' | 'token'>,
  { reported }: Pick<Declarations, 'reported'>,
): DeclarationState | undefined => {
  const said = reported[channel]?.[identifier]
  return said?.token === token ? said : undefined
}
