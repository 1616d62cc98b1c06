import { ApiError } from '../client/api-error.ts'
import type { HistoryEntry, Host } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import { table, when } from './table.ts'

const pageSize = 500

/** A host by its number, UUID, serial number or name. Throws `ApiError` with status 404 when there is none. */
export const findHost = async (client: MusterClient, host: string): Promise<Host> => {
  if (!/^\d{1,16}$/.test(host)) return client.hosts.find(host)
  try {
    return await client.hosts.get(Number(host))
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return client.hosts.find(host)
    throw error
  }
}

/** A host's whole history, oldest first, or what of it is of these types, with commas between. Throws `ApiError` for a type that no event has. */
export const historyOf = async (client: MusterClient, id: number, type?: string): Promise<readonly HistoryEntry[]> => {
  const entries: HistoryEntry[] = []
  for (;;) {
    const after = entries.at(-1)?.revision
    const { events } = await client.hosts.history(id, {
      order: 'asc',
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
      ...(type === undefined ? {} : { type }),
    })
    entries.push(...events)
    if (events.length < pageSize) return entries
  }
}

/** A history for people: when, what, who, why. */
export const historyTable = (entries: readonly HistoryEntry[]): string =>
  table(
    ['when', 'what', 'who', 'why'],
    entries.map(({ at, type, sentence, actor, why }) => [
      when(at),
      sentence ?? type,
      `${actor.kind} ${actor.id.slice(0, 18)}`,
      why ?? '',
    ]),
  )
