import type { Appended, EventLog, NewEvent } from '../../src/app/ports.ts'
import { RevisionConflict } from '../../src/app/ports.ts'

/** Appends wherever the stream is now, also beside others who do. What the domain does not do: it decides on what it has seen. */
export const appendAtEnd = async (
  log: Pick<EventLog, 'append'>,
  stream: string,
  events: readonly NewEvent[],
): Promise<Appended> => {
  let expected: number | 'no_stream' = 'no_stream'
  for (;;)
    try {
      return await log.append(stream, events, expected)
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error
      expected = error.actual === -1 ? 'no_stream' : error.actual
    }
}
