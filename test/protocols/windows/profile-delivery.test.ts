import assert from 'node:assert/strict'
import { deliveryOf, locUrisIn, removalOf, vanishedFrom } from '../../../src/protocols/windows/profile-delivery.ts'
import { normalLocUri } from '../../../src/protocols/windows/syncml/loc-uris.ts'

const ids = { commandId: 'c0', idAt: (index: number) => `c${String(index + 1)}` }
const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const replace = (locUri: string, data: string) =>
  `<Replace><CmdID>theirs</CmdID><Item><Target><LocURI> ${locUri} </LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>${data}</Data></Item></Replace>`
const add = (locUri: string) =>
  `<Add><Item><Target><LocURI>${locUri}</LocURI></Target><Data><![CDATA[<enabled/>]]></Data></Item></Add>`
const scep = './Device/Vendor/MSFT/ClientCertificateInstall/SCEP/one'

describe('A Windows profile on its way', () => {
  it('is all or nothing, each command with a number of ours', () => {
    const { xml, parts } = deliveryOf(`<!-- mine -->${replace(camera, '0')}${add('./User/Vendor/MSFT/A')}`, ids)
    assert.equal(
      xml,
      `<Atomic><CmdID>c0</CmdID><Replace><CmdID>c1</CmdID><Item><Target><LocURI>${camera}</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data></Item></Replace>` +
        '<Add><CmdID>c2</CmdID><Item><Target><LocURI>./User/Vendor/MSFT/A</LocURI></Target><Data><![CDATA[<enabled/>]]></Data></Item></Add></Atomic>',
    )
    assert.deepEqual(parts, [
      { cmdId: 'c1', locUri: camera },
      { cmdId: 'c2', locUri: './User/Vendor/MSFT/A' },
    ])
  })

  it('is the same when it was uploaded as an Atomic, and replaces what an Add found there', () => {
    const commands = `${replace(camera, '0')}${add('./A')}`
    assert.deepEqual(deliveryOf(`<Atomic><CmdID>9</CmdID>${commands}</Atomic>`, ids), deliveryOf(commands, ids))
    assert.ok(!deliveryOf(commands, ids, true).xml.includes('<Add>'))
  })

  it('is taken away node by node, but for what another profile sets', () => {
    const content = `${replace(camera, '0')}${add('./A')}${replace('./B%7B1%7D', '1')}`
    const kept = new Set([normalLocUri('./vendor/msft/Policy/Config/Camera/AllowCamera')])
    assert.equal(
      removalOf(content, ids, kept)?.xml,
      '<Delete><CmdID>c0</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Delete>' +
        '<Delete><CmdID>c2</CmdID><Item><Target><LocURI>./B%7B1%7D</LocURI></Target></Item></Delete>',
    )
    assert.equal(removalOf(replace(camera, '0'), ids, kept), null)
  })

  it('that enrolls a certificate is taken away with the certificate', () => {
    const content = `${add(scep)}${add(`${scep}/Install/ServerURL`)}<Exec><Item><Target><LocURI>${scep}/Install/Enroll</LocURI></Target></Item></Exec>`
    assert.deepEqual(locUrisIn(content), [scep])
  })

  it('says which nodes an edit drops', () => {
    assert.deepEqual(vanishedFrom(`${replace(camera, '0')}${add('./A')}`, replace(camera.toUpperCase(), '1')), ['./A'])
  })
})
