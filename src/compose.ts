import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { Registry } from 'prom-client'
import { apnsPush } from './adapters/apns/push.ts'
import { bullmqWorkQueue } from './adapters/bullmq/work-queue.ts'
import { freeBytesOf } from './adapters/files/free-bytes.ts'
import { fileStore } from './adapters/files/package-store.ts'
import { writeRefusal } from './adapters/postgres/write-probe.ts'
import { postgresAgentReports } from './adapters/postgres/agent-reports.ts'
import { postgresBackupSource } from './adapters/postgres/backup.ts'
import { postgresCarves } from './adapters/postgres/carves.ts'
import { postgresChallenges } from './adapters/postgres/challenges.ts'
import { openPool } from './adapters/postgres/connections.ts'
import { databaseClock } from './adapters/postgres/database-clock.ts'
import { postgresDatabase } from './adapters/postgres/database.ts'
import { startEmbeddedPostgres } from './adapters/postgres/embedded.ts'
import { postgresOutboxes } from './adapters/postgres/outbox.ts'
import { createOperationalTables } from './adapters/postgres/operational-tables.ts'
import { postgresProjectionStore } from './adapters/postgres/projection-store.ts'
import { postgresSessions } from './adapters/postgres/sessions.ts'
import { postgresSnapshots } from './adapters/postgres/snapshots.ts'
import { postgresSsoAttempts } from './adapters/postgres/sso-attempts.ts'
import { postgresTelemetry } from './adapters/postgres/telemetry.ts'
import { postgresAuditChain } from './adapters/postgres/audit-chain.ts'
import { postgresCursors } from './adapters/postgres/cursors.ts'
import { postgresVault } from './adapters/postgres/vault.ts'
import { postgresWorkStore } from './adapters/postgres/work-store.ts'
import { wnsPush } from './adapters/wns/push.ts'
import { auditKeyOf } from './api/audit-key.ts'
import { eldestOf } from './api/authorities.ts'
import { ensureAuthority } from './api/authority.ts'
import { checkpointsOf } from './api/checkpoints.ts'
import { theToken } from './api/first-token.ts'
import { query } from './kernel/query.ts'
import { standingToken } from './api/apple/declaration-sets.ts'
import { pushCredentials } from './api/push-credentials.ts'
import { keepTrust, trustChanges } from './api/trust.ts'
import type { Serving } from './api/web.ts'
import { pushTopic } from './api/windows/settings.ts'
import { serveWeb } from './api/web.ts'
import type { App } from './app/app.ts'
import { blobsIn } from './app/blobs.ts'
import { executor } from './app/execute.ts'
import type { AmongKin, Kin } from './app/kin-ports.ts'
import type { LibraryFaults } from './app/library-faults.ts'
import type { EventLog, Log } from './app/ports.ts'
import { outagesToldOnce } from './app/outages.ts'
import { projectionProgress } from './app/projection-progress.ts'
import { upcasting } from './app/upcasting.ts'
import type { Config } from './config.ts'
import { version } from './config.ts'
import { openLog, withPostgres } from './open-log.ts'
import { pushByTopic } from './app/push-by-topic.ts'
import { projecting } from './projecting.ts'
import { masterKeyOf } from './master-key.ts'
import { upcasts } from './domain/upcasts.ts'
import { allProjections } from './projections/all.ts'
import { rulesVersion } from './rules-version.ts'
import type { ActivityReceiver } from './workers/tell-activities.ts'
import { activityCursor, activityWork } from './workers/tell-activities.ts'
import { runAuditChain } from './workers/audit-chain.ts'
import { workKinds } from './workers/kinds.ts'
import { startWorkers } from './workers/loop.ts'

/** A running Muster. */
export type Muster = Readonly<{
  url: string
  port: number | null
  /** The authority's certificate, PEM: what clients must trust when Muster serves its own TLS. */
  caPem: string
  /** The first admin token, at the first start only. */
  firstToken: string | null
  /** What the environment of other processes of this deployment needs. */
  forOthers: Readonly<{ DATABASE_URL: string; MUSTER_MASTER_KEY: string }>
  /** Stops taking requests, lets what is under way end, and lets go of everything. Safe to repeat. */
  stop: () => Promise<void>
}>

/** How long a write waits for its readers, ms; after that it answers all the same, and the reader may be a moment behind. */
const readYourWritesMs = 5_000

/** Apple's push service for profiles that say so. */
const developmentApns = 'https://api.development.push.apple.com'

