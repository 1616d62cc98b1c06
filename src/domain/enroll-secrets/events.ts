import type { Sealed } from '../../kernel/content.ts'

/**
 * `hash` is a keyed hash of the secret, 64 hex digits, by which it is found; `sealed` shows it to admins again (owner `server`, context
 * `enroll-secret/<hash>`). Whoever knows a secret may enroll hosts into its team; team `0` is no team.
 */
export type EnrollSecretEvent =
  | { type: 'EnrollSecretAdded'; data: { teamId: string; hash: string; sealed: Sealed } }
  | { type: 'EnrollSecretRemoved'; data: { teamId: string; hash: string; because: 'asked' | 'team-deleted' } }
  /** An admin read the secrets of a team; so many there were. */
  | { type: 'EnrollSecretsShown'; data: { teamId: string; count: number } }
