import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { der, derNull, derOid, derSequence, derSetOf, derTag, readDer } from '../../../src/protocols/der.ts'
import { readAltNames, writeAltNames } from '../../../src/protocols/x509/alt-names.ts'
import { nameOf, nameText, readName, valueIn, writeName } from '../../../src/protocols/x509/names.ts'
import { readOid, stringTag } from '../../../src/protocols/x509/values.ts'

const nameWith = (...values: readonly Uint8Array[]) =>
  derSequence(derSetOf(...values.map((value) => derSequence(derOid('2.5.4.3'), value))))

const read = (bytes: Uint8Array) => readName(readDer(bytes), 'The subject')

describe('A distinguished name', () => {
  it('reads back as it was written, in its order', () => {
    const name = nameOf({
      country: 'DE',
      organization: 'Exämple 🚀',
      commonName: 'Mac',
      email: 'a@example.com',
      domainComponent: 'example',
    })
    assert.deepEqual(read(writeName(name)), name)
    assert.equal(valueIn(name, 'commonName'), 'Mac')
    assert.equal(valueIn(name, 'userId'), null)
  })

  it('is shown so that no value can pass for two', () => {
    assert.equal(nameText(nameOf({ organization: 'a, CN=b', commonName: 'c\\+d' })), 'O=a\\, CN\\=b, CN=c\\\\\\+d')
    assert.equal(nameText([{ oid: '1.2.3', value: 'x' }]), '1.2.3=x')
  })

  it('is read in every string type that old tools write', () => {
    const bmp = Buffer.from('Mäc', 'utf16le').swap16()
    const types: readonly (readonly [number, Uint8Array])[] = [
      [derTag.utf8String, Buffer.from('Mäc', 'utf8')],
      [stringTag.t61, Buffer.from('Mäc', 'latin1')],
      [stringTag.bmp, bmp],
      [stringTag.ia5, Buffer.from('Mäc', 'utf8')],
    ]
    for (const [tag, bytes] of types) assert.deepEqual(read(nameWith(der(tag, bytes))), [{ oid: '2.5.4.3', value: 'Mäc' }])
    const pair = nameWith(der(derTag.printableString, Buffer.from('a')), der(derTag.printableString, Buffer.from('b')))
    assert.deepEqual(
      read(pair).map(({ value }) => value),
      ['a', 'b'],
    )
  })

  it('is refused when it holds what is no text, or too much of it', () => {
    const bad = [
      derNull,
      der(derTag.utf8String, Uint8Array.of(0xff)),
      der(derTag.utf8String, Buffer.from('mdm.example.com\0.evil.example')),
      der(derTag.utf8String, Buffer.from('a\nb')),
      der(stringTag.bmp, Uint8Array.of(0, 65, 0)),
      der(derTag.utf8String, Buffer.alloc(1025, 'a')),
    ]
    for (const value of bad) assert.throws(() => read(nameWith(value)), ParseError)
    assert.throws(() => read(writeName(Array.from({ length: 33 }, () => ({ oid: '2.5.4.3', value: 'a' })))), ParseError)
    assert.throws(() => readName(undefined, 'The subject'), ParseError)
  })
})

describe('An object identifier', () => {
  it('reads back as it was written', () => {
    const arc = fc.integer({ min: 0, max: 2 ** 31 })
    const oid = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), fc.array(arc, { maxLength: 5 }))
    fc.assert(
      fc.property(oid, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join('.')
        assert.equal(readOid(readDer(derOid(dotted)), 'It'), dotted)
      }),
    )
    assert.equal(readOid(readDer(Buffer.from('0603883703', 'hex')), 'It'), '2.999.3')
  })

  it('is refused when it has no end or none within reason', () => {
    for (const hex of ['0600', '060180', '06022a80', `0620${'ff'.repeat(31)}01`, `0621${'01'.repeat(33)}`])
      assert.throws(() => readOid(readDer(Buffer.from(hex, 'hex')), 'It'), ParseError, hex)
  })
})

describe('Alternative names', () => {
  it('read back as they were written', () => {
    const names = {
      dns: ['a.example'],
      ip: ['10.0.0.1', '::1', '2001:db8::1'],
      email: ['a@b'],
      uri: ['urn:x'],
      principal: ['u@ä'],
    }
    assert.deepEqual(readAltNames(writeAltNames(names)), names)
  })

  it('of other kinds are left out, and too many are refused', () => {
    const directory = der(0xa4, writeName(nameOf({ commonName: 'x' })))
    assert.deepEqual(readAltNames(derSequence(directory)), { dns: [], ip: [], email: [], uri: [], principal: [] })
    assert.throws(() => readAltNames(writeAltNames({ dns: Array<string>(65).fill('a') })), ParseError)
    assert.throws(() => readAltNames(derSequence(der(0x87, Uint8Array.of(1, 2, 3)))), ParseError)
  })
})
