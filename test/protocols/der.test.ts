import assert from 'node:assert/strict'
import { ParseError } from '../../src/kernel/parse-error.ts'
import { toDefinite } from '../../src/protocols/ber.ts'
import {
  context,
  der,
  derInteger,
  derItemsOf,
  derOid,
  derSequence,
  derSetOf,
  derTag,
  expectDer,
  readDer,
} from '../../src/protocols/der.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const refuses = (read: () => unknown, reason: RegExp): void =>
  assert.throws(read, (error: unknown) => error instanceof ParseError && error.field === 'der' && reason.test(error.message))

describe('DER', () => {
  it('is written in its shortest form', () => {
    assert.deepEqual(derOid('1.2.840.113549.1.7.2'), hex('06 09 2a864886f70d010702'))
    assert.deepEqual(
      [0, 127, 128, 256, 0xffffff].map((value) => derInteger(value).toString('hex')),
      ['020100', '02017f', '02020080', '02020100', '020400ffffff'],
    )
    assert.deepEqual(der(derTag.octetString, new Uint8Array(128)).subarray(0, 3), hex('04 81 80'))
    assert.deepEqual(der(derTag.octetString, new Uint8Array(70_000)).subarray(0, 5), hex('04 83 011170'))
    assert.deepEqual(derSetOf(derInteger(2), derInteger(1)), hex('31 06 020101 020102'))
  })

  it('is read back', () => {
    const bytes = derSequence(derInteger(5), der(context(0), der(derTag.octetString, new Uint8Array(300))))
    const [number, wrapped] = derItemsOf(readDer(bytes), derTag.sequence, 'it')
    assert.deepEqual([...(number?.content ?? [])], [5])
    assert.equal(readDer(expectDer(wrapped, context(0), 'wrapped').content).content.length, 300)
  })

  it('is refused when it is indefinite, overlong, overrunning, unfinished or too much', () => {
    refuses(() => readDer(hex('30 80 0000')), /indefinite/)
    refuses(() => readDer(hex('04 81 01 00')), /shortest/)
    refuses(() => readDer(hex('04 82 0100')), /longer than/)
    refuses(() => readDer(hex('04 85 0000000001 00')), /too large/)
    refuses(() => readDer(hex('04 02 00')), /longer than/)
    refuses(() => readDer(hex('04')), /ends inside/)
    refuses(() => readDer(hex('1f 01 00')), /more than one byte/)
    refuses(() => readDer(hex('0500 0500')), /follow/)
    refuses(() => derItemsOf(readDer(hex('0500')), derTag.sequence, 'The list'), /The list has tag 0x05/)
    refuses(() => expectDer(undefined, derTag.set, 'The set'), /The set is missing/)
  })
})

describe('BER with indefinite lengths', () => {
  it('becomes definite, with its octet strings in one piece', () => {
    assert.deepEqual(Buffer.from(toDefinite(hex('30 80 24 80 0401aa 0402bbcc 0000 020101 0000'))), hex('30 08 0403aabbcc 020101'))
    assert.deepEqual(Buffer.from(toDefinite(hex('30 06 30 80 0500 0000'))), hex('30 04 30 02 0500'))
  })

  it('is left alone when it is definite already', () => {
    const bytes = derSequence(derInteger(1), derSequence(derOid('1.2.3')))
    assert.deepEqual(Buffer.from(toDefinite(bytes)), bytes)
  })

  it('is refused when it has no end, too many levels, or something else in an octet string', () => {
    refuses(() => toDefinite(hex('30 80 0500')), /no end/)
    refuses(() => toDefinite(hex('04 80 0000')), /primitive/)
    refuses(() => toDefinite(hex('30 80 0000 00')), /follow/)
    refuses(() => toDefinite(hex('24 80 020101 0000')), /something else/)
    refuses(() => toDefinite(hex('30 80'.repeat(1000))), /nested deeper/)
    refuses(() => toDefinite(hex('30 05 0500')), /longer than/)
  })
})
