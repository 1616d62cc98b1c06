/** Luck that can be repeated: the same seed gives the same sequence, on every machine. Not for secrets. */
export type Random = Readonly<{
  /** True with this probability (0 to 1). Draws even when the answer is certain, so that probabilities can change and sequences stay. */
  chance: (probability: number) => boolean
  /** A whole number from 0 to below `limit` (at most 2^32). */
  below: (limit: number) => number
  /** One of these. */
  pick: <T>(choices: readonly [T, ...(readonly T[])]) => T
  /** `length` characters out of `alphabet`. */
  text: (length: number, alphabet: string) => string
  bytes: (length: number) => Uint8Array
  /** A random (version 4) UUID, in capitals as Apple writes them. */
  uuid: () => string
}>

export const random = (seed: string): Random => {
  const next = mulberry32(hashOf(seed))
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  const text = (length: number, alphabet: string): string =>
    Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join('')
  return {
    chance: (probability) => next() / 2 ** 32 < probability,
    below,
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    text,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    uuid: () => {
      const hex = text(30, '0123456789ABCDEF')
      const variant = text(1, '89AB')
      return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, `${variant}${hex.slice(15, 18)}`, hex.slice(18)].join(
        '-',
      )
    },
  }
}

/** FNV-1a, 32 bits, with a last stirring, so that near seeds give far states. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** Mulberry32: 32 bits of state, good enough to spread luck over devices. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const stirred = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return (stirred ^ (stirred >>> 14)) >>> 0
  }
}
