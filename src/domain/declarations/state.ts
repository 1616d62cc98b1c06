import type { Channel } from '../platforms.ts'
import type { AssignedDeclaration, DeclarationState } from './events.ts'

/** A declaration that the host is to have, or (`remove`) is to lose. */
export type Assigned = AssignedDeclaration &
  Readonly<{ operation: 'install' | 'remove'; status: 'pending' | 'verifying' | 'verified' | 'failed' }>

/** What a host is to declare, what each channel was last told (`announced`), and what the host says. */
export type Declarations = Readonly<{
  assigned: Readonly<Record<string, Assigned>>
  announced: Readonly<Record<Channel, string>>
  states: Readonly<Record<string, DeclarationState>>
  items: Readonly<Record<string, string | number | boolean>>
}>
