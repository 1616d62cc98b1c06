/** Renewing the identity certificate of a host, by sending its enrollment profile once more on the same terms. */
export type RenewalEvent =
  | {
      type: 'IdentityRenewalRequested'
      data: { commandId: string; attempt: number; certificate: string; because: 'expiring' | 'asked' }
    }
  | {
      type: 'IdentityRenewalFailed'
      data: { attempt: number; because: 'refused' | 'no-answer' | 'not-renewed' | 'cancelled'; detail: string }
    }
