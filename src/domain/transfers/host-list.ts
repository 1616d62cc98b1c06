/** The ids of hosts as a transfer keeps them: one a line. */
export const asLines = (hostIds: readonly string[]): Uint8Array => new TextEncoder().encode(hostIds.join('\n'))

export const hostIdsIn = (lines: Uint8Array): readonly string[] => new TextDecoder().decode(lines).split('\n')
