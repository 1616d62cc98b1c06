/**
 * The address by which hosts of a platform know this server as their MDM: what their agents report, too. A Mac has it in its enrollment profile, Windows
 * keeps that of discovery. `publicUrl` is without a trailing slash.
 */
export const serverUrlOf = (platform: string, publicUrl: string): string =>
  `${publicUrl}${platform === 'windows' ? '/api/mdm/microsoft/discovery' : '/mdm/apple/mdm'}`
