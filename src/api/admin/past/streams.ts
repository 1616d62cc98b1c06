import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import { belongs } from '../../../app/moment.ts'
import type { HostEvent } from '../../../domain/host/events.ts'
import type { Recorded } from '../../../kernel/event.ts'
import { streamOf } from '../../../kernel/ids.ts'

const pageSize = 1_000

/** A host's events from a revision on, up to a moment (null: all there are). */
export const eventsOfHost = async (
  { log }: Pick<App, 'log'>,
  hostId: string,
  { from, until }: Readonly<{ from: number; until: Moment | null }>,
): Promise<readonly Recorded<HostEvent>[]> => {
  const events: Recorded<HostEvent>[] = []
  for (;;) {
    const start = from + events.length
    const page = (await log.readStream(streamOf('host', hostId), {
      from: start,
      limit: pageSize,
    })) as readonly Recorded<HostEvent>[]
    const end = until === null ? -1 : page.findIndex((event) => !belongs(until, event))
    events.push(...(end === -1 ? page : page.slice(0, end)))
    if (end !== -1 || page.length < pageSize) return events
  }
}
