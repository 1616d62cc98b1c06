import assert from 'node:assert/strict'
import type { Confirmation, NodeAnswer } from '../../../src/protocols/windows/confirmation.ts'
import { confirmationOf, nodesToAsk } from '../../../src/protocols/windows/confirmation.ts'
import { isSameValue } from '../../../src/protocols/windows/same-value.ts'
import { normalLocUri } from '../../../src/protocols/windows/syncml/loc-uris.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const own = './Vendor/MSFT/Policy/Config/Example/Own'
const ingested = './Device/Vendor/MSFT/Policy/Config/App~Policy~Category/Name'
const certificate = './Device/Vendor/MSFT/ClientCertificateInstall/SCEP/one'
const set = (locUri: string, data: string, format = 'int'): string =>
  `<Replace><Item><Target><LocURI>${locUri}</LocURI></Target><Meta><Format xmlns="syncml:metinf">${format}</Format></Meta><Data>${data}</Data></Item></Replace>`

const held = (content: string, answers: Readonly<Record<string, NodeAnswer>>): Confirmation =>
  confirmationOf(content, new Map(Object.entries(answers).map(([node, answer]) => [normalLocUri(node), answer])))
const value = (data: string | null): NodeAnswer => ({ status: '200', data })
const gone: NodeAnswer = { status: '404', data: null }

describe('A profile held against what a device answers', () => {
  const both = set(camera, '0') + set(own, 'x', 'chr')

  it('is there when all of its nodes have their values', () => {
    assert.deepEqual(nodesToAsk(both), [camera, own])
    assert.equal(held(both, { [camera]: value('0'), [own]: value(' x ') }), 'there')
    assert.equal(held(both, { [camera.replace('./Device/', './')]: value('00'), [own]: value('x') }), 'there')
  })

  it('is missing when one has another value, or is not there', () => {
    assert.equal(held(both, { [camera]: value('1'), [own]: value('x') }), 'missing')
    assert.equal(held(both, { [camera]: value('0'), [own]: gone }), 'missing')
  })

  it('is not known when nothing of it can be read', () => {
    assert.equal(held(both, {}), 'unknown')
    assert.equal(held(both, { [camera]: { status: '405', data: null } }), 'unknown')
    assert.equal(held(set(ingested, '&lt;enabled/&gt;', 'chr'), { [ingested]: gone }), 'unknown')
    assert.equal(held(both, { [camera]: value('0'), [own]: { status: '403', data: null } }), 'there')
  })

  it('that enrolls a certificate is there when the certificate is', () => {
    const scep = set(certificate, '', 'node') + set(`${certificate}/Install/ServerURL`, 'https://example.com', 'chr')
    const status = `${certificate}/Status`
    assert.deepEqual(nodesToAsk(scep), [status])
    assert.deepEqual(
      ['1', '2', '16', '32'].map((code) => held(scep, { [status]: value(code) })),
      ['there', 'unknown', 'missing', 'unknown'],
    )
    assert.equal(held(scep, { [status]: gone }), 'missing')
  })
})

describe('Two values of one node', () => {
  const same = (format: string, one: string, other: string): boolean => isSameValue(format, one, other)

  it('are the same truth or number in any writing', () => {
    assert.ok(same('bool', 'true', '1') && same('bool', 'False', '0') && same('int', '007', '7'))
    assert.ok(!same('bool', 'true', '0') && !same('int', '7', '8') && !same('bool', 'maybe', 'perhaps') && !same('int', '', '0'))
  })

  it('are the same policy when both are off, or on with the same data in any order', () => {
    const on = '<enabled/><data id="A" value="1"/><data id="b" value="2"/>'
    assert.ok(same('chr', on, '<Enabled /><data value="2" id="B"/><data id="a" value="1"/>'))
    assert.ok(same('chr', '<disabled/><data id="A" value="1"/>', '<disabled/>'))
    assert.ok(!same('chr', on, '<disabled/>'))
    assert.ok(!same('chr', on, '<enabled/><data id="A" value="1"/>'))
  })

  it('are the same Wi-Fi network though the key comes back encrypted', () => {
    const wlan = (name: string, key: string): string =>
      `<?xml version="1.0"?><WLANProfile xmlns="http://www.microsoft.com/networking/WLAN/profile/v1"><name>${name}</name><SSIDConfig><SSID><name>${name}</name></SSID></SSIDConfig>` +
      `<connectionMode>auto</connectionMode><MSM><security><authEncryption><authentication>WPA2PSK</authentication><encryption>AES</encryption></authEncryption>` +
      `<sharedKey><keyMaterial>${key}</keyMaterial></sharedKey></security></MSM></WLANProfile>`
    assert.ok(same('chr', wlan('Office', 'secret'), wlan('Office', '0A0B')))
    assert.ok(!same('chr', wlan('Office', 'secret'), wlan('Home', 'secret')))
  })

  it('are the same XML whatever its spaces and the order of attributes, and no other text is', () => {
    assert.ok(same('xml', '<a x="1" y="2"><b>t</b></a>', '<a y="2"  x="1">\n <b> t </b>\n</a>'))
    assert.ok(!same('xml', '<a><b/></a>', '<a><c/></a>') && !same('chr', 'one', 'two') && !same('chr', '<a', '<b'))
  })
})
