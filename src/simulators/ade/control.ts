import type { Body, Outcome } from './pages.ts'

export type AdeOptions = Readonly<{
  clock?: () => Date
  /** Without it the service speaks plain HTTP. */
  tls?: Readonly<{ certificatePem: string; keyPem: string }>
  port?: number
  /** A session ends when it was not used for so long; 3 minutes. */
  sessionMs?: number
}>

/** What the next calls get instead of an answer: a status and a body, half of the answer, or nothing at all. */
export type AdeFault = Readonly<{
  answer: Readonly<{ status: number; body: string; retryAfter?: string }> | 'half' | 'silence'
  /** Only calls of this path, such as `/session`. */
  path?: string
  times: number
}>

export type AdeToken = Readonly<Record<'consumerKey' | 'consumerSecret' | 'accessToken' | 'accessSecret' | 'expiresAt', string>>

/** `status` is null where there was no answer. */
export type SeenCall = Readonly<{ method: string; path: string; status: number | null; session: string | null; body: Body }>

/** The service, and what is done to the organisation behind it. Servers are named by their uuid. */
export type AdeService = Readonly<{
  url: string
  /** A new server entry of the organisation. */
  addServer: (name: string) => string
  /** A token for a server. The one that was given out before ends. */
  issueToken: (server: string, expiresAt?: Date) => AdeToken
  revokeToken: (server: string) => void
  /** Assigns devices to a server, away from any other. `facts` are keys of Apple's record. */
  addDevices: (server: string, serials: readonly string[], facts?: Body) => void
  removeDevices: (serials: readonly string[]) => void
  changeDevice: (serial: string, facts: Body) => void
  deviceOf: (serial: string) => Body | null
  /** A device is switched on: it gets its profile of Setup Assistant, or null when it has none. */
  turnOn: (serial: string) => Body | null
  /** What becomes of a device in the next `times` calls over many. */
  setOutcome: (serial: string, outcome: Outcome, times: number) => void
  fail: (fault: AdeFault) => void
  /** `terms`: they are signed; `doubled`: a sync tells each record twice; `betaProgram`: the organisation takes part. */
  set: (switches: Readonly<{ terms?: boolean; doubled?: boolean; betaProgram?: boolean }>) => void
  endSessions: () => void
  /** The last 10,000 calls, oldest first. */
  seen: () => readonly SeenCall[]
  stop: () => Promise<void>
}>
