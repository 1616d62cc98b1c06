import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Actor, Metadata } from '../../kernel/event.ts'
import { partsOfStream } from '../../kernel/ids.ts'

/**
 * How events are kept small. An object in the columns `data` and `metadata` is as it was said, which is how older versions wrote all of them;
 * a text is a packed one, in base64url. What cannot be packed, or would not come out to the letter, stays an object. Events are for ever:
 * nothing of this may change its meaning.
 */
export type Kept = Readonly<{ stream: string; data: object | string; metadata: Metadata | string }>

/** The JSON of an event's data, as it is kept. Large data is left to Postgres, which compresses it elsewhere than on our event loop. */
export const packedData = (json: string): string => {
  if (json.length < smallestWorth || json.length > largestWorth) return json
  const packed = JSON.stringify(deflateRawSync(json).toString('base64url'))
  return packed.length < json.length ? packed : json
}

const smallestWorth = 400
const largestWorth = 16 * 1024
/** JSON of `largestWorth` characters, each of which may be three bytes. */
const largestUnpacked = 3 * largestWorth

/** The JSON of an event's metadata in a stream, as it is kept. */
export const packedMetadata = (stream: string, json: string): string => {
  const packed = bytesOf(stream, JSON.parse(json) as Metadata)
  return packed === null || JSON.stringify(metadataOf(stream, packed)) !== json ? json : `"${packed.toString('base64url')}"`
}

/** What was kept, as it was said. Throws an `Error` for what nobody packed. */
export const unpacked = ({ stream, data, metadata }: Kept): Readonly<{ data: object; metadata: Metadata }> => ({
  data: typeof data === 'string' ? dataOf(data) : data,
  metadata: typeof metadata === 'string' ? metadataOf(stream, Buffer.from(metadata, 'base64url')) : metadata,
})

const dataOf = (packed: string): object =>
  JSON.parse(inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: largestUnpacked }).toString()) as object

/** Their places are in the log: add at the end alone. */
const kinds: readonly Actor['kind'][] = ['admin', 'device', 'agent', 'worker', 'importer', 'server']

/** The first byte: the actor's kind in the lowest three bits, then these. */
const sameCause = 8
const ofOwnHost = 16
const lowerId = 32
const upperId = 64

const idBytes = 16
const timeBytes = 6
/** What has no room in these: the year 10889. */
const latest = 2 ** (8 * timeBytes)

/**
 * First byte; correlation; causation, unless it is the same; the time in ms; the actor's id: a UUID, or text to the end. Null for what has no such
 * form: ids that are no UUIDs, other hosts than the stream's own.
 */
const bytesOf = (stream: string, { $correlationId, $causationId, actor, at, hostIds }: Metadata): Buffer | null => {
  const kind = kinds.indexOf(actor.kind)
  const time = Date.parse(at)
  const isOwn = hostIds.length === 1 && hostIds[0] === partsOfStream(stream).id
  if (
    kind === -1 ||
    !(time >= 0 && time < latest) ||
    !uuid.test($correlationId) ||
    !uuid.test($causationId) ||
    !(isOwn || hostIds.length === 0)
  )
    return null
  const isSame = $causationId === $correlationId
  const form = uuid.test(actor.id) ? lowerId : upperUuid.test(actor.id) ? upperId : 0
  const clock = Buffer.alloc(timeBytes)
  clock.writeUIntBE(time, 0, timeBytes)
  return Buffer.concat([
    Buffer.of(kind | (isSame ? sameCause : 0) | (isOwn ? ofOwnHost : 0) | form),
    idOf($correlationId),
    ...(isSame ? [] : [idOf($causationId)]),
    clock,
    form === 0 ? Buffer.from(actor.id) : idOf(actor.id),
  ])
}

const metadataOf = (stream: string, bytes: Buffer): Metadata => {
  const first = bytes[0] ?? 0
  const kind = kinds[first & 7]
  if (kind === undefined) throw new Error(`An event of ${stream} was packed by a later version of Muster.`)
  const $correlationId = textOf(bytes, 1)
  const causeAt = first & sameCause ? 1 : 1 + idBytes
  const timeAt = causeAt + idBytes
  const actorAt = timeAt + timeBytes
  const id = first & (lowerId | upperId) ? textOf(bytes, actorAt) : bytes.toString('utf8', actorAt)
  return {
    $correlationId,
    $causationId: textOf(bytes, causeAt),
    actor: { kind, id: first & upperId ? id.toUpperCase() : id },
    at: new Date(bytes.readUIntBE(timeAt, timeBytes)).toISOString(),
    hostIds: first & ofOwnHost ? [partsOfStream(stream).id] : [],
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const upperUuid = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/

const idOf = (text: string): Buffer => Buffer.from(text.replaceAll('-', ''), 'hex')

const textOf = (bytes: Buffer, from: number): string => {
  const hex = bytes.toString('hex', from, from + idBytes)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
