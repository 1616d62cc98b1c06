import type { PlistValue } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { Random } from '../../src/simulators/random.ts'
import { goldenCheckIns, goldenReports } from './goldens.ts'
import { mutated } from './mutate.ts'
import { nonEmpty } from './non-empty.ts'
import { oddBinary } from './write-binary.ts'
import { oddXml } from './write-xml.ts'

/** Good messages, as most devices write them. */
export const written = nonEmpty([...goldenCheckIns, ...goldenReports].map((message) => Buffer.from(writePlist(message))))

/** A list that is encoded oddly, in either form, with a few bytes changed at times. */
export const encoded = (value: PlistValue, luck: Random): Uint8Array => {
  const bytes = luck.chance(0.6) ? oddXml(value, luck) : oddBinary(value, luck)
  return luck.chance(0.85) ? bytes : mutated(bytes, luck, written)
}
