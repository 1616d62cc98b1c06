/** Whether the device is its user's own (only what the organization put there is managed) or the organization's. */
export type Ownership = 'personal' | 'organization'

/**
 * An invitation to enroll with a managed account. The stream's id derives from the one-time code (keyed, one way); the code itself is kept
 * nowhere.
 */
export type AccountEnrollmentEvent =
  | {
      type: 'AccountEnrollmentOffered'
      data: {
        managedAccount: string
        ownership: Ownership
        teamId: string
        /** Until when the code may be typed, ISO 8601. */
        expiresAt: string
      }
    }
  /** The code was typed in the sign-in of a device. */
  | { type: 'AccountEnrollmentAccepted'; data: Readonly<Record<string, never>> }
  /** An enrollment profile went out for it; the code is good for nothing any more. */
  | { type: 'AccountEnrollmentUsed'; data: Readonly<Record<string, never>> }
  | { type: 'AccountEnrollmentWithdrawn'; data: Readonly<Record<string, never>> }
