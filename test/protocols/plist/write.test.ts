import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import * as fields from '../../../src/protocols/plist/fields.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

describe('A written property list', () => {
  it('is the XML that Apple reads', () => {
    assert.equal(
      writePlist({
        a: 'x & <y>',
        n: [1, 2.5, 2n ** 63n],
        d: Uint8Array.of(1, 2),
        t: new Date('2024-01-02T03:04:05.678Z'),
        b: false,
      }),
      '<?xml version="1.0" encoding="UTF-8"?>' +
        '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">' +
        '<plist version="1.0"><dict><key>a</key><string>x &amp; &lt;y&gt;</string>' +
        '<key>n</key><array><integer>1</integer><real>2.5</real><integer>9223372036854775808</integer></array>' +
        '<key>d</key><data>AQI=</data><key>t</key><date>2024-01-02T03:04:05Z</date><key>b</key><false/></dict></plist>',
    )
  })

  it('refuses what would not arrive as it was meant', () => {
    for (const value of ['a\u0000', '\ud800', NaN, Infinity, 2 ** 60, new Date(NaN), { 'k\u0001': 'v' }, ['\uffff']]) {
      assert.throws(() => writePlist(value), RangeError)
    }
    assert.ok(writePlist('tab\t line\n 😀').includes('😀'))
  })
})

describe('A field of a property list', () => {
  const dict = {
    UDID: 'A1',
    Empty: '',
    Token: Uint8Array.of(1),
    None: new Uint8Array(0),
    On: true,
    N: 7,
    Large: 2n ** 60n,
    L: ['x'],
    D: { a: 1 },
  }
  const refusedFor = (field: string, reason: RegExp, read: () => unknown): void =>
    assert.throws(read, (error: unknown) => error instanceof ParseError && error.field === field && reason.test(error.message))

  it('is given in its type', () => {
    assert.equal(fields.text(dict, 'UDID'), 'A1')
    assert.equal(fields.optionalText(dict, 'Empty'), '')
    assert.equal(fields.optionalText(dict, 'toString2'), null)
    assert.deepEqual(fields.data(dict, 'Token'), Uint8Array.of(1))
    assert.equal(fields.optionalData(dict, 'None')?.length, 0)
    assert.equal(fields.flag(dict, 'On'), true)
    assert.equal(fields.flag(dict, 'Off'), false)
    assert.equal(fields.optionalFlag(dict, 'Off'), null)
    assert.equal(fields.optionalInteger(dict, 'N'), 7)
    assert.deepEqual(fields.list(dict, 'L'), ['x'])
    assert.deepEqual(fields.list(dict, 'M'), [])
    assert.deepEqual(fields.optionalDict(dict, 'D'), { a: 1 })
  })

  it('is refused by name when it is missing, empty, too long or of another type', () => {
    refusedFor('Gone', /missing/, () => fields.text(dict, 'Gone'))
    refusedFor('Empty', /empty/, () => fields.text(dict, 'Empty'))
    refusedFor('UDID', /2 characters; at most 1/, () => fields.text(dict, 'UDID', 1))
    refusedFor('N', /not a string/, () => fields.optionalText(dict, 'N'))
    refusedFor('Gone', /missing/, () => fields.data(dict, 'Gone'))
    refusedFor('None', /empty/, () => fields.data(dict, 'None'))
    refusedFor('Token', /at most 0/, () => fields.optionalData(dict, 'Token', 0))
    refusedFor('UDID', /not data/, () => fields.optionalData(dict, 'UDID'))
    refusedFor('N', /not a boolean/, () => fields.flag(dict, 'N'))
    refusedFor('Large', /whole number/, () => fields.optionalInteger(dict, 'Large'))
    refusedFor('D', /not an array/, () => fields.list(dict, 'D'))
    refusedFor('L', /not a dictionary/, () => fields.optionalDict(dict, 'L'))
    refusedFor('message', /missing/, () => fields.dictOf(undefined, 'message'))
  })
})
