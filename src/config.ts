import { availableParallelism } from 'node:os'
import { z } from 'zod'

const roles = ['api', 'projector', 'worker'] as const

/** As in package.json. */
export const version = '0.1.0'

export type RoleName = (typeof roles)[number]

const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), {
    message: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  })

/** Read to its end where it is used: several hosts make it none that `URL` knows. */
const eventStoreUrl = z.string().regex(/^(esdb|kurrentdb)(\+discover)?:\/\/[^/?]/, {
  message: 'must begin with esdb://, esdb+discover://, kurrentdb:// or kurrentdb+discover://, and name a host',
})

/** With the embedded database. More serve no faster: the projections and the database are one each. */
const usualApiProcesses = Math.min(4, availableParallelism())

const number = (from: number, to: number) => z.coerce.number().int().min(from).max(to)

const onOff = z.enum(['on', 'off']).transform((text) => text === 'on')

/** Words with commas between them. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
)

const schema = z.object({
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  EVENTSTORE_URL: eventStoreUrl.optional(),
  REDIS_URL: url('redis', 'rediss').optional(),
  MUSTER_START_WAIT_SECONDS: number(0, 86_400).default(120),
  MUSTER_ACCEPT_LOG: z.uuid('must be the id of an event').optional(),
  MUSTER_DATA: z.string().min(1).default('./data'),
  MUSTER_MASTER_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, { message: 'must be 32 bytes in base64' })
    .optional(),
  MUSTER_HOST: z.string().min(1).default('127.0.0.1'),
  MUSTER_PORT: number(0, 65_535).default(8443),
  MUSTER_API_PROCESSES: number(1, 16).optional(),
  MUSTER_PUBLIC_URL: url('https', 'http').optional(),
  MUSTER_ORGANIZATION: z.string().min(1).max(100).default('Muster'),
  MUSTER_TLS: z.enum(['own', 'files', 'off']).default('own'),
  MUSTER_TLS_CERT: z.string().optional(),
  MUSTER_TLS_KEY: z.string().optional(),
  MUSTER_TRUST_PROXY: z.string().optional(),
  MUSTER_DEVICE_IDENTITY: z.enum(['mdm-signature', 'tls', 'header']).default('mdm-signature'),
  MUSTER_DEVICE_CERT_HEADER: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'must be a header name')
    .default('Client-Cert'),
  MUSTER_DECLARATIONS: onOff.default(true),
  MUSTER_USER_AUTHENTICATE: z.enum(['refuse', 'accept']).default('refuse'),
  MUSTER_AUTHORITY_KEY_BITS: number(2048, 4096).default(4096),
  MUSTER_SCEP_SHA1: onOff.default(false),
  MUSTER_SCEP_CHALLENGE: z.string().min(12).max(255).optional(),
  MUSTER_ACCEPT_EXPIRED_IDENTITIES: onOff.default(false),
  MUSTER_APNS_URL: url('https').optional(),
  MUSTER_APNS_CA: z.string().optional(),
  MUSTER_APNS_DEVELOPMENT: onOff.default(false),
  MUSTER_TLS_PINNING: onOff.default(false),
  MUSTER_TLS_PINS: z.string().optional(),
  MUSTER_OTA_DEVICE_CA: z.string().optional(),
  MUSTER_NANOMDM_KEY: z.string().min(12, 'must have at least 12 characters').optional(),
  MUSTER_ESCROW_UNLOCK_URL: url('https').default(
    'https://deviceservices-external.apple.com/deviceservicesworkers/escrowKeyUnlock',
  ),
  MUSTER_RETROACTIVE_ASSOCIATION: onOff.default(false),
  MUSTER_WEBHOOK_URL: url('https', 'http').optional(),
  MUSTER_WEBHOOK_KEY: z.string().min(1).optional(),
  MUSTER_ACTIVITIES_WEBHOOK_URL: url('https', 'http').optional(),
  MUSTER_ACTIVITIES_WEBHOOK_KEY: z.string().min(1).optional(),
  MUSTER_WEBHOOK_SECRETS: onOff.default(false),
  MUSTER_WEBHOOK_IDLE: onOff.default(false),
  MUSTER_AUDIT_CHECKPOINT_EVENTS: number(10, 100_000_000).default(10_000),
  MUSTER_AUDIT_CHECKPOINT_MINUTES: number(1, 10_080).default(60),
  MUSTER_RETENTION_DAYS: number(1, 36_500).optional(),
  MUSTER_WINDOWS_MANAGEMENT: z.enum(['manual', 'agent', 'migrate', 'off']).default('manual'),
  MUSTER_WINDOWS_POLL_MINUTES: number(1, 1440).default(15),
  MUSTER_WINDOWS_RENEW_DAYS: number(1, 365).default(60),
  MUSTER_WINDOWS_AGENT_URL: url('https').optional(),
  MUSTER_WINDOWS_AGENT_SHA256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must have 64 hex digits')
    .optional(),
  MUSTER_WINDOWS_AGENT_PRODUCT: z
    .string()
    .regex(/^\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}$/, 'must be a product code, {…} with its braces')
    .optional(),
  MUSTER_WINDOWS_AGENT_ARGUMENTS: z.string().max(1000).default('/quiet'),
  MUSTER_WINDOWS_SIGN_IN: z.enum(['password', 'page']).default('password'),
  MUSTER_WNS_PFN: z.string().min(1).max(255).optional(),
  MUSTER_WNS_SID: z
    .string()
    .regex(/^S-1-15-2-[\d-]+$/, 'must be a package SID, S-1-15-2-…')
    .optional(),
  MUSTER_WNS_SECRET: z.string().min(1).optional(),
  MUSTER_ENTRA_TENANTS: list.default([]),
  MUSTER_ENTRA_AUDIENCES: list.optional(),
  MUSTER_ENTRA_JWKS_URL: z
    .string()
    .refine((text) => URL.canParse(text) && /^https?:/.test(text), { message: 'must be a URL' })
    .default('https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys'),
  MUSTER_OIDC_ISSUER: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/.test(`${new URL(text).href}/`),
      {
        message: 'must be a URL that begins with https:// (or with http://localhost)',
      },
    )
    .optional(),
  MUSTER_OIDC_CLIENT_ID: z.string().min(1).max(255).optional(),
  MUSTER_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  MUSTER_OIDC_DOMAINS: list.default([]),
  MUSTER_OIDC_CREATE_USERS: onOff.default(false),
  MUSTER_SESSION_IDLE_MINUTES: number(5, 43_200).default(480),
  MUSTER_SESSION_HOURS: number(1, 8_760).default(120),
  MUSTER_API_RATE: number(1, 10_000_000).default(6_000),
  MUSTER_METRICS: onOff.default(true),
  MUSTER_LEAST_FREE_MB: number(0, 1_000_000_000).default(512),
  MUSTER_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
})

/** Everything that the environment decides, checked. */
export type Config = Readonly<Omit<z.infer<typeof schema>, 'MUSTER_API_PROCESSES'>> &
  Readonly<{ MUSTER_API_PROCESSES: number; roles: readonly RoleName[] }>

