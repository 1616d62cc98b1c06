import type { IncomingMessage, RequestListener } from 'node:http'
import type { RequestHandler } from 'express'
import express, { Router } from 'express'
import type { Registry } from 'prom-client'
import type { App } from '../app/app.ts'
import type { AmongKin } from '../app/kin-ports.ts'
import type { LibraryFaults } from '../app/library-faults.ts'
import type { BackupSource } from '../app/backup-ports.ts'
import type { PackageStore } from '../app/package-ports.ts'
import type { Push } from '../app/ports.ts'
import type { Room } from '../app/room-ports.ts'
import { LogUnavailable } from '../app/ports.ts'
import type { WebhookName } from '../app/webhook-ports.ts'
import type { ProjectionProgress } from '../app/projection-progress.ts'
import type { Config } from '../config.ts'
import { publicUrlOf } from '../config.ts'
import { identityProviderOf } from './admin/sign-in/identity-provider.ts'
import { adminRouter } from './admin/router.ts'
import { arrivalRoutes } from './apple/arrivals.ts'
import { enrollmentProfiles } from './apple/enrollment-profile.ts'
import { getToken } from './apple/get-token.ts'
import { hostedFiles } from './apple/hosted-files.ts'
import { mdmRoutes } from './apple/mdm.ts'
import { webhookTeller } from './apple/webhook.ts'
import { knownAgents } from './agents/known-agents.ts'
import { agentErrors, agentPrefixes } from './agents/refusals.ts'
import { agentCalls } from './agents/calls.ts'
import { agentServices } from './agents/edge.ts'
import { agentRoutes } from './agents/routes.ts'
import { declarationSets } from './apple/declaration-sets.ts'
import { scepRoutes } from './apple/scep.ts'
import type { AppleEdge, IdentitySource, NothingWaiting } from './apple/settings.ts'
import { watchPairing } from './apple/watch-pairing.ts'
import { anchorsOf, eldestOf } from './authorities.ts'
import { serverIdentity } from './authority.ts'
import { devicePath } from './device-path.ts'
import { docsRoutes } from './docs/routes.ts'
import { teamOfSecret } from './enrolling-teams.ts'
import { errorHandler } from './errors.ts'
import { consoleFolder, consoleRoutes } from './console.ts'
import { listen } from './listen.ts'
import { refusedSignInCount, requestTimes, timed } from './metrics.ts'
import { nowhere } from './nowhere.ts'
import { operationsRouter } from './operations.ts'
import { nanomdmRoutes } from './nanomdm/router.ts'
import { proxiesOf } from './proxies.ts'
import { pushCredentials, topics } from './push-credentials.ts'
import { readinessChecks } from './readiness.ts'
import { serverMetrics } from './server-metrics.ts'
import { ticketsOf } from './tickets.ts'
import { certificatesIn, pinsOf, tlsOf, trustedPem } from './tls-settings.ts'
import type { Trust } from './trust.ts'
import { agentNotes } from './windows/agent-notes.ts'
import { agentPackageOf } from './windows/settings.ts'
import { entraOf } from './windows/entra.ts'
import { windowsRoutes } from './windows/routes.ts'

export type WebParts = Readonly<{
  app: App
  config: Config
  packages: PackageStore
  backup: BackupSource
  room: Room
  push: Push
  version: string
  trust: Trust
  nothingWaiting: NothingWaiting
  progress: ProjectionProgress
  registry: Registry
  /** Set where this process serves beside others. */
  among: AmongKin | undefined
  libraryFaults: LibraryFaults
  /** Why the event log that is there is not used; null: it is. */
  refusal: () => string | null
}>

export type Serving = Readonly<{ url: string; port: number; close: () => Promise<void> }>

