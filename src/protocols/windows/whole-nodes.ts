import { normalLocUri } from './syncml/loc-uris.ts'

const csp = 'https://learn.microsoft.com/windows/client-management/mdm'

/**
 * Nodes that stand for one thing each, below which only its properties lie: who takes the thing away must delete the node, for Windows keeps a VPN or
 * a certificate whose properties alone went. `*` is a name that the profile chose; each with the page that says so.
 */
const wholes: readonly Readonly<{ path: string; page: string }>[] = [
  { path: 'vpnv2/*', page: `${csp}/vpnv2-csp` },
  { path: 'wifi/profile/*', page: `${csp}/wifi-csp` },
  { path: 'clientcertificateinstall/scep/*', page: `${csp}/clientcertificateinstall-csp` },
  { path: 'clientcertificateinstall/pfxcertinstall/*', page: `${csp}/clientcertificateinstall-csp` },
  { path: 'rootcatrustedcertificates/root/*', page: `${csp}/rootcacertificates-csp` },
  { path: 'rootcatrustedcertificates/ca/*', page: `${csp}/rootcacertificates-csp` },
  { path: 'rootcatrustedcertificates/trustedpublisher/*', page: `${csp}/rootcacertificates-csp` },
  { path: 'rootcatrustedcertificates/trustedpeople/*', page: `${csp}/rootcacertificates-csp` },
  { path: 'rootcatrustedcertificates/untrustedcertificates/*', page: `${csp}/rootcacertificates-csp` },
  { path: 'firewall/mdmstore/firewallrules/*', page: `${csp}/firewall-csp` },
  { path: 'networkqospolicy/*', page: `${csp}/networkqospolicy-csp` },
  { path: 'email2/*', page: `${csp}/email2-csp` },
  { path: 'activesync/accounts/*', page: `${csp}/activesync-csp` },
]

/** The node of the thing that a node is a property of, or is itself, as the node writes it; null: it stands for itself. */
export const wholeOf = (locUri: string): string | null => {
  const segments = locUri.trim().split('/')
  const root = segments.findIndex((segment) => segment.toLowerCase() === 'msft')
  const inside = segments.slice(root + 1).map((segment) => normalLocUri(`./${segment}`).slice(2))
  const found = wholes.map(({ path }) => path.split('/')).find((path) => isAt(path, inside))
  return root === -1 || found === undefined ? null : segments.slice(0, root + 1 + found.length).join('/')
}

const isAt = (path: readonly string[], segments: readonly string[]): boolean =>
  path.every((name, index) => (name === '*' ? (segments[index] ?? '') !== '' : name === segments[index]))

/**
 * What to delete so that the nodes `gone` are there no more: each itself, or the whole of which it is a property, unless something of that `stays`
 * (normal forms). A Delete takes all below a node with it, so that a node above one that stays, stays too. Each once, as it was written.
 * https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export const deletionsOf = (gone: readonly string[], stays: ReadonlySet<string>): readonly string[] => {
  const nodes = gone.flatMap((locUri) => {
    if (hasAnyIn(locUri, stays)) return []
    const whole = wholeOf(locUri)
    return [whole !== null && !hasAnyIn(whole, stays) ? whole : locUri]
  })
  return [...new Map(nodes.map((locUri) => [normalLocUri(locUri), locUri])).values()]
}

const hasAnyIn = (whole: string, nodes: ReadonlySet<string>): boolean => {
  const start = normalLocUri(whole)
  return [...nodes].some((node) => node === start || node.startsWith(`${start}/`))
}
