import type { Request } from 'express'
import { createHash, randomBytes } from 'node:crypto'
import type { App } from '../../../app/app.ts'
import type { Session } from '../../../app/session-ports.ts'
import { leastRecentlyUsed } from '../../../kernel/least-recently-used.ts'
import { storable } from '../../../kernel/text.ts'
import type { UserRow } from '../../../projections/users.ts'
import { userById } from '../../../projections/users.ts'
import { addressOf } from '../../attempts.ts'

/** How long a session lasts: unused, and at most. ms. */
export type SessionTimes = Readonly<{ idleMs: number; longestMs: number }>

/** A session that opens something, and whom for. */
export type LiveSession = Readonly<{ session: Session; user: UserRow }>

/** Sessions of users, as one process sees them. */
export type UserSessions = Readonly<{
  /** Answers the secret, which is shown once. */
  begin: (userId: string, kind: Session['kind'], request: Request) => Promise<Readonly<{ secret: string; session: Session }>>
  /** `ended`: it was one; null: it never was. */
  find: (secret: string) => Promise<LiveSession | 'ended' | null>
  /** Those that are not ended. */
  ofUser: (userId: string) => Promise<readonly Session[]>
  end: (id: string) => Promise<void>
  endAllOf: (userId: string, but?: string | null) => Promise<void>
  /** Makes this process believe nothing about users: one of them was just changed. */
  forget: () => void
}>

/** How long a session or a user that was changed elsewhere is believed to be as before, ms. */
const memoryMs = 5_000
const inMemory = 5_000
/** Using a session is written down once in this time, ms. */
const touchEveryMs = 60_000

/** Secret scanners can look for it; the admin API knows by it which of its bearer tokens are sessions. */
const prefix = 'muster_session_'

/** True of a secret that looks like one of these. */
export const isSessionSecret = (secret: string): boolean => secret.startsWith(prefix)

export const userSessions = (
  { sessions, read, clock }: Pick<App, 'sessions' | 'read' | 'clock'>,
  { idleMs, longestMs }: SessionTimes,
): UserSessions => {
  const known = leastRecentlyUsed<LiveSession & Readonly<{ until: number }>>(inMemory)
  // A look-up that began before something changed must not be remembered after it.
  const changes = { count: 0 }

  const isOver = ({ usedAt, endsAt }: Session): boolean => {
    const now = clock().getTime()
    return now >= Date.parse(endsAt) || now - Date.parse(usedAt) >= idleMs
  }

  const used = async (live: LiveSession, until: number): Promise<LiveSession> => {
    const now = clock()
    if (now.getTime() - Date.parse(live.session.usedAt) < touchEveryMs) return live
    await sessions.touch(live.session.id)
    const touched = { ...live, session: { ...live.session, usedAt: now.toISOString() } }
    known.set(live.session.id, { ...touched, until })
    return touched
  }

  const forget = (): void => {
    changes.count += 1
    known.clear()
  }

  return {
    begin: async (userId, kind, request) => {
      const secret = `${prefix}${randomBytes(32).toString('base64url')}`
      const now = clock().getTime()
      const at = new Date(now).toISOString()
      const session: Session = {
        ...{ id: idOf(secret), userId, kind, createdAt: at, usedAt: at, endsAt: new Date(now + longestMs).toISOString() },
        ...{ address: addressOf(request), agent: storable(request.get('user-agent') ?? '', 255) },
      }
      await sessions.begin(session)
      return { secret, session }
    },

    find: async (secret) => {
      const id = idOf(secret)
      const remembered = known.get(id)
      if (remembered !== undefined && remembered.until > clock().getTime())
        return isOver(remembered.session) ? 'ended' : used(remembered, remembered.until)
      known.delete(id)
      const asOf = changes.count
      const session = await sessions.find(id)
      if (session === null) return null
      const [user] = await read(userById(session.userId))
      if (user === undefined || user.disabled || isOver(session)) return 'ended'
      const until = clock().getTime() + memoryMs
      if (asOf === changes.count) known.set(id, { session, user, until })
      return used({ session, user }, asOf === changes.count ? until : 0)
    },

    ofUser: async (userId) => (await sessions.ofUser(userId)).filter((session) => !isOver(session)),

    end: async (id) => {
      await sessions.end(id)
      forget()
    },

    endAllOf: async (userId, but = null) => {
      await sessions.endAllOf(userId, but)
      forget()
    },

    forget,
  }
}

const idOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