/** Serves every edge on one port. */
export const serveWeb = async (parts: WebParts): Promise<Serving> => {
  const { app, config, packages, trust, progress, registry } = parts
  const web = express().disable('x-powered-by').disable('etag')
  if (config.MUSTER_TRUST_PROXY !== undefined) web.set('trust proxy', config.MUSTER_TRUST_PROXY)

  const proxies = proxiesOf(web.get('trust proxy fn') as Parameters<typeof proxiesOf>[0])
  // Where the system chooses the port, the public URL follows from it, and routes come once it is known. Else nobody is let in before.
  const entrance: { routes: Router; serve: RequestListener } = { routes: Router().use(notYet), serve: web }
  web.use((request, response, next) => {
    entrance.routes(request, response, next)
  })
  const tls = await tlsOf(config, trust, app.clock)
  const open = () =>
    listen(
      (request, response) => {
        entrance.serve(request, response)
      },
      { host: config.MUSTER_HOST, port: config.MUSTER_PORT, tls, isLarge: isPackageUpload },
    )
  const early = config.MUSTER_PORT === 0 ? await open() : null
  const publicUrl = publicUrlOf(config, early?.port)

  const identity = identityOf(config)
  const { topic, accepted } = topics(app, publicUrl)
  const edge: AppleEdge = {
    app,
    trust,
    acceptExpired: config.MUSTER_ACCEPT_EXPIRED_IDENTITIES,
    identity,
    isProxy: proxies.isProxy,
    topics: accepted,
    nothingWaiting: parts.nothingWaiting,
    retroactive: config.MUSTER_RETROACTIVE_ASSOCIATION,
    users: config.MUSTER_USER_AUTHENTICATE,
  }
  const signer = await serverIdentity(eldestOf(trust.authorities(), app.clock()), publicUrl, app.clock)
  const organization = config.MUSTER_ORGANIZATION
  const scep = scepRoutes(edge, {
    allowSha1: config.MUSTER_SCEP_SHA1,
    staticChallenge: config.MUSTER_SCEP_CHALLENGE ?? null,
  })
  const anchors = () => anchorsOf(trust.authorities())
  const pins = await pinsOf(config, anchors)
  // Getters, because authorities roll over while profiles are handed out.
  const profiles = enrollmentProfiles(app, {
    publicUrl,
    organization,
    get authority() {
      return trust.authorities().issuer
    },
    get anchors() {
      return anchors()
    },
    signer,
    identity,
    topic,
    developmentPush: config.MUSTER_APNS_DEVELOPMENT,
    get pins() {
      return pins()
    },
  })
  const tickets = ticketsOf(app)
  // Makes their key, if there is none: what comes from outside makes nothing.
  await tickets.digest('start', '')
  const pairing = watchPairing(app, tickets)
  const files = hostedFiles(publicUrl, tickets)

  serverMetrics(registry, app, { progress, libraryFaults: parts.libraryFaults, room: parts.room })
  const admin = adminRouter({
    app,
    settings: {
      publicUrl,
      organization,
      limits: { perToken: config.MUSTER_API_RATE, refusedPerAddress: 60 },
      authorityKeyBits: config.MUSTER_AUTHORITY_KEY_BITS,
      webhooks: webhooksOf(config),
      sessions: { idleMs: config.MUSTER_SESSION_IDLE_MINUTES * 60_000, longestMs: config.MUSTER_SESSION_HOURS * 3_600_000 },
    },
    signInRefused: refusedSignInCount(registry),
    identityProvider: identityProviderOf(config, publicUrl, app.clock),
    enrollmentProfiles: profiles,
    topics: accepted,
    trust,
    tickets,
    packages,
    backup: parts.backup,
    files,
  })
  const agents = knownAgents(app)
  const notesFor = agentNotes(app, {
    ...{ management: config.MUSTER_WINDOWS_MANAGEMENT, publicUrl, nothingWaiting: parts.nothingWaiting },
  })
  const { addressOf } = proxies
  const agentEdge = agentServices({ app, agents, teamOf: teamOfSecret(app, tickets), notesFor, addressOf })
  const windows = windowsRoutes(
    {
      ...{ app, trust, agents, tickets, identity, publicUrl, organization, nothingWaiting: parts.nothingWaiting },
      ...{
        pollMinutes: config.MUSTER_WINDOWS_POLL_MINUTES,
        renewDays: config.MUSTER_WINDOWS_RENEW_DAYS,
        agentPackage: agentPackageOf(config),
        signIn: config.MUSTER_WINDOWS_SIGN_IN,
        pfn: config.MUSTER_WNS_PFN ?? null,
      },
      entra: entraOf(config, publicUrl, app.clock),
    },
    addressOf,
  )
  const apple = mdmRoutes(edge, profiles, {
    declarationsFor: declarationSets(app, organization),
    tokenFor: getToken(app, pairing),
    addressOf,
    ...(config.MUSTER_WEBHOOK_URL !== undefined && {
      tell: webhookTeller(app, { secrets: config.MUSTER_WEBHOOK_SECRETS, idle: config.MUSTER_WEBHOOK_IDLE }),
    }),
  })
  const observe = requestTimes(registry)
  entrance.serve = devicePath({
    ...{ otherwise: web, isOpen: () => parts.refusal() === null, observe },
    routes: { ...apple, ...windows.devices, ...agentCalls(agentEdge) },
  })
  entrance.routes = Router()
    .use(timed(observe))
    .use(notFromAnotherLog(parts.refusal))
    .use(agentRoutes(agentEdge))
    .use(windows.people)
    .use('/mdm/apple', scep)
    // Where the enrollment profiles of other servers send devices.
    .use('/', scep)
    .use(
      arrivalRoutes({
        ...{ app, publicUrl, organization, signer, profiles, tickets, pairing, files, packages },
        anchors,
        deviceAuthorities: await certificatesIn(config.MUSTER_OTA_DEVICE_CA),
      }),
    )
    .use(
      operationsRouter({
        checks: readinessChecks(app, progress, {
          ...{ room: parts.room, leastFreeMb: config.MUSTER_LEAST_FREE_MB, among: parts.among },
        }),
        contentType: registry.contentType,
        metrics: parts.among?.metrics ?? (() => registry.metrics()),
      }),
    )
    .use(docsRoutes({ version: parts.version }))
    .use(['/api/v1/fleet', '/api/latest/fleet'], admin)
    .use(
      nanomdmRoutes({
        ...{ app, push: parts.push, topics: accepted, version: parts.version },
        pushCredentials: pushCredentials(app),
        key: config.MUSTER_NANOMDM_KEY ?? null,
        escrowUnlockUrl: config.MUSTER_ESCROW_UNLOCK_URL,
      }),
    )
    .use(consoleRoutes(consoleFolder()))
    .use(nowhere())
    // Agents that never came to their routes read an error by its own word, too.
    .use(agentPrefixes, agentErrors(app.logger))
    // What no edge has answered: Express itself would show where it broke.
    .use(errorHandler(app.logger))
  const listening = early ?? (await open())
  if (config.MUSTER_DEVICE_IDENTITY === 'tls')
    trust.onChange(() => {
      listening.trustClients(trustedPem(trust))
    })
  return {
    url: publicUrl,
    port: listening.port,
    close: () => {
      agents.stop()
      return listening.close()
    },
  }
}

