import { readCheckIn } from '../../src/protocols/apple/check-in.ts'
import { installedProfilesIn, readReport } from '../../src/protocols/apple/command-report.ts'
import { readEndpoint } from '../../src/protocols/apple/declarations.ts'
import { readStatusReport } from '../../src/protocols/apple/status-report.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import type { Random } from '../../src/simulators/random.ts'
import type { Target } from '../support/case.ts'
import { encoded } from '../support/encoded.ts'
import { goldenCheckIns, goldenReports, goldenStatusReport } from '../support/goldens.ts'
import { mutated } from '../support/mutate.ts'
import { nonEmpty } from '../support/non-empty.ts'
import { anyText, anyValue, disturbed } from '../support/plists.ts'
import { mustBeStorable } from '../support/storable.ts'

/** Messages of devices: keys missing, doubled, of another type or out of all bounds. Whatever is taken can stand in an event. */
export const checkIn: Target = {
  about: 'check-ins of every type, reports of every status, status reports of declarations',
  make: (luck) => {
    const door = luck.pick(['check-in', 'check-in', 'check-in', 'report', 'report', 'report', 'status-report'])
    if (door === 'status-report') return { door, bytes: statusReport(luck) }
    return { door, bytes: encoded(message(luck, door === 'report' ? goldenReports : goldenCheckIns), luck) }
  },
  doors: {
    'check-in': (bytes) => {
      const read = readCheckIn(bytes)
      mustBeStorable(read)
      if (read.MessageType === 'DeclarativeManagement') mustBeStorable(readEndpoint(read.Endpoint))
    },
    report: (bytes) => {
      const read = readReport(bytes)
      mustBeStorable(read)
      mustBeStorable(installedProfilesIn(read.response))
    },
    'status-report': (bytes) => mustBeStorable(readStatusReport(bytes)),
  },
}

const message = (luck: Random, goldens: readonly PlistDict[]): PlistDict => disturbed(luck.pick(nonEmpty(goldens)), luck)

/** JSON that is right but says odd things, or has bytes changed. */
const statusReport = (luck: Random): Uint8Array => {
  const json = Buffer.from(JSON.stringify(goldenStatusReport))
  if (luck.chance(0.4)) return mutated(json, luck)
  const at = luck.below(json.length)
  const odd = JSON.stringify(luck.chance(0.5) ? anyText(luck) : anyValue(luck), (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  // In place of a value or a key, so that it often stays JSON.
  return Buffer.from(json.toString().replaceAll(/"[^"]*"/g, (text, offset: number) => (Math.abs(offset - at) < 20 ? odd : text)))
}
