/** `asked`: an admin said so. `serial`: the device told a serial number that exactly one other host has. */
export type MergeReason = 'asked' | 'serial'

export type MergingEvent =
  /** What was known as another host is this one; its agents enroll here from now on. */
  | { type: 'HostsMerged'; data: { absorbed: string; hardwareId: string; because: MergeReason } }
  /** The other host is a device of its own after all. */
  | { type: 'HostsSplit'; data: { absorbed: string } }
  /** This host is the same device as another, which lives on in its place. */
  | { type: 'HostMergedAway'; data: { into: string; because: MergeReason } }
  /** This host stands for itself again. `enrolled`: its device enrolled by itself. */
  | { type: 'HostCameBack'; data: { from: string; because: 'asked' | 'enrolled' } }
