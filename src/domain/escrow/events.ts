import type { Sealed } from '../../kernel/content.ts'

/** What a host gave into custody; `fingerprint` (SHA-256 of the secret) tells a change and reveals nothing. */
export type EscrowEvent =
  | { type: 'UnlockTokenEscrowed'; data: { fingerprint: string; sealed: Sealed } }
  | { type: 'BootstrapTokenEscrowed'; data: { fingerprint: string; sealed: Sealed } }
  /** Absent `because`: the host took it back. `enrolled-again`: what it opened may be gone, and the host gives a new one. */
  | { type: 'BootstrapTokenWithdrawn'; data: Readonly<{ because?: 'enrolled-again' }> }
  /** Somebody was shown one of them, be it of an earlier enrollment; who, is on the envelope. */
  | { type: 'EscrowedSecretViewed'; data: { fingerprint: string } }
  /** The host asked for it back. */
  | { type: 'BootstrapTokenRead'; data: { fingerprint: string } }