/** A setting that makes no sense; the message names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Reads the configuration. Throws `ConfigError` with a line per variable at fault; values are not shown, they may be secrets. */
export const readConfig = (environment: NodeJS.ProcessEnv, role = 'all'): Config => {
  const told = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''))
  const read = schema.safeParse(told)
  if (!read.success)
    throw new ConfigError(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  const { DATABASE_URL, MUSTER_API_PROCESSES } = read.data
  const config: Config = {
    ...read.data,
    // Each process takes connections of its own, and how many another database has is its operator's to say.
    MUSTER_API_PROCESSES: MUSTER_API_PROCESSES ?? (DATABASE_URL === undefined ? usualApiProcesses : 1),
    roles: rolesOf(role),
  }
  const problem = inconsistency(config)
  if (problem !== null) throw new ConfigError(problem)
  return config
}

const rolesOf = (role: string): readonly RoleName[] => {
  if (role === 'all') return roles
  const known = roles.find((name) => name === role)
  if (known === undefined) throw new ConfigError(`--role: must be one of all, ${roles.join(', ')}`)
  return [known]
}

const inconsistency = (config: Config): string | null => {
  const { MUSTER_TLS, MUSTER_TLS_CERT, MUSTER_TLS_KEY, MUSTER_DEVICE_IDENTITY } = config
  if (MUSTER_TLS === 'files' && (MUSTER_TLS_CERT === undefined || MUSTER_TLS_KEY === undefined))
    return 'MUSTER_TLS_CERT: must name a PEM file, and so must MUSTER_TLS_KEY, when MUSTER_TLS is "files"'
  if (config.MUSTER_TLS_PINNING && MUSTER_TLS !== 'own' && config.MUSTER_TLS_PINS === undefined)
    return 'MUSTER_TLS_PINS: must name a PEM file with the issuers of the TLS certificate when MUSTER_TLS_PINNING is on and MUSTER_TLS is not "own"'
  if (MUSTER_TLS === 'off' && MUSTER_DEVICE_IDENTITY === 'tls')
    return 'MUSTER_DEVICE_IDENTITY: cannot be "tls" when MUSTER_TLS is "off"'
  if (MUSTER_DEVICE_IDENTITY === 'header' && config.MUSTER_TRUST_PROXY === undefined)
    return 'MUSTER_TRUST_PROXY: must name the proxies (addresses or networks) when MUSTER_DEVICE_IDENTITY is "header"'
  const agent = [config.MUSTER_WINDOWS_AGENT_URL, config.MUSTER_WINDOWS_AGENT_SHA256, config.MUSTER_WINDOWS_AGENT_PRODUCT]
  if (agent.includes(undefined) && agent.some((told) => told !== undefined))
    return 'MUSTER_WINDOWS_AGENT_URL: must be set together with MUSTER_WINDOWS_AGENT_SHA256 and MUSTER_WINDOWS_AGENT_PRODUCT, or none of the three'
  const wns = [config.MUSTER_WNS_PFN, config.MUSTER_WNS_SID, config.MUSTER_WNS_SECRET].filter((told) => told !== undefined)
  if (wns.length > 0 && wns.length < 3)
    return 'MUSTER_WNS_PFN: must be set together with MUSTER_WNS_SID and MUSTER_WNS_SECRET, or none of the three'
  const oidc = [config.MUSTER_OIDC_ISSUER, config.MUSTER_OIDC_CLIENT_ID, config.MUSTER_OIDC_CLIENT_SECRET]
  if (oidc.some((told) => told !== undefined) && oidc.some((told) => told === undefined))
    return 'MUSTER_OIDC_ISSUER: must be set together with MUSTER_OIDC_CLIENT_ID and MUSTER_OIDC_CLIENT_SECRET, or none of the three'
  if (config.MUSTER_OIDC_CREATE_USERS && config.MUSTER_OIDC_DOMAINS.length === 0)
    return 'MUSTER_OIDC_DOMAINS: must name the domains whose people become users when MUSTER_OIDC_CREATE_USERS is on'
  if (config.roles.length < roles.length && config.DATABASE_URL === undefined)
    return 'DATABASE_URL: must be set to run a single role; the embedded database serves one process only'
  if (config.DATABASE_URL !== undefined && config.MUSTER_MASTER_KEY === undefined)
    return 'MUSTER_MASTER_KEY: must be set (32 bytes in base64) when DATABASE_URL is; all processes need the same'
  return null
}

/** Where devices and admins reach the server. Frozen in the enrollment profiles that were handed out. */
export const publicUrlOf = ({ MUSTER_PUBLIC_URL, MUSTER_TLS, MUSTER_PORT }: Config, port = MUSTER_PORT): string =>
  MUSTER_PUBLIC_URL?.replace(/\/+$/, '') ?? `${MUSTER_TLS === 'off' ? 'http' : 'https'}://localhost:${String(port)}`
