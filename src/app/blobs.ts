import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Content, Sealed, SealedContent } from '../kernel/content.ts'
import type { Cause } from '../kernel/event.ts'
import { derivedId } from '../kernel/ids.ts'
import type { Clock, EventLog, NewEvent, Vault } from './ports.ts'

type BlobChunk = { type: 'BlobChunk'; data: { index: number; of: number; chunk: string } }

/** Bytes that events refer to: small ones stay in the event, larger ones go to a stream named by their SHA-256, in chunks. */
export type Blobs = Readonly<{
  /** Compresses `bytes`; what is too large for an event goes to a chunk stream before this answers. */
  keep: (bytes: Uint8Array, cause: Cause) => Promise<Content>
  fetch: (content: Content) => Promise<Uint8Array>
  /** As `keep`, sealed with the owner's key. */
  keepSealed: (owner: string, context: string, bytes: Uint8Array, cause: Cause) => Promise<SealedContent>
  fetchSealed: (owner: string, context: string, content: SealedContent) => Promise<Uint8Array>
}>

/** Above this size (compressed, in bytes) content leaves the event. */
const inlineLimit = 128 * 1024
/** Base64 of a chunk stays well below the log's limit of 1 MiB for one append. */
const chunkSize = 512 * 1024
/** What a stored profile or answer may unfold to at most. */
const unfoldedLimit = 32 * 1024 * 1024

export const blobsIn = ({ log, vault, clock }: Readonly<{ log: EventLog; vault: Vault; clock: Clock }>): Blobs => {
  const put = async (bytes: Uint8Array, cause: Cause): Promise<string> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const of = Math.max(1, Math.ceil(bytes.length / chunkSize))
    const at = clock().toISOString()
    for (let index = 0; index < of; index++) {
      const chunk = Buffer.from(bytes.subarray(index * chunkSize, (index + 1) * chunkSize)).toString('base64')
      const event: BlobChunk = { type: 'BlobChunk', data: { index, of, chunk } }
      const metadata = {
        $correlationId: cause.correlationId,
        $causationId: cause.causationId,
        actor: cause.actor,
        at,
        hostIds: [],
      }
      const stored: NewEvent = { ...event, eventId: derivedId(`blob/${sha256}/${String(index)}`), metadata }
      await log.append(`blob-${sha256}`, [stored], index === 0 ? 'no_stream' : index - 1)
    }
    return sha256
  }

  const get = async (sha256: string): Promise<Uint8Array> => {
    const events = (await log.readStream(`blob-${sha256}`)) as readonly BlobChunk[]
    const bytes = Buffer.concat(events.map(({ data }) => Buffer.from(data.chunk, 'base64')))
    if (createHash('sha256').update(bytes).digest('hex') !== sha256)
      throw new Error(`The blob ${sha256} is missing or incomplete.`)
    return bytes
  }

  return {
    keep: async (bytes, cause) => {
      const small = await promisify(gzip)(bytes)
      return small.length <= inlineLimit ? { gzip: small.toString('base64') } : { blob: await put(small, cause) }
    },
    fetch: async (content) => unfold('gzip' in content ? Buffer.from(content.gzip, 'base64') : await get(content.blob)),
    keepSealed: async (owner, context, bytes, cause) => {
      const sealed = await vault.seal(owner, context, await promisify(gzip)(bytes))
      return sealed.sealed.length <= inlineLimit * 1.4 ? sealed : { blob: await put(Buffer.from(JSON.stringify(sealed)), cause) }
    },
    fetchSealed: async (owner, context, content) => {
      const sealed = 'blob' in content ? (JSON.parse(Buffer.from(await get(content.blob)).toString()) as Sealed) : content
      return unfold(await vault.open(owner, context, sealed))
    },
  }
}

const unfold = (bytes: Uint8Array): Promise<Uint8Array> => promisify(gunzip)(bytes, { maxOutputLength: unfoldedLimit })
