/** One signing-in of a user, from then on until it ends. Times are ISO 8601; `id` is the SHA-256 of its secret, lower-case hex. */
export type Session = Readonly<{
  id: string
  userId: string
  /** `cookie`: of a browser; `token`: of a script, which shows it as bearer token. */
  kind: 'cookie' | 'token'
  createdAt: string
  usedAt: string
  /** When it ends, however much it is used. */
  endsAt: string
  address: string
  /** What the client calls itself. */
  agent: string
}>

/** Sessions live in an operational table: too many to be events. Of the secrets only the hashes are stored. */
export type Sessions = Readonly<{
  begin: (session: Session) => Promise<void>
  /** Ended sessions too, for some days; null: nobody knows it. */
  find: (id: string) => Promise<Session | null>
  /** The session was used now. */
  touch: (id: string) => Promise<void>
  /** The latest first, at most 100. */
  ofUser: (userId: string) => Promise<readonly Session[]>
  end: (id: string) => Promise<void>
  /** Ends all sessions of a user but this one (null: all). Answers the ids of those that it ended. */
  endAllOf: (userId: string, but: string | null) => Promise<readonly string[]>
}>

/** Sign-ins that are under way at an identity provider; each ends once. Only hashes are stored. */
export type SsoAttempts = Readonly<{
  /** Answers false when so many are under way that no more are begun. */
  begin: (state: string, validMs: number) => Promise<boolean>
  /** True once for each that was begun and has not ended. */
  take: (state: string) => Promise<boolean>
}>
