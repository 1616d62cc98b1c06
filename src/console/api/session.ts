import { useSyncExternalStore } from 'react'
import { ApiError, refusalOf } from './api-error.ts'
import { credentials, keepCredentials } from './credentials.ts'
import { call, send } from './http.ts'
import type { Me } from './json.ts'

/** `user` is null until somebody is signed in. */
export type Session = Readonly<{
  phase: 'unknown' | 'out' | 'in'
  user: Me['user'] | null
  /** It ended by itself: people are told why they see the sign-in page. */
  ended: boolean
}>

let session: Session = { phase: 'unknown', user: null, ended: false }
const listeners = new Set<() => void>()

const set = (change: Partial<Session>): void => {
  session = { ...session, ...change }
  for (const tell of listeners) tell()
}

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell)
  return () => void listeners.delete(tell)
}

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session)

/** The team that somebody is limited to, where whole numbers are told: the first, for those of several. Null: all of them. */
export const useScope = (): number | null => {
  const { user } = useSession()
  return user?.global_role === null ? (user.teams[0]?.id ?? null) : null
}

/** Finds out whether somebody is signed in, by this tab's token or by a cookie. Throws `ApiError` when the server does not say. */
export const beginSession = async (): Promise<void> => {
  try {
    const { user, csrf_token } = await call<Me>('GET', '/me')
    keepCredentials({ token: credentials().token, csrf: csrf_token })
    set({ phase: 'in', user, ended: false })
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    keepCredentials({ token: null, csrf: null })
    set({ phase: 'out', user: null })
  }
}

/** Throws `ApiError` when the token is not good. */
export const signInByToken = async (token: string): Promise<void> => {
  keepCredentials({ token, csrf: null })
  await beginSession()
  if (session.phase === 'out') throw new ApiError(401, 'The server does not know this token, or it was revoked.')
}

/** Throws `ApiError`. */
export const signInByPassword = async (email: string, password: string): Promise<void> => {
  keepCredentials({ token: null, csrf: null })
  await call('POST', '/sessions', { json: { email, password } })
  await beginSession()
}

/** Leaves for the identity provider. Throws `ApiError` when there is none. */
export const signInElsewhere = async (): Promise<void> => {
  const path = '/api/v1/fleet/sso/start'
  const response = await fetch(path, { redirect: 'manual', credentials: 'same-origin' })
  if (response.type === 'opaqueredirect') return location.assign(path)
  throw refusalOf(response.status, await response.json().catch(() => null))
}

export const signOut = async (): Promise<void> => {
  const byCookie = credentials().token === null
  if (byCookie) await send('DELETE', '/sessions/current').catch(() => undefined)
  keepCredentials({ token: null, csrf: null })
  set({ phase: 'out', user: null, ended: false })
}

/** The server no longer takes what this tab shows. */
export const sessionEnded = (): void => {
  if (session.phase !== 'in') return
  keepCredentials({ token: null, csrf: null })
  set({ phase: 'out', user: null, ended: true })
}
