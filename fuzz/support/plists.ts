import type { PlistDict, PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import type { Random } from '../../src/simulators/random.ts'

/** A value of any kind, nested at random. */
export const anyValue = (luck: Random, depth = 0): PlistValue => {
  const kind = luck.below(depth > 4 ? 8 : 10)
  if (kind < 2) return anyText(luck)
  if (kind === 2) return luck.chance(0.5)
  if (kind === 3) return luck.chance(0.5) ? luck.below(1000) - 500 : luck.pick(oddIntegers)
  if (kind === 4) return luck.pick(oddReals)
  if (kind === 5) return new Date(luck.pick(oddTimes))
  if (kind < 8) return luck.bytes(luck.below(40))
  if (kind === 8) return Array.from({ length: luck.below(5) }, () => anyValue(luck, depth + 1))
  return Object.fromEntries(Array.from({ length: luck.below(5) }, () => [anyText(luck), anyValue(luck, depth + 1)]))
}

export const anyText = (luck: Random): string => {
  if (luck.chance(0.6)) return luck.pick(oddTexts)
  return luck.text(luck.below(luck.chance(0.05) ? 3000 : 12), 'aZ09 <>&"\'\n\t]\r\u0000\u0085é😀-:/%\ud800')
}

/** A message with some of its keys missing, renamed, doubled in meaning, or of another type; the rest as it was. */
export const disturbed = (message: PlistDict, luck: Random): PlistDict => {
  const entries: [string, PlistValue][] = Object.entries(message)
  const times = 1 + luck.below(3)
  for (let time = 0; time < times; time++) {
    const at = luck.below(entries.length + 1)
    const entry = entries[at]
    const kind = luck.below(6)
    if (entry === undefined || kind === 0) entries.push([luck.pick(knownKeys), anyValue(luck)])
    else if (kind === 1) entries.splice(at, 1)
    else if (kind === 2) entries[at] = [anyText(luck), entry[1]]
    else if (kind === 3 && isDict(entry[1])) entries[at] = [entry[0], disturbed(entry[1], luck)]
    else if (kind === 4 && typeof entry[1] === 'string') entries[at] = [entry[0], stretched(entry[1], luck)]
    else entries[at] = [entry[0], anyValue(luck)]
  }
  return Object.fromEntries(entries)
}

const stretched = (text: string, luck: Random): string => {
  const at = luck.below(text.length + 1)
  return text.slice(0, at) + anyText(luck).repeat(luck.chance(0.1) ? 40 : 1) + text.slice(at)
}

const knownKeys: readonly [string, ...string[]] = [
  ...(['UDID', 'UserID', 'UserShortName', 'UserLongName', 'EnrollmentID', 'EnrollmentUserID', 'MessageType', 'Topic'] as const),
  ...(['Status', 'CommandUUID', 'ErrorChain', 'RequestType', 'Token', 'PushMagic', 'UnlockToken', 'Endpoint', 'Data'] as const),
  ...(['QueryResponses', 'ProfileList', 'NotOnConsole', '__proto__', 'constructor', 'toString', ''] as const),
]

const oddTexts: readonly [string, ...string[]] = [
  '',
  ' ',
  'Idle',
  'Authenticate',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  'a:b',
  '__proto__',
  'constructor',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00a',
  '\uffff',
  '\ufeff',
  '‮abc',
  'ſ',
  '😀'.repeat(64),
  '../../etc/passwd',
  "'; drop table hosts; --",
  'declaration/configuration/%E0%A4%A',
  'x'.repeat(256),
]

const oddIntegers: readonly [number | bigint, ...(number | bigint)[]] = [
  ...([0, -1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1] as const),
  ...([2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)] as const),
]

const oddReals: readonly [number, ...number[]] = [0.5, -0.25, 1e300, -1e-300, 1.7976931348623157e308, 5e-324]

const oddTimes: readonly [number, ...number[]] = [0, 1_767_225_600_000, 978_307_200_000, -62_135_596_800_000, 253_402_300_799_000]
