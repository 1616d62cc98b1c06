/** How a fault came to be seen by nobody: a promise that nobody waits for, or a throw that nobody can catch. */
export type FaultKind = 'rejection' | 'exception'

/** What went wrong unseen inside libraries since the process started, by library and kind. */
export type LibraryFaults = () => readonly Readonly<{ library: string; kind: FaultKind; count: number }>[]
