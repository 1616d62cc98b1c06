/** `retention`: its enrollment ended longer ago than hosts are remembered. */
export type ForgetReason = 'asked' | 'retention'

export type ForgettingEvent =
  /**
   * The host is to be forgotten: the key of all that was sealed for it is destroyed next. `times` counts how often this happened to the host; what
   * is sealed for it later has another key.
   */
  | { type: 'HostForgotten'; data: { because: ForgetReason; reason: string; times: number } }
  /** The key is destroyed: what was sealed with it can be read by nobody any more. */
  | { type: 'HostKeyDestroyed'; data: { times: number } }