/** What the process does for the parts: it counts what failed unseen, and ends when something vital is gone for good. */
export type Hosting = Readonly<{
  libraryFaults?: LibraryFaults
  end?: () => void
  /** Other processes of the same program. */
  kin?: Kin
  /** Set where this one serves beside others. */
  among?: AmongKin
  registry?: Registry
}>

/** Puts the parts together as the configuration says, and starts the roles. The one place that knows which adapter stands behind which port. */
export const compose = async (
  config: Config,
  logger: Log,
  { libraryFaults = () => [], end = () => undefined, kin, among, registry = new Registry() }: Hosting = {},
): Promise<Muster> => {
  const closers: (() => Promise<unknown>)[] = []
  const closing = new AbortController()
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      closing.abort()
      for (const close of closers.reverse())
        await close().catch((error: unknown) => logger.warn({ err: error }, 'something did not close'))
    })())

  try {
    return {
      ...(await start(config, logger, { closers, signal: closing.signal, libraryFaults, end, kin, among, registry })),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

type Process = Required<Pick<Hosting, 'libraryFaults' | 'end' | 'registry'>> &
  Readonly<{ kin: Kin | undefined; among: AmongKin | undefined }> &
  Readonly<{ closers: (() => Promise<unknown>)[]; signal: AbortSignal }>

const start = async (
  config: Config,
  plain: Log,
  { closers, signal, libraryFaults, end, kin, among, registry }: Process,
): Promise<Omit<Muster, 'stop'>> => {
  const runs = (role: Config['roles'][number]) => config.roles.includes(role)
  const url = config.DATABASE_URL ?? (await embedded(config, plain, { closers, end }))

  const pool = openPool({ url, max: 16, name: 'operations', logger: plain })
  closers.push(() => pool.end())
  await withPostgres(config, { logger: plain, signal }, () => createOperationalTables(pool))
  const { clock, close: stopComparing } = await databaseClock({ pool, logger: plain })
  closers.push(stopComparing)

  const { logger, watch } = outagesToldOnce({ logger: plain, clock, signal, isToldElsewhere: kin !== undefined && runs('api') })

  const { log: rawLog, refusal } = await openLog(config, { url, pool }, { logger, signal })
  closers.push(rawLog.close)
  const log = upcasting(rawLog, upcasts)

  const database = postgresDatabase({ url, logger })
  closers.push(database.close)
  watch({ 'event log': rawLog.head, database: () => database.read(query`select 1`) })
  const store = postgresProjectionStore({ url, logger })
  closers.push(store.close)
  await store.prepare(allProjections, true)
  const progress = projectionProgress({ store, log, clock, logger, signal })

  const queue = await bullmqWorkQueue({
    backend: config.REDIS_URL === undefined ? { kind: 'postgres', url } : { kind: 'redis', url: config.REDIS_URL },
    log: logger,
  })
  closers.push(queue.close)
  const masterKey = await masterKeyOf(config)
  const forOthers = { DATABASE_URL: url, MUSTER_MASTER_KEY: Buffer.from(masterKey).toString('base64') }
  const vault = postgresVault(pool, masterKey)
  const telemetry = postgresTelemetry(pool, clock, logger)
  closers.push(telemetry.close)
  const work = postgresWorkStore(pool)

  const app: App = {
    ...executor(log, clock, { snapshots: postgresSnapshots({ pool, rules: rulesVersion(), logger }) }),
    read: database.read,
    applyNow: database.applyNow,
    hypothetically: database.hypothetically,
    caughtUp: ({ position }) => (position === null ? Promise.resolve(true) : progress.caughtUp(position, readYourWritesMs)),
    onAdvanced: progress.onAdvanced,
    log,
    audit: { chain: postgresAuditChain({ pool, url, logger }), stored: rawLog },
    blobs: blobsIn({ log, vault, clock }),
    vault,
    challenges: postgresChallenges(pool, clock),
    telemetry,
    agentReports: postgresAgentReports(pool),
    carves: postgresCarves(pool, clock),
    sessions: postgresSessions(pool, clock),
    ssoAttempts: postgresSsoAttempts(pool, clock),
    work,
    outboxes: postgresOutboxes(pool, clock),
    queue,
    readModels: {
      states: store.states,
      names: allProjections.map(({ name }) => name),
      rebuild: (names) => store.rebuild(allProjections.filter(({ name }) => names.includes(name))),
    },
    declarationsToken: config.MUSTER_DECLARATIONS ? standingToken(config.MUSTER_ORGANIZATION) : null,
    clock,
    logger,
  }

  const { nothing, running } = projecting({
    ...{ log, store, work, queue, progress, kin, signal, logger },
    leads: runs('projector'),
    onward: config.MUSTER_ACTIVITIES_WEBHOOK_URL === undefined ? [] : [activityWork],
  })
  closers.push(() => running)

  await ensureAuthority(app, { organization: config.MUSTER_ORGANIZATION, keyBits: config.MUSTER_AUTHORITY_KEY_BITS })
  const trust = await keepTrust(app)
  kin?.hear(({ events }) => {
    if (events.some(({ type }) => trustChanges.has(type))) void trust.refresh()
  })
  closers.push(() => {
    trust.stop()
    return Promise.resolve()
  })
  const caPem = eldestOf(trust.authorities(), clock()).certificatePem
  const apns = apnsPush({ credentials: pushCredentials(app), log: logger, ...(await apnsAddress(config)) })
  const checkpoints = checkpointsOf(app, auditKeyOf(app), {
    everyEvents: config.MUSTER_AUDIT_CHECKPOINT_EVENTS,
    everyMs: config.MUSTER_AUDIT_CHECKPOINT_MINUTES * 60_000,
  })
  if (runs('projector')) {
    const { chain } = app.audit
    const chaining = runAuditChain({ stored: rawLog, chain, checkpointIfDue: checkpoints.ifDue, logger, signal })
    closers.push(() => chaining)
  }
  const { MUSTER_WNS_SID: packageSid, MUSTER_WNS_SECRET: clientSecret } = config
  const push =
    packageSid === undefined || clientSecret === undefined
      ? apns
      : pushByTopic({ [pushTopic]: wnsPush({ packageSid, clientSecret, clock, log: logger }) }, apns)
  closers.push(push.close)
  if (runs('worker')) {
    const webhook =
      config.MUSTER_WEBHOOK_URL === undefined ? null : { url: config.MUSTER_WEBHOOK_URL, key: config.MUSTER_WEBHOOK_KEY ?? null }
    const activities = await activityReceiver(config, pool, log)
    const workers = await startWorkers(app, workKinds(app, push, { webhook, activities }), {
      retentionDays: config.MUSTER_RETENTION_DAYS ?? null,
    })
    closers.push(workers.stop)
  }

  const idle = { url: '', port: null, caPem, forOthers }
  if (!runs('api')) return { ...idle, firstToken: kin === undefined ? null : await theToken(app) }
  const firstToken = await theToken(app)
  const serving: Serving = await serveWeb({
    app,
    config,
    packages: fileStore(join(config.MUSTER_DATA, 'packages')),
    room: { freeBytes: () => freeBytesOf(config.MUSTER_DATA), writeRefused: () => writeRefusal(pool) },
    backup: postgresBackupSource({ url, holdsLog: config.EVENTSTORE_URL === undefined }),
    push,
    version,
    trust,
    nothingWaiting: nothing,
    progress,
    registry,
    among,
    libraryFaults,
    refusal,
  })
  closers.push(serving.close)
  return { url: serving.url, port: serving.port, caPem, firstToken, forOthers }
}

/** The most that a process of ours has open. */
const connectionsEach = 50

const embedded = async (config: Config, logger: Log, { closers, end }: Pick<Process, 'closers' | 'end'>): Promise<string> => {
  const postgres = await startEmbeddedPostgres({
    ...{ dataFolder: join(config.MUSTER_DATA, 'postgres'), log: logger, onGone: end },
    connections: 70 + connectionsEach * config.MUSTER_API_PROCESSES,
  })
  closers.push(postgres.stop)
  return postgres.url
}

/** Where pushes go when that is not Apple's production service. */
const apnsAddress = async (config: Config) => {
  const url = config.MUSTER_APNS_URL ?? (config.MUSTER_APNS_DEVELOPMENT ? developmentApns : undefined)
  if (url === undefined) return {}
  const { hostname, port } = new URL(url)
  const ca = config.MUSTER_APNS_CA === undefined ? undefined : await readFile(config.MUSTER_APNS_CA, 'utf8')
  return { address: hostname, port: Number(port || 443), ca }
}

/** Who is told of activities: of those that happen from now on, if it was never told of any. */
const activityReceiver = async (
  { MUSTER_ACTIVITIES_WEBHOOK_URL: url, MUSTER_ACTIVITIES_WEBHOOK_KEY: key }: Config,
  pool: Pool,
  log: EventLog,
): Promise<ActivityReceiver | null> => {
  if (url === undefined) return null
  const cursors = postgresCursors(pool)
  await cursors.start(activityCursor, (await log.head()) ?? '')
  return { url, key: key ?? null, cursors }
}