/** A device says some things once: what comes before the routes do must come again. */
const notYet: RequestHandler = (_, response) => {
  response
    .status(503)
    .set({ 'retry-after': '2', 'cache-control': 'no-store' })
    .json({ message: 'Service unavailable', errors: [{ name: 'base', reason: 'The server is starting.' }] })
}

/** Nothing is answered from read models that were filled from another log. */
const notFromAnotherLog =
  (refusal: WebParts['refusal']): RequestHandler =>
  ({ path }, _, next) => {
    if (refusal() === null || openWithoutLog.has(path)) return next()
    throw new LogUnavailable('The event log that is there is another one.')
  }

const openWithoutLog: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

const webhooksOf = ({ MUSTER_WEBHOOK_URL, MUSTER_ACTIVITIES_WEBHOOK_URL }: Config): readonly WebhookName[] => [
  ...(MUSTER_WEBHOOK_URL === undefined ? [] : (['devices'] as const)),
  ...(MUSTER_ACTIVITIES_WEBHOOK_URL === undefined ? [] : (['activities'] as const)),
]

const identityOf = ({ MUSTER_DEVICE_IDENTITY, MUSTER_DEVICE_CERT_HEADER }: Config): IdentitySource =>
  MUSTER_DEVICE_IDENTITY === 'header' ? { kind: 'header', name: MUSTER_DEVICE_CERT_HEADER } : { kind: MUSTER_DEVICE_IDENTITY }

/** Uploads of packages are larger than all else. */
const isPackageUpload = ({ method, url = '' }: IncomingMessage): boolean =>
  method === 'POST' && /^\/api\/(v1|latest)\/fleet\/packages\/?(\?|$)/.test(url)
