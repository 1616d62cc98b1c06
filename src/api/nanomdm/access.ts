import { timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import type { Cause } from '../../kernel/event.ts'
import { randomUUID } from 'node:crypto'
import type { Tokens } from '../admin/doors/authenticate.ts'
import { tokenHashOf } from '../admin/doors/authenticate.ts'
import type { Attempts } from '../attempts.ts'
import { addressOf } from '../attempts.ts'

/** The user name of NanoMDM's tools; the password is a key. */
const user = 'nanomdm'

/**
 * Lets NanoMDM's tools pass: HTTP Basic with an API token of an admin or maintainer as password, or the key of the configuration. These are
 * people's paths, never devices': a 401 is right here.
 */
export const nanomdmAccess =
  (tokens: Tokens, key: string | null, attempts: Attempts): RequestHandler =>
  async (request, response, next) => {
    const address = addressOf(request)
    const isGuessing = !attempts.mayTry(address)
    // A token of 256 bits cannot be guessed; the key of the configuration is as good as whoever chose it.
    const name = await nameOf(request, tokens, isGuessing ? null : key)
    if (name === null && isGuessing)
      return void response.status(429).set('retry-after', '60').json({ error: 'Too many wrong keys; try again in a minute.' })
    if (name === null) {
      attempts.count(address)
      response.status(401).set('www-authenticate', 'Basic realm="nanomdm"').json({ error: 'The key is wrong.' })
      return
    }
    response.locals['caller'] = name
    next()
  }

/** Why what follows happens: who asked, through which door. */
export const causeFor = (kind: 'admin' | 'importer', id: string): Cause => {
  const request = randomUUID()
  return { id: `request/${request}`, actor: { kind, id }, correlationId: request, causationId: request }
}

const nameOf = async (request: Request, tokens: Tokens, key: string | null): Promise<string | null> => {
  const basic = /^basic +([\w+/=-]{1,1024}) *$/i.exec(request.get('authorization') ?? '')?.[1]
  if (basic === undefined) return null
  const [name, ...rest] = Buffer.from(basic, 'base64').toString().split(':')
  const password = rest.join(':')
  if (name !== user || password === '') return null
  if (key !== null && isSame(password, key)) return user
  const token = await tokens.find(`Bearer ${password}`)
  const isKeeper = token !== null && token.teams === null && (token.role === 'admin' || token.role === 'maintainer')
  return isKeeper ? token.name : null
}

const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(tokenHashOf(one)), Buffer.from(tokenHashOf(other)))
