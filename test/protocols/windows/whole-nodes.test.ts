import assert from 'node:assert/strict'
import { deletionsOf, wholeOf } from '../../../src/protocols/windows/whole-nodes.ts'
import { normalLocUri } from '../../../src/protocols/windows/syncml/loc-uris.ts'

const device = './Device/Vendor/MSFT'
const vpn = `${device}/VPNv2/Contoso%20VPN`
const scep = `${device}/ClientCertificateInstall/SCEP/one`
const camera = `${device}/Policy/Config/Camera/AllowCamera`
const normal = (...nodes: readonly string[]) => new Set(nodes.map(normalLocUri))

describe('Taking a Windows profile away', () => {
  const wholes: readonly (readonly [string, string | null])[] = [
    [`${vpn}/NativeProfile/Servers`, vpn],
    [vpn, vpn],
    [`./user/vendor/msft/vpnv2/Home/DnsSuffix`, './user/vendor/msft/vpnv2/Home'],
    ['./Vendor/MSFT/WiFi/Profile/Guests/WlanXml', './Vendor/MSFT/WiFi/Profile/Guests'],
    [`${scep}/Install/ServerURL`, scep],
    [`${device}/RootCATrustedCertificates/Root/AB12/EncodedCertificate`, `${device}/RootCATrustedCertificates/Root/AB12`],
    [`${device}/Firewall/MdmStore/FirewallRules/ssh/Action`, `${device}/Firewall/MdmStore/FirewallRules/ssh`],
    [`${device}/VPNv2`, null],
    [camera, null],
    ['./DevDetail/SwV', null],
  ]
  for (const [node, whole] of wholes)
    it(`${whole === null ? 'takes the node itself' : 'takes the whole'} for ${node} [case L7]`, () => {
      assert.equal(wholeOf(node), whole)
    })

  it('deletes a VPN made of single nodes as a whole, once, and a policy node by node [case L7]', () => {
    const gone = [`${vpn}/NativeProfile/Servers`, camera, `${vpn}/RememberCredentials`]
    assert.deepEqual(deletionsOf(gone, new Set()), [vpn, camera])
  })

  it('deletes single nodes of what another profile, or the next version, goes on with [case L7]', () => {
    const gone = [`${vpn}/NativeProfile/Servers`, `${vpn}/RememberCredentials`]
    assert.deepEqual(deletionsOf(gone, normal(`${vpn}/NativeProfile/Servers`)), [`${vpn}/RememberCredentials`])
    assert.deepEqual(deletionsOf(gone, normal(...gone)), [])
  })

  for (const [what, gone, stays, expected] of [
    ['a node above one that stays', [camera.replace('/AllowCamera', '')], [camera], []],
    ['the node of a VPN whose properties stay', [vpn, `${vpn}/DnsSuffix`], [`${vpn}/RememberCredentials`], [`${vpn}/DnsSuffix`]],
    ['the same in another spelling', [vpn], [`./vendor/msft/VPNV2/contoso vpn/RememberCredentials`], []],
    ['and nothing of a name that only begins so', [`${vpn}2`], [vpn], [`${vpn}2`]],
  ] as const)
    it(`leaves ${what}: a Delete would take it all [case C1] [case L7]`, () => {
      assert.deepEqual(deletionsOf(gone, normal(...stays)), expected)
    })

  it('leaves what only another spelling of a node that stays is', () => {
    assert.deepEqual(deletionsOf(['./Vendor/MSFT/POLICY/Config/Camera/AllowCamera'], normal(camera)), [])
  })
})
