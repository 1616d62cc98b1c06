import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** What a hash costs: `log2N` rounds as a power of two, `r` blocks and `p` times; 128 · 2^log2N · r bytes of memory. */
export type PasswordCost = Readonly<{ log2N: number; r: number; p: number }>

export type Passwords = Readonly<{
  /** A salted hash that says how it was made. Throws `TooBusy`. */
  hash: (password: string) => Promise<string>
  /** Whether the password is the one that was hashed. With null it takes as long, and answers false. Throws `TooBusy`. */
  matches: (password: string, hash: string | null) => Promise<boolean>
}>

/** So many passwords wait to be checked already that no more are taken. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy'
}

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const usualCost: PasswordCost = { log2N: 15, r: 8, p: 3 }

/** The threads that hash also read files and look up names: some must be left over. */
const atATime = 2
const mostWaiting = 64

const saltBytes = 16
const hashBytes = 32

/** Passwords by scrypt, a few at a time, never on the event loop's own thread. */
export const passwordsOf = (cost: PasswordCost = usualCost): Passwords => {
  const inTurn = fewAtATime()
  const dummy = write(cost, randomBytes(saltBytes), randomBytes(hashBytes))

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(saltBytes)
        return write(cost, salt, await derive(password, salt, cost))
      }),
    matches: (password, hash) =>
      inTurn(async () => {
        const stored = read(hash ?? dummy)
        if (stored === null) return false
        const isSame = timingSafeEqual(await derive(password, stored.salt, stored.cost), stored.hash)
        return isSame && hash !== null
      }),
  }
}

/** As PHC strings are written: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`. */
const write = ({ log2N, r, p }: PasswordCost, salt: Uint8Array, hash: Uint8Array): string =>
  `$scrypt$ln=${String(log2N)},r=${String(r)},p=${String(p)}$${base64(salt)}$${base64(hash)}`

const read = (text: string): Readonly<{ cost: PasswordCost; salt: Buffer; hash: Buffer }> | null => {
  const [, log2N, r, p, salt = '', hash = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22})\$([\w+/]{43})$/.exec(text) ?? []
  if (log2N === undefined) return null
  const cost = { log2N: Number(log2N), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

/** The same password may be typed as different code points, by keyboard. */
const derive = (password: string, salt: Uint8Array, { log2N, r, p }: PasswordCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const N = 2 ** log2N
    scrypt(password.normalize('NFC'), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })

const fewAtATime = (): (<T>(body: () => Promise<T>) => Promise<T>) => {
  let running = 0
  const waiting: (() => void)[] = []
  return async (body) => {
    if (running >= atATime) {
      if (waiting.length >= mostWaiting) throw new TooBusy('Too many passwords wait to be checked.')
      // Whoever ends hands its place over.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await body()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
