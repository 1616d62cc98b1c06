import { bareLocUri } from './syncml/loc-uris.ts'

/** Nodes that the server sets itself, and those by which a profile could wipe a device or cut it off; as `bareLocUri` writes them. */
const reserved = [
  [
    '/vendor/msft/bitlocker/',
    'Disk encryption is not set by a profile of your own, and this version has no settings for disk encryption yet.',
  ],
  [
    '/vendor/msft/policy/config/update/',
    'Windows updates are not set by a profile of your own, and this version has no settings for OS updates yet.',
  ],
  ['/vendor/msft/remotewipe/', 'A device is not wiped by a profile (RemoteWipe); use the command.'],
  ['/dmclient/', 'How a device reaches this server (DMClient) is not set by a profile.'],
  ['/syncml/dmacc/', 'The account that a device is managed by (DMAcc) is not set by a profile.'],
  ['/certificatestore/my/wstep/', 'The certificate that a device is managed by (WSTEP) is not set by a profile.'],
] as const

/**
 * Why a profile may not set a node, however its LocURI is spelled; null: it may. Nor may it set what stands above one: when the profile goes, so does
 * all below.
 */
export const whyReserved = (locUri: string): string | null => {
  const node = `${bareLocUri(locUri)}/`
  const itself = reserved.find(([path]) => node.includes(path))
  const below = reserved.find(([path]) => isAbove(node, path))
  return itself?.[1] ?? (below === undefined ? null : `It stands above ${below[0].slice(1, -1)}. ${below[1]}`)
}

/** `./Vendor/MSFT` and what is above it are no settings in any case. */
const isAbove = (node: string, path: string): boolean => {
  const parents = path.split('/').slice(1, -2)
  return parents.some((name, index) => {
    const above = parents.slice(0, index + 1).join('/')
    return name !== 'vendor' && name !== 'msft' && node.endsWith(`/${above}/`)
  })
}
