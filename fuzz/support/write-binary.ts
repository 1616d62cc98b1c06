import type { PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import type { Random } from '../../src/simulators/random.ts'

/** A list in Apple's binary form, mostly right; now and then with references into the wild, odd widths, or counts that are too large. */
export const oddBinary = (value: PlistValue, luck: Random): Uint8Array => {
  const referenceSize = luck.chance(0.9) ? 2 : luck.pick([1, 3, 4, 8])
  const objects: Uint8Array[] = []
  const add = (item: PlistValue): number => {
    const at = objects.push(Buffer.alloc(0)) - 1
    objects[at] = objectOf(item)
    // A reference that leads elsewhere: to its own holder, to another object, to nowhere.
    return luck.chance(0.99) ? at : luck.below(objects.length + 2)
  }
  const objectOf = (item: PlistValue): Uint8Array => {
    if (!Array.isArray(item) && !isDict(item)) return scalarOf(item as Scalar, luck)
    const [kind, parts, size] = Array.isArray(item) ? [0xa0, item, item.length] : dictParts(item)
    return Buffer.concat([marker(kind, size, luck), ...parts.map((part) => unsigned(add(part), referenceSize))])
  }
  const top = add(value)
  const offsetSize = luck.chance(0.9) ? 4 : luck.pick([2, 3, 8])
  let at = 8
  const offsets = objects.map((object) => {
    const offset = unsigned(at, offsetSize)
    at += object.length
    return offset
  })
  const trailer = Buffer.alloc(32)
  trailer[6] = offsetSize
  trailer[7] = referenceSize
  trailer.writeBigUInt64BE(BigInt(oddly(objects.length, luck)), 8)
  trailer.writeBigUInt64BE(BigInt(oddly(top, luck)), 16)
  trailer.writeBigUInt64BE(BigInt(oddly(at, luck)), 24)
  return Buffer.concat([Buffer.from(luck.chance(0.98) ? 'bplist00' : 'bplist15'), ...objects, ...offsets, trailer])
}

type Scalar = Exclude<PlistValue, readonly PlistValue[] | Readonly<Record<string, PlistValue>>>

const dictParts = (dict: Readonly<Record<string, PlistValue>>): [number, readonly PlistValue[], number] => {
  const entries = Object.entries(dict)
  return [0xd0, [...entries.map(([key]) => key), ...entries.map(([, entry]) => entry)], entries.length]
}

const scalarOf = (value: Scalar, luck: Random): Uint8Array => {
  if (luck.chance(0.01)) return Uint8Array.of(luck.below(256), luck.below(256))
  if (typeof value === 'boolean') return Uint8Array.of(value ? 9 : 8)
  if (typeof value === 'string') return textOf(value, luck)
  if (value instanceof Date) return Buffer.concat([Uint8Array.of(0x33), double(value.getTime() / 1000 - 978_307_200)])
  if (value instanceof Uint8Array) return Buffer.concat([marker(0x40, value.length, luck), value])
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return Buffer.concat([Uint8Array.of(0x23), double(value)])
  return integerOf(BigInt(value))
}

const textOf = (text: string, luck: Random): Uint8Array => {
  if (/^[\0-\x7f]*$/.test(text) && luck.chance(0.9))
    return Buffer.concat([marker(0x50, text.length, luck), Buffer.from(text, 'latin1')])
  return Buffer.concat([marker(0x60, text.length, luck), Buffer.from(text, 'utf16le').swap16()])
}

const integerOf = (value: bigint): Uint8Array => {
  const wide = value < 0n || value < 2n ** 63n
  const bytes = Buffer.alloc(wide ? 9 : 17)
  bytes[0] = wide ? 0x13 : 0x14
  if (wide) bytes.writeBigInt64BE(value, 1)
  else bytes.writeBigUInt64BE(value, 9)
  return bytes
}

const marker = (kind: number, size: number, luck: Random): Uint8Array => {
  const told = oddly(size, luck)
  return told < 15 && luck.chance(0.98)
    ? Uint8Array.of(kind | told)
    : Buffer.concat([Uint8Array.of(kind | 15), countOf(told, luck)])
}

const countOf = (count: number, luck: Random): Uint8Array => {
  const power = luck.chance(0.9) ? 2 : luck.below(4)
  return Buffer.concat([Uint8Array.of(0x10 | power), unsigned(count % 256 ** Math.min(6, 2 ** power), 2 ** power)])
}

const oddly = (value: number, luck: Random): number =>
  luck.chance(0.995) ? value : luck.pick([0, 1, value + 1, 2 ** 16, 2 ** 32 - 1, 2 ** 40])

const unsigned = (value: number, width: number): Buffer => {
  const bytes = Buffer.alloc(width)
  if (width === 8) bytes.writeBigUInt64BE(BigInt(value))
  else bytes.writeUIntBE(value % 256 ** width, 0, width)
  return bytes
}

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}
