import type { App } from '../../../app/app.ts'
import type { Moment } from '../../../app/moment.ts'
import { belongs } from '../../../app/moment.ts'
import type { HostEvent } from '../../../domain/host/events.ts'
import { masked } from '../../../domain/forgetting/masking.ts'
import type { Recorded } from '../../../kernel/event.ts'
import { streamOf } from '../../../kernel/ids.ts'
import { forgottenRevision } from '../hosts/forgotten.ts'

const pageSize = 1_000

/** A host's events from a revision on, up to a moment (null: all there are); those of before it was forgotten without what says whose it was. */
export const eventsOfHost = async (
  { log, load }: Pick<App, 'log' | 'load'>,
  hostId: string,
  { from, until }: Readonly<{ from: number; until: Moment | null }>,
): Promise<readonly Recorded<HostEvent>[]> => {
  const forgottenAt = await forgottenRevision({ log, load }, hostId)
  const shown = (event: Recorded<HostEvent>) => (event.revision < forgottenAt ? masked(event) : event)
  const events: Recorded<HostEvent>[] = []
  for (;;) {
    const start = from + events.length
    const page = (await log.readStream(streamOf('host', hostId), {
      from: start,
      limit: pageSize,
    })) as readonly Recorded<HostEvent>[]
    const end = until === null ? -1 : page.findIndex((event) => !belongs(until, event))
    events.push(...(end === -1 ? page : page.slice(0, end)).map(shown))
    if (end !== -1 || page.length < pageSize) return events
  }
}
