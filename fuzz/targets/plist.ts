import { isDeepStrictEqual } from 'node:util'
import { readMachineInfo } from '../../src/protocols/apple/machine-info.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import type { PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { Random } from '../../src/simulators/random.ts'
import type { Target } from '../support/case.ts'
import { BrokenPromise } from '../support/case.ts'
import { encoded, written } from '../support/encoded.ts'
import { goldenCheckIns, goldenMachineInfo, goldenReports } from '../support/goldens.ts'
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
      const value = readPlist(bytes)
      mustBeStorable(value)
      if (isWritable(value) && !isDeepStrictEqual(readPlist(Buffer.from(writePlist(value))), value))
        throw new BrokenPromise('What was read is written and read as something else.')
    },
    'machine-info': (bytes) => mustBeStorable(readMachineInfo(bytes)),
  },
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
