import type { EventLog } from '../../src/app/ports.ts'
import { appendingContract } from './event-log-appending.ts'
import { readingContract } from './event-log-reading.ts'
import { subscribingContract } from './event-log-subscribing.ts'

export type OpenedLog = Readonly<{ log: EventLog; close: () => Promise<void> }>

/**
 * What every event log promises (see `EventLog`). The log may hold other events already; every test uses streams of its own. `open` is called
 * once for the suite.
 */
export const eventLogContract = (name: string, open: () => Promise<OpenedLog>): void => {
  describe(`An event log in ${name}`, function () {
    this.timeout(30_000)
    let opened: OpenedLog | undefined
    before(async () => {
      opened = await open()
    })
    after(() => opened?.close())

    const log = (): EventLog => {
      if (opened === undefined) throw new Error(`The event log in ${name} is not open.`)
      return opened.log
    }
    appendingContract(log)
    readingContract(log)
    subscribingContract(log)
  })
}
