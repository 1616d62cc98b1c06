import { createHash } from 'node:crypto'

/** The namespace of all ids that this project derives. */
const namespace = Buffer.from('6d757374657240006d646d0000000001', 'hex')

/** A name-based UUID (version 5, RFC 9562 §5.5): the same name gives the same id, always. */
export const derivedId = (name: string): string => {
  const hash = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16)
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * A whole number of 52 bits from a name, as decimal digits: safe as a JSON number in every language, which the admin API's clients
 * expect of host and team ids.
 */
export const derivedNumber = (name: string): string => {
  const hash = createHash('sha256').update(namespace).update(name).digest()
  return (hash.readBigUInt64BE(0) >> 12n).toString()
}

/** The SHA-256 of bytes, lower-case hex: how certificates are named. */
export const fingerprintOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The name of a stream. */
export const streamOf = (category: string, id: string): string => `${category}-${id}`

/** A stream's name apart: the category has no hyphen, the id may have. */
export const partsOfStream = (stream: string): Readonly<{ category: string; id: string }> => {
  const hyphen = stream.indexOf('-')
  return hyphen === -1 ? { category: stream, id: '' } : { category: stream.slice(0, hyphen), id: stream.slice(hyphen + 1) }
}
