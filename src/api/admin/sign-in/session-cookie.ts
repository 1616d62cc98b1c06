import type { Request, Response } from 'express'
import { createHash } from 'node:crypto'

/** Browsers take a cookie of this name only from here, over TLS, for the whole host. */
const name = '__Host-muster'

const attributes = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const

export const setSessionCookie = (response: Response, secret: string, endsAt: string): void => {
  response.cookie(name, secret, { ...attributes, expires: new Date(endsAt) })
}

export const clearSessionCookie = (response: Response): void => {
  response.clearCookie(name, attributes)
}

/** The session's secret that a browser shows; null: none. */
export const sessionCookieOf = (request: Request): string | null => cookieOf(request, name)

/** A cookie's value as it came, if it is one of ours: letters, digits, `-` and `_`. */
export const cookieOf = (request: Request, wanted: string): string | null => {
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const [key = '', value = ''] = pair.trim().split('=')
    if (key === wanted && /^[\w-]{1,128}$/.test(value)) return value
  }
  return null
}

/** What pages of the console show with every change, in the header `x-muster-csrf`; another site cannot know it. Follows from the secret, one way. */
export const csrfOf = (secret: string): string => createHash('sha256').update(`csrf/${secret}`).digest('base64url')
