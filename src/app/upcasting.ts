import type { Recorded } from '../kernel/event.ts'
import type { EventLog } from './ports.ts'

/** Turns old shapes into today's, one event at a time. An event of today's shape is answered as it is. */
export type Upcast = (event: Recorded) => Recorded

/**
 * A log whose readers see only today's shapes. What is stored stays as it is. An event that cannot be turned is shown as it is stored: it stops
 * no reader for the others' sake, and each judges it by itself.
 */
export const upcasting = (log: EventLog, given: Upcast): EventLog => {
  const upcast: Upcast = (event) => {
    try {
      return given(event)
    } catch {
      return event
    }
  }
  return {
    ...log,
    readStream: async (stream, options) => (await log.readStream(stream, options)).map(upcast),
    readAll: async (options) => (await log.readAll(options)).map(upcast),
    last: async () => {
      const last = await log.last()
      return last === null ? null : upcast(last)
    },
    subscribe: async function* (options) {
      for await (const events of log.subscribe(options)) yield events.map(upcast)
    },
  }
}
