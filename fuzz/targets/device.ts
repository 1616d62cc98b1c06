import { ParseError } from '../../src/kernel/parse-error.ts'
import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { LiveTarget } from '../support/case.ts'
import { BrokenPromise } from '../support/case.ts'
import { encoded } from '../support/encoded.ts'
import { goldenCheckIns, goldenReports } from '../support/goldens.ts'
import { liveServer } from '../support/live-server.ts'
import { nonEmpty } from '../support/non-empty.ts'
import { disturbed } from '../support/plists.ts'
import { checkIn } from './check-in.ts'

/**
 * An enrolled device gone mad: whatever it says, it signs. Events come of what it may say; none of what cannot be read, and none that a read
 * model stops at.
 */
export const device = async (): Promise<LiveTarget> => {
  const server = await liveServer()
  const { mac } = server
  const put = async (contentType: string, bytes: Uint8Array): Promise<void> => {
    const signature = Buffer.from(signDetached(bytes, mac.identity)).toString('base64')
    const headers = { 'content-type': contentType, 'mdm-signature': signature }
    await server.send({ method: 'PUT', path: '/mdm/apple/mdm', headers, body: bytes })
  }
  /** What the readers refuse, the edge must. */
  const answered = async (door: 'check-in' | 'report', contentType: string, bytes: Uint8Array): Promise<void> => {
    await put(contentType, bytes)
    try {
      checkIn.doors[door]?.(bytes)
    } catch (error) {
      if (error instanceof ParseError && !lateFields.includes(error.field))
        throw new BrokenPromise(`The edge takes what the reader refuses: ${error.message}`)
    }
  }
  const kinds = new Map<string, number>()

  return {
    about: 'an enrolled device that signs whatever it says: keys missing, of another type, out of all bounds',
    make: (luck) => {
      const door = luck.chance(0.6) ? 'check-in' : 'report'
      // Leaving and a new start are told seldom: nothing else is heard until the next Authenticate.
      const messages = (door === 'report' ? goldenReports : goldenCheckIns).filter(
        ({ MessageType }) => MessageType !== 'CheckOut' || luck.chance(0.05),
      )
      const message = luck.pick(nonEmpty(messages))
      const own = 'Topic' in message ? { ...message, Topic: mac.topic } : message
      return { door, bytes: encoded(luck.chance(0.2) ? own : disturbed(own, luck), luck) }
    },
    doors: {
      'check-in': (bytes) => answered('check-in', 'application/x-apple-aspen-mdm-checkin', bytes),
      report: (bytes) => answered('report', 'application/x-apple-aspen-mdm; charset=UTF-8', bytes),
    },
    finish: async () => {
      for (const { type } of await server.appended()) kinds.set(type, (kinds.get(type) ?? 0) + 1)
      return { problems: await server.stuck(), notes: Object.fromEntries(kinds) }
    },
    stop: server.stop,
  }
}

/** What the edge does not look at in every message. */
const lateFields: readonly string[] = ['Endpoint', 'ProfileList', 'PayloadIdentifier', 'PayloadDisplayName', 'PayloadUUID']
