import { normalLocUri } from './loc-uris.ts'

const csp = 'https://learn.microsoft.com/windows/client-management/mdm'

/** Parts of the tree that Windows lets nobody set, as `normalLocUri` writes them, but for single nodes in them; each with the page that says so. */
const readOnly: readonly Readonly<{ part: RegExp; but: readonly string[]; page: string }>[] = [
  { part: /^\.\/devinfo\//, but: [], page: `${csp}/devinfo-csp` },
  {
    part: /^\.\/devdetail\//,
    but: ['./devdetail/ext/microsoft/devicename', './devdetail/ext/microsoft/dnscomputername'],
    page: `${csp}/devdetail-csp`,
  },
  { part: /^\.\/(?:user\/)?vendor\/msft\/policy\/result\//, but: [], page: `${csp}/policy-configuration-service-provider` },
]

/** Whether a node can only be read: a device answers whatever sets it with 405. */
export const isReadOnly = (locUri: string): boolean => {
  const node = normalLocUri(locUri)
  return readOnly.some(({ part, but }) => part.test(`${node}/`) && !but.includes(node))
}
