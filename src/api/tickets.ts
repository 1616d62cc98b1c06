import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { App } from '../app/app.ts'
import { serverKey } from '../domain/server-keys/server-key.ts'
import { startCause } from './authority.ts'

/**
 * Short facts that travel through other hands and come back unaltered, with an end: nothing is stored for them. A ticket for one purpose is
 * none for another. What is in it can be read by whoever holds it.
 */
export type Tickets = Readonly<{
  /** URL-safe. `validMs` null: for ever. The same facts for ever make the same ticket. */
  issue: (purpose: string, facts: readonly string[], validMs: number | null) => Promise<string>
  /** The facts, or null for what was not issued here for this purpose, was altered or has ended. */
  read: (purpose: string, ticket: string) => Promise<readonly string[] | null>
  /** A keyed hash (64 hex digits): finds a secret again without storing it, and cannot be guessed at from outside. */
  digest: (purpose: string, secret: string) => Promise<string>
}>

const keyId = 'tickets'
const sealContext = `server-key/${keyId}`

/** Tickets are never longer than this, in characters. */
const maxLength = 2048

/** Makes and reads tickets with a key that all processes share; it is made when it is first needed. */
export const ticketsOf = (app: Pick<App, 'execute' | 'load' | 'vault' | 'clock'>): Tickets => {
  const key = rememberedUnlessFailed(() => theKey(app))

  const macOf = async (purpose: string, payload: string): Promise<Buffer> =>
    createHmac('sha256', await key())
      .update(JSON.stringify([purpose, payload]))
      .digest()

  return {
    issue: async (purpose, facts, validMs) => {
      const until = validMs === null ? null : app.clock().getTime() + validMs
      const payload = Buffer.from(JSON.stringify([until, ...facts])).toString('base64url')
      return `${payload}.${(await macOf(purpose, payload)).toString('base64url')}`
    },

    read: async (purpose, ticket) => {
      const [payload = '', mac = '', ...more] = ticket.slice(0, maxLength + 1).split('.')
      if (ticket.length > maxLength || more.length > 0) return null
      const [expected, given] = [await macOf(purpose, payload), Buffer.from(mac, 'base64url')]
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
      const [until, ...facts] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as readonly [number | null, ...string[]]
      return until === null || until > app.clock().getTime() ? facts : null
    },

    digest: async (purpose, secret) => (await macOf(`digest/${purpose}`, secret)).toString('hex'),
  }
}

const theKey = async ({ execute, load, vault }: Pick<App, 'execute' | 'load' | 'vault'>): Promise<Uint8Array> => {
  const { state } = await load(serverKey, keyId)
  const made = state.key ?? (await vault.seal('server', sealContext, randomBytes(32)))
  const now =
    state.key === null
      ? await execute(serverKey, keyId, { type: 'CreateServerKey', data: { key: made } }, startCause())
      : { state }
  return vault.open('server', sealContext, now.state.key ?? made)
}

const rememberedUnlessFailed = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null
      throw error
    })
    return made
  }
}
