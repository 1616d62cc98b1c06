import assert from 'node:assert/strict'
import { buildBinary } from 'plist'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'

/** Puts objects, one-byte offsets and a trailer together; references are of one byte. */
const binary = (...objects: readonly (readonly number[])[]): Buffer => {
  let at = 8
  const offsets = objects.map((object) => {
    const offset = at
    at += object.length
    return offset
  })
  const trailer = Buffer.alloc(32)
  trailer[6] = 1
  trailer[7] = 1
  trailer.writeBigUInt64BE(BigInt(objects.length), 8)
  trailer.writeBigUInt64BE(BigInt(at), 24)
  return Buffer.concat([Buffer.from('bplist00'), Buffer.from(objects.flat()), Buffer.from(offsets), trailer])
}

const refuses = (bytes: Uint8Array, reason: RegExp): void =>
  assert.throws(
    () => readPlist(bytes),
    (error: unknown) => error instanceof ParseError && error.field === 'plist' && reason.test(error.message),
  )

describe('A binary property list', () => {
  it('holds numbers of every width, dates and wide text', () => {
    const bytes = binary(
      [0xa7, 1, 2, 3, 4, 5, 6, 7],
      [0x10, 0xff],
      [0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
      [0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      [0x22, 0x3f, 0xc0, 0, 0],
      [0x33, 0, 0, 0, 0, 0, 0, 0, 0],
      [0x62, 0x00, 0xe9, 0x26, 0x03],
      [0x08],
    )
    assert.deepEqual(readPlist(bytes), [255, -2, 18446744073709551615n, 1.5, new Date('2001-01-01T00:00:00Z'), 'é☃', false])
  })

  it('is refused when it contains itself', () => refuses(binary([0xa1, 0]), /deeper than 64/))

  it('is refused when shared arrays unfold without bound', () => {
    const doubling = Array.from({ length: 30 }, (_, index) => [0xa2, index + 1, index + 1])
    refuses(binary(...doubling, [0x09]), /more than 500000/)
  })

  it('is refused when it holds what XML cannot: null, identifiers, sets', () => {
    for (const object of [[0x00], [0x80, 1], [0xc0], [0x70]]) refuses(binary(object), /kind/)
  })

  it('is refused when a key is no string or stands twice', () => {
    refuses(binary([0xd1, 1, 1], [0x09]), /no string/)
    refuses(binary([0xd2, 1, 1, 2, 2], [0x51, 0x61], [0x09]), /twice/)
  })

  it('is refused when references, counts or offsets lead outside', () => {
    refuses(binary([0xa1, 9]), /reference/)
    refuses(binary([0xaf, 0x11, 0xff, 0xff]), /cut off/)
    refuses(binary([0xaf, 0x13, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), /cut off/)
    refuses(binary([0x4f, 0x12, 0x7f, 0xff, 0xff, 0xff]), /cut off/)
    refuses(binary([0x33, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]), /date/)
    refuses(binary([0x51, 0x80]), /ASCII/)
  })

  it('gives an error, and only a parse error, wherever it is cut off or one byte is wrong', () => {
    const bytes = Buffer.from(buildBinary({ UDID: 'A', list: [1, 2.5, true, 'é'], data: new Uint8Array(20), when: new Date(0) }))
    for (let end = 8; end < bytes.length; end++) refuses(bytes.subarray(0, end), /./)
    for (let at = 8; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const damaged = Buffer.from(bytes)
        damaged[at] = value
        try {
          readPlist(damaged)
        } catch (error) {
          assert.ok(error instanceof ParseError, `byte ${String(at)}: ${String(error)}`)
        }
      }
    }
  })
})
