import type { Sealed } from '../../kernel/content.ts'

/** How a host is locked: a Mac by a PIN that a person types, Windows by a script of its agent, others by Lost Mode, which a command ends. */
export type LockMeans = 'pin' | 'lost-mode' | 'script'

/** Whether a host is held: locked, lost, wiped. PINs are sealed in the context `pin/<command id>`. */
export type CustodyEvent =
  | { type: 'LockRequested'; data: { commandId: string; means: LockMeans; pin: Sealed | null } }
  | { type: 'HostLocked'; data: { commandId: string } }
  | { type: 'LockFailed'; data: { commandId: string; detail: string } }
  /** `commandId` is null where a person must type the PIN. */
  | { type: 'UnlockRequested'; data: { commandId: string | null } }
  | { type: 'HostUnlocked'; data: { because: 'seen-again' | 'lost-mode-ended' | 'script-ran' } }
  | { type: 'UnlockFailed'; data: { commandId: string; detail: string } }
  | { type: 'WipeRequested'; data: { commandId: string; pin: Sealed | null } }
  | { type: 'HostWiped'; data: { commandId: string } }
  | { type: 'WipeFailed'; data: { commandId: string; detail: string } }
  /** Somebody was shown the PIN; who, is on the envelope. */
  | { type: 'PinViewed'; data: { commandId: string } }
