export type TargetName = 'plist' | 'cms' | 'scep' | 'check-in' | 'edge' | 'device' | 'windows'

/** What each target gets of all inputs: sockets and databases are slow, readers are fast. */
export const shares: Readonly<Record<TargetName, number>> = {
  scep: 0.2,
  cms: 0.2,
  edge: 0.04,
  device: 0.02,
  plist: 0.22,
  'check-in': 0.22,
  windows: 0.1,
}
