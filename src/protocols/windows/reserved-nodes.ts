import { bareLocUri } from './syncml/loc-uris.ts'

/** Nodes that the server sets itself, and those by which a profile could wipe a device or cut it off; as `bareLocUri` writes them. */
const reserved = [
  ['/vendor/msft/bitlocker/', 'Disk encryption is not set by a profile of your own; use the settings for disk encryption.'],
  [
    '/vendor/msft/policy/config/update/',
    'Windows updates are not set by a profile of your own; use the settings for OS updates.',
  ],
  ['/vendor/msft/remotewipe/', 'A device is not wiped by a profile (RemoteWipe); use the command.'],
  ['/dmclient/', 'How a device reaches this server (DMClient) is not set by a profile.'],
  ['/syncml/dmacc/', 'The account that a device is managed by (DMAcc) is not set by a profile.'],
  ['/certificatestore/my/wstep/', 'The certificate that a device is managed by (WSTEP) is not set by a profile.'],
] as const

/** Why a profile may not set a node, however its LocURI is spelled; null: it may. */
export const whyReserved = (locUri: string): string | null => {
  const node = `${bareLocUri(locUri)}/`
  return reserved.find(([start]) => node.includes(start))?.[1] ?? null
}
