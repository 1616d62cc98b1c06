import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** A body that is not taken: 413 beyond the limit, 415 in an unknown packing, else 400. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly status: 400 | 413 | 415

  constructor(status: 400 | 413 | 415, message: string) {
    super(message)
    this.status = status
  }
}

/** The whole body, unpacked. Throws `BodyRefused`: it is larger than `limit`, cut short, or not packed as its header says. */
export const bodyOf = (request: IncomingMessage, limit: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
    const stream = unpacked(request)
    const parts: Buffer[] = []
    let size = 0
    const refuse = (error: Error): void => {
      stream.removeAllListeners('data')
      if (stream !== request) stream.destroy()
      reject(error)
    }
    stream.on('data', (part: Buffer) => {
      size += part.length
      if (size > limit) refuse(tooLarge(limit))
      else parts.push(part)
    })
    stream.once('end', () => {
      const [first] = parts
      resolve(parts.length === 1 && first !== undefined ? first : Buffer.concat(parts))
    })
    stream.once('error', () => {
      refuse(new BodyRefused(400, 'The body is cut short, or not packed as its header says.'))
    })
    request.once('close', () => {
      if (!request.complete) refuse(new BodyRefused(400, 'The request ended before its body did.'))
    })
  })

/** A body of more bytes than are taken. */
export const tooLarge = (limit: number): BodyRefused =>
  new BodyRefused(413, `The body has more than the ${String(limit)} bytes that are taken here.`)

/** The bytes as they were before they were packed. Throws `BodyRefused` for a packing that is not known. */
export const unpacked = (request: IncomingMessage): Readable => {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity') return request
  const make = unpackers.get(encoding)
  if (make === undefined) throw new BodyRefused(415, 'The body is encoded in a way that this server does not know.')
  const packed = make()
  request.once('error', (error) => packed.destroy(error))
  return request.pipe(packed)
}

const unpackers = new Map<string, () => ReturnType<typeof createGunzip | typeof createInflate | typeof createBrotliDecompress>>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])
