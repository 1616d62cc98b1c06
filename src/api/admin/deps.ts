import type { Request, Response } from 'express'
import type { App } from '../../app/app.ts'
import type { PackageStore } from '../../app/package-ports.ts'
import type { Role } from '../../domain/server/events.ts'
import type { Actor, Cause } from '../../kernel/event.ts'
import type { EnrollmentProfiles } from '../apple/enrollment-profile.ts'
import type { HostedFiles } from '../apple/hosted-files.ts'
import type { Tickets } from '../tickets.ts'
import type { Trust } from '../trust.ts'
import type { Route } from './access.ts'

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
  /** How many hosts a plan asks one by one, rather than in groups; 1,000 by default. */
  planAsksHosts?: number
}>

export type AdminDeps = Readonly<{
  /** The topics that enrollments may name. */
  topics: () => Promise<readonly string[]>
  app: App
  settings: AdminSettings
  enrollmentProfiles: EnrollmentProfiles
  tickets: Tickets
  packages: PackageStore
  files: HostedFiles
  /** What this process believes of authorities and revocations: told anew after a change. */
  trust: Pick<Trust, 'refresh'>
}>

/** Who calls, and why what follows happens: one cause for everything that one request leads to. */
export type Caller = Readonly<{ actor: Actor; role: Role; cause: Cause }>

export type Handler = (request: Request, response: Response, caller: Caller) => Promise<void>

/** What answers each route; a route without a handler, or a handler without a line in the table of rights, does not compile. */
export type Handlers = Readonly<Record<Route, Handler>>
