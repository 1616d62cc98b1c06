import assert from 'node:assert/strict'
import { buildBinary } from 'plist'
import { rawCommandIn } from '../../../src/api/admin/commands/raw-command.ts'
import { rawMessage } from '../../../src/protocols/apple/raw-message.ts'
import { binaryAsXml } from '../../../src/protocols/plist/binary-as-xml.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistValue } from '../../../src/protocols/plist/value.ts'

const inner = `<dict>\r\n  <!-- by hand -->\r\n  <key>RequestType</key><string>Settings</string>
  <key>Settings</key><array><dict><key>Item</key><string>Wallpaper</string><key>Scale</key><real>1.0</real>
  <key>Big</key><integer>18446744073709551615</integer><key>Hex</key><integer>0x1F</integer><key>Note</key><string><![CDATA[a<b]]>&#x1F600;</string></dict></array></dict>`
const list = (value: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${value}</plist>\n`
const whole = (id: string) => list(`<dict>${id}<key>Command</key>${inner}<key>Also</key><true/></dict>`)

describe('A command that somebody else wrote', () => {
  const sent = (text: string | Buffer, id = 'c-1'): string => Buffer.from(rawMessage(Buffer.from(text), id)).toString('utf8')
  const shapeOf = (text: string): PlistValue => readPlist(Buffer.from(text))

  it('goes out as it is, when it is a whole message with an id', () => {
    const message = whole('<key>CommandUUID</key><string>c-1</string>')
    assert.equal(sent(message), message)
    assert.equal(sent(`\ufeff${message}`), message, 'before the declaration of XML nothing may stand')
    const binary = buildBinary({ CommandUUID: 'c-1', Command: { RequestType: 'X' } })
    assert.ok(Buffer.from(binary).equals(rawMessage(Buffer.from(binary), 'c-1')))
  })

  it('is given an id, and nothing else is changed', () => {
    const message = sent(whole(''))
    assert.equal(message.replace('<key>CommandUUID</key><string>c-1</string>', ''), whole(''))
    assert.equal((shapeOf(message) as { CommandUUID: string }).CommandUUID, 'c-1')
  })

  it('is put into a message, value for value as it was written', () => {
    for (const text of [list(inner), list(`\r\n\t${inner}\r\n`), `<plist version="1.0">${inner}</plist>`]) {
      const message = sent(text)
      assert.ok(message.includes(`<key>CommandUUID</key><string>c-1</string><key>Command</key>${inner}</dict>`), message)
      assert.deepEqual((shapeOf(message) as { Command: PlistValue }).Command, shapeOf(list(inner)))
    }
  })

  it('that names another id is not sent', () => {
    assert.throws(() => sent(whole('<key>CommandUUID</key><string>other</string>')), /another CommandUUID/)
  })

  it('in binary is put into a message with values of the same kinds', () => {
    // 1.0 as a <real> in binary: the marker 0x22 or 0x23, which no number of JavaScript leads to.
    const real = Buffer.concat([Buffer.of(0x23), Buffer.from(new Float64Array([1]).buffer).reverse()])
    const binary = binaryOf([Buffer.of(0xd2, 1, 2, 3, 4), ascii('RequestType'), ascii('Ratio'), ascii('Settings'), real])
    assert.match(sent(binary), /<key>CommandUUID<\/key><string>c-1<\/string><key>Command<\/key><dict>/)
    assert.match(sent(binary), /<key>Ratio<\/key><real>1<\/real>/)
    const values = {
      text: 'a<&"b',
      yes: true,
      no: false,
      whole: 7,
      half: 0.5,
      data: new Uint8Array([1, 2]),
      when: new Date(0),
      list: [1],
    }
    const asXml = binaryAsXml(Buffer.from(buildBinary(values)), { bytes: 10_000, depth: 9, nodes: 100 }, 10_000)
    assert.deepEqual({ ...(shapeOf(list(asXml)) as object) }, values)
  })

  it('in binary that unfolds beyond all bounds is refused when it is read', () => {
    const data = Buffer.alloc(100_000, 0x61)
    const text = Buffer.concat([Buffer.of(0x5f, 0x12, ...bigEndian(data.length)), data])
    const many = Buffer.concat([Buffer.of(0xaf, 0x11, 0x03, 0xe8), Buffer.alloc(1000, 3)])
    const binary = binaryOf([Buffer.of(0xd2, 1, 2, 4, 5), ascii('RequestType'), ascii('Many'), text, ascii('ProfileList'), many])
    assert.throws(() => rawCommandIn(binary), /more than \d+ characters when it is written as XML/)
  })
})

const ascii = (text: string): Buffer => Buffer.concat([Buffer.of(0x5f, 0x10, text.length), Buffer.from(text, 'latin1')])

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A binary list of these objects, the first of them its value; references have one byte. */
const binaryOf = (objects: readonly Buffer[]): Buffer => {
  const starts: number[] = []
  let at = 8
  for (const object of objects) {
    starts.push(at)
    at += object.length
  }
  const trailer = Buffer.alloc(32)
  trailer[6] = 4
  trailer[7] = 1
  trailer.writeBigUInt64BE(BigInt(objects.length), 8)
  trailer.writeBigUInt64BE(BigInt(at), 24)
  return Buffer.concat([Buffer.from('bplist00'), ...objects, ...starts.map(bigEndian), trailer])
}
