import assert from 'node:assert/strict'
import { deliveryOf, locUrisIn } from '../../../src/protocols/windows/profile-delivery.ts'

const ids = { commandId: 'c0', idAt: (index: number) => `c${String(index + 1)}` }
const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const replace = (locUri: string, data: string) =>
  `<Replace><CmdID>theirs</CmdID><Item><Target><LocURI> ${locUri} </LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>${data}</Data></Item></Replace>`
const add = (locUri: string) =>
  `<Add><Item><Target><LocURI>${locUri}</LocURI></Target><Data><![CDATA[<enabled/>]]></Data></Item></Add>`

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

  it('says which nodes it sets, each once', () => {
    assert.deepEqual(locUrisIn(`${replace(camera, '0')}${add('./A')}${replace(camera.toUpperCase(), '1')}`), [
      camera.toUpperCase(),
      './A',
    ])
  })
})
