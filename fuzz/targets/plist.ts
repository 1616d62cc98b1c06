import { isDeepStrictEqual } from 'node:util'
import { ParseError } from '../../src/kernel/parse-error.ts'
import { readMachineInfo } from '../../src/protocols/apple/machine-info.ts'
import { isBinaryPlist } from '../../src/protocols/plist/read-binary.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import type { PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { Random } from '../../src/simulators/random.ts'
import type { Target } from '../support/case.ts'
import { BrokenPromise } from '../support/case.ts'
import { encoded, written } from '../support/encoded.ts'
import { goldenCheckIns, goldenMachineInfo, goldenReports } from '../support/goldens.ts'
import { readWithSaxes } from '../support/read-with-saxes.ts'
import { mutated } from '../support/mutate.ts'
import { nonEmpty } from '../support/non-empty.ts'
import { anyValue } from '../support/plists.ts'
import { mustBeStorable } from '../support/storable.ts'

/** Property lists as such: whatever is read can be stored, and written and read again as the same. */
export const plist: Target = {
  about: 'property lists, XML and binary: bytes changed, and lists written oddly',
  make: (luck) =>
    luck.chance(0.1)
      ? { door: 'machine-info', bytes: encoded(goldenMachineInfo, luck) }
      : {
          door: 'plist',
          bytes: luck.chance(0.3) ? mutated(luck.pick(written), luck, written) : encoded(valueFor(luck), luck),
        },
  doors: {
    plist: (bytes) => {
      const value = taken(() => readPlist(bytes))
      if (!isBinaryPlist(bytes)) mustBeTheSame(value, readByTwin(bytes))
      if (value instanceof ParseError) throw value
      mustBeStorable(value)
      if (isWritable(value) && !isDeepStrictEqual(readPlist(Buffer.from(writePlist(value))), value))
        throw new BrokenPromise('What was read is written and read as something else.')
    },
    'machine-info': (bytes) => mustBeStorable(readMachineInfo(bytes)),
  },
}

const limits = { bytes: 16 * 1024 * 1024, depth: 64, nodes: 500_000 }

const readByTwin = (bytes: Uint8Array): PlistValue | ParseError => taken(() => readWithSaxes(bytes, limits))

const taken = (read: () => PlistValue): PlistValue | ParseError => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
}

/** Two readers that see two different messages in the same bytes are what an attacker looks for. */
const mustBeTheSame = (value: PlistValue | ParseError, twin: PlistValue | ParseError): void => {
  if (value instanceof ParseError) {
    // Ours takes no references in the version of <plist>.
    if (twin instanceof ParseError || value.message.includes('attribute')) return
    throw new BrokenPromise(`A general XML parser takes what is refused: ${value.message}`)
  }
  if (twin instanceof ParseError) throw new BrokenPromise(`A general XML parser refuses what is taken: ${twin.message}`)
  if (!isDeepStrictEqual(value, twin)) throw new BrokenPromise('A general XML parser reads another value.')
}

const valueFor = (luck: Random): PlistValue =>
  luck.chance(0.5) ? anyValue(luck) : luck.pick(nonEmpty([...goldenCheckIns, ...goldenReports]))

/** XML holds no infinite numbers in the form that is written here, no fractions of a second, and years of four figures. */
const isWritable = (value: PlistValue): boolean => {
  if (typeof value === 'number')
    return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) && !Object.is(value, -0)
  if (value instanceof Date)
    return value.getUTCMilliseconds() === 0 && value.getUTCFullYear() >= 0 && value.getUTCFullYear() <= 9999
  if (Array.isArray(value)) return (value as readonly PlistValue[]).every(isWritable)
  return !isDict(value) || Object.values(value).every(isWritable)
}
