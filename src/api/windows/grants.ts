import type { App } from '../../app/app.ts'
import { accountEnrollment } from '../../domain/account-enrollments/account-enrollment.ts'
import { noTeam } from '../../domain/teams/events.ts'
import type { Clock } from '../../app/ports.ts'
import { Rejection } from '../../kernel/rejection.ts'
import type { Credential } from '../../protocols/windows/enrollment/read-request.ts'
import { arrivalCause, invitationOfCode } from '../apple/account-sign-in.ts'
import type { Attempts } from '../attempts.ts'
import { attemptsOf } from '../attempts.ts'
import type { Tickets } from '../tickets.ts'
import { EntraRefused } from './entra.ts'
import { raise } from './fault.ts'
import type { WindowsEdge } from './settings.ts'

/** Why a device may enroll. `hostId` is known where its agent asks for it; `use` spends what can be spent once. */
export type Grant = Readonly<{
  by: 'agent' | 'account' | 'page'
  hostId: string | null
  teamId: string
  userName: string | null
  use: () => Promise<void>
}>

/** Throws `FaultRaised`. `address` is where it comes from. */
export type Grants = (credential: Credential | null, address: string) => Promise<Grant>

/** What the sign-in page gives a device: good for ten minutes. */
export const pagePurpose = 'windows-page'
export const pageValidMs = 10 * 60_000

const wrongPerMinute = 10
const nothing = (): Promise<void> => Promise.resolve()

/** Who may enroll a Windows device: an agent for its host, an account of the organization, a person with an invitation. */
export const enrollmentGrants = (edge: WindowsEdge): Grants => {
  const { app, agents, tickets, entra } = edge
  const attempts = wrongCodes(app.clock)

  const byAgent = async (nodeKey: string): Promise<Grant> => {
    const agent = await agents.find(nodeKey)
    if (agent?.kind !== 'orbit') return raise('Authentication', 'The agent is not known to this server.')
    if (agent.platform !== 'windows') return raise('Authorization', 'The host of this agent does not run Windows.')
    return { by: 'agent', hostId: agent.hostId, teamId: noTeam, userName: null, use: nothing }
  }

  const byAccount = async (jwt: string): Promise<Grant> => {
    if (entra === null) return raise('Authorization', 'This server takes no accounts of Microsoft Entra.')
    try {
      const { userName } = await entra(jwt)
      return { by: 'account', hostId: null, teamId: noTeam, userName, use: nothing }
    } catch (error) {
      if (error instanceof EntraRefused) return raise('Authentication', error.message)
      throw error
    }
  }

  const byPage = async (token: string): Promise<Grant> => {
    const [userName, teamId, invitationId] = (await tickets.read(pagePurpose, token)) ?? []
    if (userName === undefined || teamId === undefined || invitationId === undefined)
      return raise('Authentication', 'The sign-in is not known, or has ended; begin again in Settings.')
    return { by: 'page', hostId: null, teamId, userName, use: () => useInvitation(app, invitationId) }
  }

  const byPassword = async (told: Extract<Credential, { kind: 'password' }>, address: string): Promise<Grant> => {
    if (!attempts.mayTry(address)) return raise('Authorization', 'Too many wrong codes came from this address; wait a minute.')
    const invitation = await invitationFor(edge, told.password)
    if (invitation?.userName.toLowerCase() !== told.username.trim().toLowerCase()) {
      attempts.count(address)
      return raise('Authentication', 'The enrollment code is not known, was used before, or is not for this user.')
    }
    const { userName, teamId, id } = invitation
    return { by: 'page', hostId: null, teamId, userName, use: () => useInvitation(app, id) }
  }

  return async (credential, address) => {
    if (credential === null) return raise('InvalidSecurity', 'The message shows nothing to authenticate with.')
    if (credential.kind === 'password') return byPassword(credential, address)
    if (credential.kind === 'jwt') return byAccount(credential.token)
    const { nodeKey, token } = tokenIn(credential.token)
    return nodeKey === null ? byPage(token) : byAgent(nodeKey)
  }
}

export const wrongCodes = (clock: Clock): Attempts => attemptsOf(clock, { limit: wrongPerMinute, windowMs: 60_000 })

export type Invitation = Readonly<{ id: string; userName: string; teamId: string }>

/** The invitation that a code stands for, as long as it is open. */
export const invitationFor = async (
  { app, tickets }: Readonly<{ app: Pick<App, 'load' | 'clock'>; tickets: Tickets }>,
  code: string,
): Promise<Invitation | null> => {
  if (code === '' || code.length > 64) return null
  const id = await invitationOfCode(tickets, code)
  const { stage, offer } = (await app.load(accountEnrollment, id)).state
  const isOpen = (stage === 'offered' || stage === 'accepted') && (offer?.expiresAt ?? '') > app.clock().toISOString()
  return offer === null || !isOpen ? null : { id, userName: offer.managedAccount, teamId: offer.teamId }
}

/** A code is spent once: the second device with it is refused. */
const useInvitation = async ({ execute, clock }: Pick<App, 'execute' | 'clock'>, id: string): Promise<void> => {
  try {
    const accept = { type: 'AcceptAccountEnrollment', data: { now: clock().toISOString() } } as const
    await execute(accountEnrollment, id, accept, arrivalCause())
    await execute(accountEnrollment, id, { type: 'UseAccountEnrollment', data: {} }, arrivalCause())
  } catch (error) {
    if (error instanceof Rejection) raise('Authentication', 'The enrollment code was used before, or has ended.')
    throw error
  }
}

/** An agent's token is JSON, with the key of its host or a token of the page; what the page gave by itself is that token alone. */
const tokenIn = (text: string): Readonly<{ nodeKey: string | null; token: string }> => {
  if (!text.startsWith('{')) return { nodeKey: null, token: text }
  const read = jsonIn(text)
  const payload = dictIn(read['payload'])
  const [nodeKey, token] = [payload['orbit_node_key'], payload['auth_token']]
  if (read['type'] === 1 && typeof nodeKey === 'string' && nodeKey !== '' && nodeKey.length <= 255) return { nodeKey, token: '' }
  if (read['type'] === 2 && typeof token === 'string') return { nodeKey: null, token }
  return raise('InvalidSecurity', 'The token is of no type that this server gives.')
}

const jsonIn = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return dictIn(JSON.parse(text))
  } catch {
    return raise('InvalidSecurity', 'The token cannot be read.')
  }
}

const dictIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
