import assert from 'node:assert/strict'
import fc from 'fast-check'
import { build, buildBinary, parse } from 'plist'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readPlist, type PlistDict, type PlistValue } from '../../../src/protocols/plist/read.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

const doctype = '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'
const whole = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${doctype}\n<plist version="1.0">${body}</plist>\n`
const read = (xml: string): PlistValue => readPlist(Buffer.from(xml))
const readBody = (body: string): PlistValue => read(whole(body))
const refuses = (input: string | Uint8Array, reason: RegExp): void =>
  assert.throws(
    () => readPlist(typeof input === 'string' ? Buffer.from(input) : input),
    (error: unknown) => error instanceof ParseError && error.field === 'plist' && reason.test(error.message),
  )
const dict = (entries: PlistDict): PlistDict => Object.assign(Object.create(null) as object, entries)

type Writable = Parameters<typeof build>[0]
const xmlText = fc.string({ unit: fc.constantFrom(...Array.from('aZ09<>&"\' \n\t]é😀-'), ']]>', '<!--', '&amp;') })
const key = xmlText.filter((name) => name !== '__proto__' && name.trim() !== '')
const { tree } = fc.letrec<{ tree: Writable }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    xmlText,
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
    fc
      .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => new Date(date.setUTCMilliseconds(0))),
    fc.uint8Array(),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
const plain = (value: PlistValue): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value instanceof Date || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value as PlistDict).map(([name, entry]) => [name, plain(entry)]))
}

describe('A property list from outside', () => {
  it('reads every kind of value', () => {
    const value = readBody(`<dict>
      <key>text</key><string> a&amp;b &#x41;&lt;<![CDATA[<i>]]><!-- no --> </string>
      <key>empty</key><string/>
      <key>numbers</key><array><integer> -7 </integer><integer>0x1F</integer><integer>+3</integer><real>-2.5e-3</real><real>inf</real></array>
      <key>large</key><array><integer>9007199254740993</integer><integer>18446744073709551615</integer></array>
      <key>when</key><date>2024-02-29T23:59:59Z</date>
      <key>bytes</key><data> 3q2+
        7w== </data>
      <key>yes</key><true/><key>no</key><false></false>
      <key>__proto__</key><dict><key>constructor</key><true/></dict>
    </dict>`)
    assert.deepEqual(
      value,
      dict({
        text: ' a&b A<<i> ',
        empty: '',
        numbers: [-7, 31, 3, -0.0025, Infinity],
        large: [9007199254740993n, 18446744073709551615n],
        when: new Date('2024-02-29T23:59:59Z'),
        bytes: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
        yes: true,
        no: false,
        ['__proto__']: dict({ constructor: true }),
      }),
    )
  })

  it('inherits nothing, so that a missing key is missing', () => {
    const value = readBody('<dict><key>__proto__</key><dict><key>polluted</key><true/></dict></dict>') as PlistDict
    assert.equal(value['toString'], undefined)
    assert.equal(value['polluted'], undefined)
    assert.deepEqual(Object.keys(value), ['__proto__'])
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  })

  it('takes a list without document type, with a byte order mark, and with Windows line ends', () => {
    assert.equal(read('\uFEFF<?xml version="1.0"?>\r\n<plist><string>a\r\nb</string></plist>'), 'a\nb')
    assert.equal(read('<plist><true/></plist>'), true)
  })

  it('reads what plist 5 writes as plist 5 reads it', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (value, pretty) => {
        const xml = build(value, { pretty })
        assert.deepStrictEqual(plain(read(xml)), plain(parse(xml) as PlistValue))
      }),
      { numRuns: 150 },
    )
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepStrictEqual(plain(readPlist(Buffer.from(writePlist(value as PlistValue)))), value)
      }),
      { numRuns: 150 },
    )
  })

  it('reads binary lists as well', () => {
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepStrictEqual(plain(readPlist(buildBinary(value))), value)
      }),
      { numRuns: 150 },
    )
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    [
      'declares entities (a billion laughs)',
      `<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><plist><string>&b;</string></plist>`,
      /document type/,
    ],
    ['has an empty internal subset', '<!DOCTYPE plist SYSTEM "x" []><plist><true/></plist>', /document type/],
    ['uses an entity that XML does not know', whole('<string>&nbsp;</string>'), /well-formed/],
    ['holds nothing', whole(''), /no value/],
    ['is empty', '', /well-formed/],
    ['holds two values', whole('<true/><true/>'), /more than one/],
    ['begins otherwise', '<dict/>', /outermost/],
    ['nests a second plist', whole('<array><plist><true/></plist></array>'), /outermost/],
    ['has a key without a value', whole('<dict><key>a</key></dict>'), /no value/],
    ['has two keys in a row', whole('<dict><key>a</key><key>b</key><true/></dict>'), /no value/],
    ['has a value without a key', whole('<dict><true/></dict>'), /no <key>/],
    ['has a key twice', whole('<dict><key>a</key><true/><key>a</key><false/></dict>'), /twice/],
    ['has a key in an array', whole('<array><key>a</key></array>'), /outside/],
    ['has text between elements', whole('<array>x<true/></array>'), /Text/],
    ['has elements in a string', whole('<string>a<b/></string>'), /holds an element/],
    ['has an unknown element', whole('<null/>'), /unknown element/],
    ['has an attribute', whole('<string a="b"/>'), /attribute/],
    ['has a processing instruction', whole('<?php x?><true/>'), /instruction/],
    ['has a true that holds text', whole('<true>no</true>'), /holds text/],
    ['has a fraction as integer', whole('<integer>1.5</integer>'), /whole number/],
    ['has an empty integer', whole('<integer/>'), /whole number/],
    ['has 65 bits', whole('<integer>18446744073709551616</integer>'), /64 bits/],
    ['has a word as real', whole('<real>one</real>'), /no number/],
    ['has the 30th of February', whole('<date>2024-02-30T00:00:00Z</date>'), /no date/],
    ['has a date without a zone', whole('<date>2024-02-03T00:00:00</date>'), /no date/],
    ['has base64 cut short', whole('<data>3q2+7w=</data>'), /base64/],
    ['has foreign letters in base64', whole('<data>3q2-</data>'), /base64/],
    ['is declared in another encoding', '<?xml version="1.0" encoding="UTF-16"?><plist><true/></plist>', /UTF-8/],
    ['goes on after its end', `${whole('<true/>')}<plist/>`, /well-formed/],
  ]
  for (const [what, xml, reason] of wrong) it(`is refused when it ${what}`, () => refuses(xml, reason))

  it('is refused when it is not UTF-8', () =>
    refuses(Buffer.concat([Buffer.from('<plist><string>'), Uint8Array.of(0xff)]), /UTF-8/))

  it('is refused when it is cut off at any byte', () => {
    const bytes = Buffer.from(
      whole('<dict><key>a</key><array><string>x &amp; y</string><integer>1</integer></array></dict>').trim(),
    )
    for (let end = 0; end < bytes.length; end++) refuses(bytes.subarray(0, end), /./)
    assert.deepEqual(plain(readPlist(bytes)), { a: ['x & y', 1] })
  })

  it('says where it stopped making sense, and not what stood there', () => {
    assert.throws(
      () => read('<plist>\n<string>secret</strong></plist>'),
      (error: unknown) => error instanceof ParseError && error.message.includes('line 2') && !/secret|strong/.test(error.message),
    )
  })

  it('is bounded in size, depth and number of values', () => {
    refuses(Buffer.alloc(20 * 1024 * 1024, 0x20), /20971520 bytes/)
    refuses(whole('<array>'.repeat(100_000)), /deeper than 64/)
    refuses(whole('<array>'.repeat(65) + '</array>'.repeat(65)), /deeper than 64/)
    assert.ok(Array.isArray(readBody('<array>'.repeat(64) + '</array>'.repeat(64))))
    assert.throws(() => readPlist(Buffer.from(whole(`<array>${'<true/>'.repeat(100)}</array>`)), { nodes: 100 }), /more than 100/)
    assert.throws(() => readPlist(Buffer.from(whole('<true/>')), { bytes: 10 }), ParseError)
  })
})
