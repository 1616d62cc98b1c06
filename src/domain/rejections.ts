import { Rejection } from '../kernel/rejection.ts'

/** Every way in which a rule says no. Each edge has a table that turns these into its own answers. */
export type RejectionCode =
  | 'not-found'
  | 'already-exists'
  | 'name-taken'
  | 'name-reserved'
  | 'not-enrolled'
  | 'identity-conflict'
  | 'certificate-in-use'
  | 'certificate-not-associated'
  | 'certificate-revoked'
  | 'command-not-waiting'
  | 'command-sent'
  | 'already-locked'
  | 'already-unlocked'
  | 'already-wiped'
  | 'not-supported'
  | 'still-in-progress'
  | 'still-enrolled'
  | 'forgotten'
  | 'topic-changed'
  | 'sent-away'
  | 'last-admin'

/** Says no. `message` is a sentence with a subject that an admin may read; `field` names the request's field at fault. */
export const reject = (code: RejectionCode, message: string, field?: string): never => {
  throw new Rejection(code, message, field)
}
