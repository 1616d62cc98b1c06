import type { Random } from '../../src/simulators/random.ts'

/** No input grows beyond this, in bytes: what is large has targets of its own. */
export const maxBytes = 256 * 1024

type Mutation = (bytes: Buffer, luck: Random, others: readonly Uint8Array[]) => Buffer

/**
 * A message with a few bytes wrong: flipped, cut, doubled, moved, or taken from another message. One in twenty stays as it is, because a
 * reader must go on taking what is good.
 */
export const mutated = (bytes: Uint8Array, luck: Random, others: readonly Uint8Array[] = []): Uint8Array => {
  let now: Buffer = Buffer.from(bytes)
  if (luck.chance(0.05)) return now
  // Mostly one mutation: two wrongs meet the first check only.
  const times = luck.chance(0.7) ? 1 : 2 + luck.below(6)
  for (let time = 0; time < times; time++) now = luck.pick(mutations)(now, luck, others).subarray(0, maxBytes)
  return now
}

const flip: Mutation = (bytes, luck) => changeAt(bytes, luck, (byte) => byte ^ (1 << luck.below(8)))

const replace: Mutation = (bytes, luck) => changeAt(bytes, luck, () => luck.pick(oddBytes))

const remove: Mutation = (bytes, luck) => {
  const { from, to } = rangeIn(bytes, luck)
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
}

const double: Mutation = (bytes, luck) => {
  const { from, to } = rangeIn(bytes, luck)
  const times = luck.chance(0.1) ? 1 + luck.below(400) : 1
  const part = bytes.subarray(from, Math.min(to, from + 512))
  return Buffer.concat([bytes.subarray(0, to), ...Array.from({ length: times }, () => part), bytes.subarray(to)])
}

const move: Mutation = (bytes, luck) => {
  const { from, to } = rangeIn(bytes, luck)
  const part = bytes.subarray(from, to)
  const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  const at = luck.below(rest.length + 1)
  return Buffer.concat([rest.subarray(0, at), part, rest.subarray(at)])
}

const cut: Mutation = (bytes, luck) => bytes.subarray(0, luck.below(bytes.length + 1))

const insert: Mutation = (bytes, luck) => {
  const at = luck.below(bytes.length + 1)
  const part = luck.chance(0.5) ? Buffer.from(luck.pick(oddTexts)) : Buffer.from(luck.bytes(1 + luck.below(16)))
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])
}

const splice: Mutation = (bytes, luck, others) => {
  const other = Buffer.from(others[luck.below(Math.max(1, others.length))] ?? bytes)
  const { from, to } = rangeIn(other, luck)
  const at = luck.below(bytes.length + 1)
  const end = luck.chance(0.5) ? at : Math.min(bytes.length, at + to - from)
  return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(end)])
}

const mutations: readonly [Mutation, ...Mutation[]] = [flip, flip, replace, replace, remove, double, move, cut, insert, splice]

const changeAt = (bytes: Buffer, luck: Random, how: (byte: number) => number): Buffer => {
  const at = luck.below(Math.max(1, bytes.length))
  const changed = Buffer.from(bytes)
  if (at < changed.length) changed[at] = how(changed[at] ?? 0)
  return changed
}

const rangeIn = (bytes: Uint8Array, luck: Random) => {
  const from = luck.below(bytes.length + 1)
  const most = luck.chance(0.5) ? 8 : bytes.length
  return { from, to: Math.min(bytes.length, from + luck.below(most + 1)) }
}

const oddBytes: readonly [number, ...number[]] = [
  0x00, 0x01, 0x0f, 0x10, 0x7f, 0x80, 0x81, 0x84, 0x88, 0xa0, 0xff, 0x30, 0x3c, 0x26, 0x22,
]

const oddTexts: readonly [string, ...string[]] = [
  '\u0000',
  '\uffff',
  '<array>',
  '</dict>',
  '<key>UDID</key>',
  '<string>',
  '<!--',
  ']]>',
  '<![CDATA[',
  '&#0;',
  '&#xD800;',
  '&lol;',
  '<?xml version="1.1"?>',
  '<!DOCTYPE plist [',
  '__proto__',
  'NaN',
  '-9223372036854775809',
  '%',
  '%00',
  '+',
  '=',
  '\r\n',
]
