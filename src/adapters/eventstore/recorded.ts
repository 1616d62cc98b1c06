import type { Metadata, Recorded } from '../../kernel/event.ts'
import { partsOfStream } from '../../kernel/ids.ts'
import type { Place } from './positions.ts'
import { positionOf } from './positions.ts'

/** The part of the client's event that is used here. */
export type StoredEvent = Readonly<{
  streamId: string
  id: string
  type: string
  isJson: boolean
  revision: bigint
  data: unknown
  metadata?: unknown
  position?: Place | undefined
}>

/**
 * An event with our envelope; undefined when it is not one of ours: the store's own (`$…`), another application's in the same database,
 * or gone behind a link.
 */
export const recordedOf = (event: StoredEvent | undefined): Recorded | undefined => {
  if (event === undefined || isReserved(event.streamId) || isReserved(event.type)) return undefined
  const { data, metadata } = event
  if (!event.isJson || !isObject(data) || !isMetadata(metadata)) return undefined
  return {
    type: event.type,
    data,
    eventId: event.id,
    ...partsOfStream(event.streamId),
    revision: Number(event.revision),
    position: positionOf(placeIn(event)),
    at: metadata.at,
    metadata,
  }
}

/** The name belongs to EventStoreDB itself. */
export const isReserved = (name: string): boolean => name.startsWith('$')

/** Where an event stands. Throws for servers before 22.6, which do not say so when a stream is read. */
export const placeIn = ({ position }: Pick<StoredEvent, 'position'>): Place => {
  if (position === undefined) throw new Error('EventStoreDB did not say where an event stands; version 22.6 or later is needed.')
  return position
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Every event of ours says when, by whom and because of what; another application's has no reason to. */
const isMetadata = (value: unknown): value is Metadata => {
  if (!isObject(value)) return false
  const { at, actor, hostIds, $correlationId, $causationId } = value as Readonly<Partial<Record<keyof Metadata, unknown>>>
  const isActor = isObject(actor) && 'kind' in actor && typeof actor.kind === 'string'
  return (
    isActor &&
    Array.isArray(hostIds) &&
    [at, $correlationId, $causationId].every((text) => typeof text === 'string') &&
    !Number.isNaN(Date.parse(String(at)))
  )
}
