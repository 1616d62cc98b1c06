import { randomBytes } from 'node:crypto'

/**
 * Takes a content key of `keyBytes` out of a PKCS #1 v1.5 block: 00 02, at least eight non-zero bytes, 00, key. A bad block gives a random
 * key, with the same steps taken, so that nobody learns from answers or times whether a block was good (Bleichenbacher's attack).
 */
export const unpadKey = (block: Uint8Array, keyBytes: number): Buffer => {
  const random = randomBytes(keyBytes)
  const start = block.length - keyBytes
  let bad = byteAt(block, 0) | (byteAt(block, 1) ^ 2) | byteAt(block, start - 1) | (start < 11 ? 1 : 0)
  for (let at = 2; at < start - 1; at++) bad |= isZero(byteAt(block, at))
  // All ones when the block is good, zero otherwise.
  const good = -isZero((bad | (bad >> 8)) & 0xff)
  const key = Buffer.alloc(keyBytes)
  for (let at = 0; at < keyBytes; at++) key[at] = (byteAt(block, start + at) & good) | (byteAt(random, at) & ~good)
  return key
}

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

/** 1 for 0 and 0 for 1 to 255, without a branch. */
const isZero = (byte: number): number => ((byte - 1) >> 8) & 1
