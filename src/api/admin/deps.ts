import type { SignInWay } from '../../domain/server/events.ts'
import type { Request, Response } from 'express'
import type { App } from '../../app/app.ts'
import type { BackupSource } from '../../app/backup-ports.ts'
import type { PackageStore } from '../../app/package-ports.ts'
import type { WebhookName } from '../../app/webhook-ports.ts'
import type { Session } from '../../app/session-ports.ts'
import type { Rights } from '../../domain/users/rights.ts'
import type { Actor, Cause } from '../../kernel/event.ts'
import type { EnrollmentProfiles } from '../apple/enrollment-profile.ts'
import type { UserRow } from '../../projections/users.ts'
import type { HostedFiles } from '../apple/hosted-files.ts'
import type { PasswordCost } from '../passwords.ts'
import type { Tickets } from '../tickets.ts'
import type { Trust } from '../trust.ts'
import type { OpenRoute, Route } from './access.ts'
import type { IdentityProvider } from './sign-in/identity-provider.ts'
import type { SessionTimes } from './sign-in/user-sessions.ts'

/** How many requests are taken per minute: of one token, and refused ones of one address. */
export type RequestLimits = Readonly<{ perToken: number; refusedPerAddress: number }>

export type AdminSettings = Readonly<{
  /** Where devices and people reach this server, without a trailing slash. */
  publicUrl: string
  organization: string
  /** 6,000 and 300 by default. */
  limits?: RequestLimits
  /** Of the next certificate authority; 4,096 by default. */
  authorityKeyBits?: number
  /** Eight hours unused and five days at most by default. */
  sessions?: SessionTimes
  /** Cheap ones are for tests. */
  passwordCost?: PasswordCost
  /** The webhooks that have a receiver; none by default. */
  webhooks?: readonly WebhookName[]
  /** How many hosts a plan asks one by one, rather than in groups; 1,000 by default. */
  planAsksHosts?: number
  /** More hosts than this are moved, or follow a label, after the answer, by a worker; 500 by default. */
  hostsAtOnce?: number
}>

export type AdminDeps = Readonly<{
  /** The topics that enrollments may name. */
  topics: () => Promise<readonly string[]>
  app: App
  settings: AdminSettings
  enrollmentProfiles: EnrollmentProfiles
  tickets: Tickets
  packages: PackageStore
  backup: BackupSource
  files: HostedFiles
  /** What this process believes of authorities and revocations: told anew after a change. */
  trust: Pick<Trust, 'refresh'>
  /** Where people may sign in; absent or null: with their passwords alone. */
  identityProvider?: IdentityProvider | null
  /** Counts a sign-in that was refused. */
  signInRefused?: (by: SignInWay) => void
}>

/** Who was let in, by an API token or by a session. */
export type Principal = Readonly<{
  /** How events name them: the user's e-mail address, or the token's name. */
  name: string
  rights: Rights
  /** What their requests are counted by. */
  key: string
  /** Null: a token that is nobody's. */
  user: UserRow | null
  session: Session | null
  /** What a browser must show with each change; null: it is none. */
  csrf: string | null
}>

/**
 * Who calls, and why what follows happens: one cause for everything that one request leads to. `reach`: the teams in which the caller may do this;
 * null: everywhere.
 */
export type Caller = Readonly<{ actor: Actor; principal: Principal; reach: readonly string[] | null; cause: Cause }>

export type Handler = (request: Request, response: Response, caller: Caller) => Promise<void>

/** What answers each route; a route without a handler, or a handler without a line in the table of rights, does not compile. */
export type Handlers = Readonly<Record<Route, Handler>>

/** What answers whoever comes. */
export type OpenHandlers = Readonly<Record<OpenRoute, (request: Request, response: Response) => Promise<void>>>
