import type { App } from '../../app/app.ts'
import type { KnownAgents } from '../agents/known-agents.ts'
import type { IdentitySource, NothingWaiting } from '../apple/settings.ts'
import type { Tickets } from '../tickets.ts'
import type { Trust } from '../trust.ts'
import type { Config } from '../../config.ts'
import type { MsiPackage } from '../../protocols/windows/syncml/msi.ts'
import type { EntraTokens } from './entra.ts'

export type WindowsEdge = Readonly<{
  app: App
  /** Who issues identities, and whose are let in. */
  trust: Pick<Trust, 'authorities' | 'isRevoked'>
  /** Whose node keys let their hosts enroll. */
  agents: Pick<KnownAgents, 'find'>
  tickets: Tickets
  nothingWaiting: NothingWaiting
  identity: IdentitySource
  /** Without a trailing slash. */
  publicUrl: string
  organization: string
  /** How often a device calls by itself. */
  pollMinutes: number
  /** From how many days before its end a certificate is renewed. */
  renewDays: number
  /** The agent that devices install while they are set up; null: none. */
  agentPackage: MsiPackage | null
  /** How a person who typed an e-mail address shows who they are. */
  signIn: 'password' | 'page'
  /** Checks accounts of Microsoft Entra; null: none is let in. */
  entra: EntraTokens | null
  /** The name of the app that pushes are for (Package Family Name); null: devices are not pushed to. */
  pfn: string | null
}>

/** As the configuration says; null: it names none. */
export const agentPackageOf = (config: Config): MsiPackage | null => {
  const { MUSTER_WINDOWS_AGENT_URL: url, MUSTER_WINDOWS_AGENT_SHA256: sha256, MUSTER_WINDOWS_AGENT_PRODUCT: productCode } = config
  if (url === undefined || sha256 === undefined || productCode === undefined) return null
  return { url, sha256, productCode, commandLine: config.MUSTER_WINDOWS_AGENT_ARGUMENTS }
}

/** How devices name this server in all their nodes: never to be changed. */
export const providerId = 'Muster'

/** The topic of pushes to Windows; their token is the address of the device's channel. */
export const pushTopic = 'wns'

/** The paths by which devices find what; fixed in those that enrolled. */
export const paths = {
  /** Windows asks the first one where a person typed an e-mail address. */
  discovery: ['/EnrollmentServer/Discovery.svc', '/api/mdm/microsoft/discovery'],
  policy: ['/api/mdm/microsoft/policy', '/EnrollmentServer/Policy.svc'],
  enroll: ['/api/mdm/microsoft/enroll', '/EnrollmentServer/Enrollment.svc'],
  management: ['/api/mdm/microsoft/management', '/ManagementServer/MDM.svc'],
  signIn: '/api/mdm/microsoft/auth',
  terms: '/api/mdm/microsoft/tos',
}

/** What the page of the terms of use gives to who accepts them. */
export const termsPurpose = 'windows-terms'

/** What is sealed with the host's key in this context proves a device in its sessions. */
export const credentialContext = 'windows-credential'
