import type { Random } from '../random.ts'

/** What changes on a device beside its profiles. */
export type Condition = {
  /** The PIN that a locked Mac waits for. */
  lockedWith: string | null
  lost: boolean
  /** It stands in its setup assistant and waits to be configured. */
  awaiting: boolean
  hasPasscode: boolean
  /** It was told to look for news of its declarations. */
  declares: boolean
  pushToken: Uint8Array
  pushMagic: string
  applications: string[]
}

/** As the device comes out of the box, or is again after it was erased. Tokens are new each time. */
export const freshCondition = (luck: Random): Condition => ({
  lockedWith: null,
  lost: false,
  awaiting: false,
  hasPasscode: true,
  declares: false,
  pushToken: luck.bytes(32),
  pushMagic: luck.uuid(),
  applications: [],
})
