import { normalLocUri } from './syncml/loc-uris.ts'

/** Whether a node belongs to the user who is signed in, however it is written. */
export const isUsers = (locUri: string): boolean => `${normalLocUri(locUri)}/`.startsWith('./user/')

/**
 * Whom a profile is for: the user when all its nodes are the user's, else the device. What is for both goes out as a whole, and waits for the user too.
 * https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-support
 */
export const scopeOf = (commands: readonly Readonly<{ locUris: readonly string[] }>[]): 'User' | 'System' =>
  commands.every(({ locUris }) => locUris.every(isUsers)) ? 'User' : 'System'
