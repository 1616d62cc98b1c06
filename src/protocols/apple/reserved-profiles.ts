/** Top-level identifiers of the profiles that the server itself installs. Once sent to devices they never change. */
export const ownProfileIdentifiers = {
  enrollment: 'com.muster.mdm.apple',
  fileVault: 'com.muster.mdm.filevault',
  agentConfiguration: 'com.muster.agent.config',
  certificateAuthority: 'com.muster.caroot',
} as const

/** Display names of the settings that the server itself manages, on every platform: names are unique across platforms in a team. */
export const ownProfileNames = {
  fileVault: 'Disk encryption',
  agentConfiguration: 'Muster agent configuration',
  certificateAuthority: 'Muster root certificate authority (CA)',
  windowsUpdates: 'Windows OS Updates',
  macosUpdates: 'Muster macOS OS Updates',
  iosUpdates: 'Muster iOS OS Updates',
  ipadosUpdates: 'Muster iPadOS OS Updates',
} as const

export const isReservedIdentifier = (identifier: string): boolean =>
  Object.values<string>(ownProfileIdentifiers).includes(identifier)

export const isReservedName = (name: string): boolean => Object.values<string>(ownProfileNames).includes(name)
