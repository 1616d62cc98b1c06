import type { Sealed } from '../../kernel/content.ts'

/**
 * Values that settings name as `$FLEET_SECRET_<NAME>` and that devices alone get to see. `sealed` opens for the owner `server` in the context
 * `secret-variable/<name>`; `fingerprint` is a keyed hash by which equal values are told, 64 hex digits.
 */
export type SecretVariableEvent =
  | { type: 'SecretVariableSet'; data: { name: string; sealed: Sealed; fingerprint: string } }
  | { type: 'SecretVariableDeleted'; data: { name: string } }
