import { createHash } from 'node:crypto'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { deviceChannel, platformOf } from '../../domain/platforms.ts'
import { reject } from '../../domain/rejections.ts'
import type { Cause } from '../../kernel/event.ts'
import type {
  Authenticate,
  CheckIn,
  DeclarativeManagement,
  GetToken,
  SetBootstrapToken,
  TokenUpdate,
  UserAuthenticate,
} from '../../protocols/apple/check-in.ts'
import type { EnrollmentIds } from '../../protocols/apple/enrollment-ids.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import type { Associations } from './association.ts'
import type { DeclarationsFor } from './declarative.ts'
import { declarativeManagement } from './declarative.ts'
import type { AppleEdge } from './settings.ts'

/**
 * What a check-in is answered with: 200 with or without a body, or a status that Apple gives a meaning. `opens` (to those who are told of it): it
 * began an enrollment, or opened a channel of one.
 */
export type CheckInReply = Readonly<{ status: 200 | 400 | 404 | 410; plist?: PlistDict; json?: string; opens?: boolean }>

export type CheckInHandler = (message: CheckIn, fingerprint: string, cause: Cause) => Promise<CheckInReply>

/** What check-ins need beside the edge. */
export type CheckInServices = Readonly<{
  declarationsFor: DeclarationsFor
  /** The token of a service that the device asked for; null for a service that is not offered. */
  tokenFor: (message: GetToken, hostId: string, cause: Cause) => Promise<Readonly<{ tokenData: Uint8Array }> | null>
}>

const done: CheckInReply = { status: 200 }

/**
 * Handles what devices say of themselves. The certificate's association is checked before anything changes.
 * https://developer.apple.com/documentation/devicemanagement/check-in
 */
export const checkIns = (edge: AppleEdge, associations: Associations, services: CheckInServices): CheckInHandler => {
  const { app } = edge
  const { bind, mustBeBound, identityOf } = associations
  const declare = declarativeManagement(app, services.declarationsFor)

  const authenticate = async (message: Authenticate, fingerprint: string, cause: Cause): Promise<CheckInReply> => {
    if (!(await edge.topics()).includes(message.Topic))
      reject('topic-changed', `The topic ${message.Topic} is not this server's.`, 'Topic')
    const { ids } = message
    if (ids.parentId !== null) return { status: 400 }
    const hostId = hostOf(ids)
    const identity = await bind(fingerprint, hostId, ids, cause)
    const data = { ...arrivalOf(message), identity }
    const { events } = await app.execute(host, hostId, { type: 'Authenticate', data }, cause)
    const renews = identity.terms?.renews != null && !events.some(({ type }) => type === 'EnrollmentStarted')
    return { ...done, opens: !renews }
  }

  const updateToken = async (message: TokenUpdate, fingerprint: string, cause: Cause): Promise<CheckInReply> => {
    const hostId = hostOf(message.ids)
    const data = { ...(await sealedToken(app, message)), identity: await identityOf(fingerprint) }
    const { events } = await app.execute(host, hostId, { type: 'UpdateToken', data }, cause)
    return { ...done, opens: events.some(({ type }) => type === 'ChannelOpened') }
  }

  /** Only the device itself leaves; a user who does must not take the device along. */
  const checkOut = async (ids: EnrollmentIds, cause: Cause): Promise<CheckInReply> => {
    if (ids.parentId !== null) return { status: 400 }
    const command = { type: 'EndEnrollment', data: { because: 'checked-out' } } as const
    await app.execute(host, hostOf(ids), command, cause)
    return done
  }

  const setBootstrapToken = async ({ ids, BootstrapToken }: SetBootstrapToken, cause: Cause): Promise<CheckInReply> => {
    const hostId = hostOf(ids)
    const token = BootstrapToken === null ? null : await sealedBootstrapToken(app, hostId, BootstrapToken)
    await app.execute(host, hostId, { type: 'EscrowBootstrapToken', data: { token } }, cause)
    return done
  }

  /** Nothing is escrowed: an empty answer, which is no error to a device. */
  const getBootstrapToken = async (ids: EnrollmentIds, cause: Cause): Promise<CheckInReply> => {
    const hostId = hostOf(ids)
    const { state } = await app.execute(host, hostId, { type: 'ReadBootstrapToken', data: {} }, cause)
    const escrowed = state.escrow.bootstrapToken
    if (escrowed === null) return done
    return { status: 200, plist: { BootstrapToken: await app.vault.open(hostId, 'bootstrap-token', escrowed.sealed) } }
  }

  const getToken = async (message: GetToken, cause: Cause): Promise<CheckInReply> => {
    const token = await services.tokenFor(message, hostOf(message.ids), cause)
    return token === null ? { status: 400 } : { status: 200, plist: { TokenData: token.tokenData } }
  }

  const answerDeclarative = async (message: DeclarativeManagement, cause: Cause): Promise<CheckInReply> => {
    const reply = await declare(message, { hostId: hostOf(message.ids), channel: channelOf(message.ids) }, cause)
    return reply.status === 404 || reply.json === null ? { status: reply.status } : { status: 200, json: reply.json }
  }

  /**
   * Refused (410), the Mac asks again at the next log-in; otherwise every user is taken without credentials, with an empty challenge first.
   * https://developer.apple.com/documentation/devicemanagement/userauthenticate
   */
  const userAuthenticate = ({ DigestResponse }: UserAuthenticate): CheckInReply => {
    if (edge.users === 'refuse') return { status: 410 }
    return DigestResponse === null ? { status: 200, plist: { DigestChallenge: '' } } : done
  }

  return async (message, fingerprint, cause) => {
    if (message.MessageType === 'Authenticate') return authenticate(message, fingerprint, cause)
    await mustBeBound(fingerprint, message.ids)
    app.telemetry.seen(hostOf(message.ids), channelOf(message.ids))
    switch (message.MessageType) {
      case 'TokenUpdate':
        return updateToken(message, fingerprint, cause)
      case 'CheckOut':
        return checkOut(message.ids, cause)
      case 'UserAuthenticate':
        return userAuthenticate(message)
      case 'SetBootstrapToken':
        return setBootstrapToken(message, cause)
      case 'GetBootstrapToken':
        return getBootstrapToken(message.ids, cause)
      case 'GetToken':
        return getToken(message, cause)
      case 'DeclarativeManagement':
        return answerDeclarative(message, cause)
    }
  }
}

/** The host that a channel belongs to. */
export const hostOf = ({ parentId, enrollmentId }: EnrollmentIds): string => hostIdOf(parentId ?? enrollmentId)

/** The device's own channel, or its user's by enrollment id. */
export const channelOf = ({ parentId, enrollmentId }: EnrollmentIds): string => (parentId === null ? deviceChannel : enrollmentId)

/** What an Authenticate says of a host, without its certificate. */
export const arrivalOf = (message: Authenticate) => ({
  hardwareId: message.ids.enrollmentId,
  enrollmentId: message.ids.enrollmentId,
  kind: message.ids.udid === null ? ('user-enrollment' as const) : ('device' as const),
  platform: platformOf(message.ProductName ?? message.Model ?? ''),
  facts: factsOf(message),
  topic: message.Topic,
})

/** What a TokenUpdate says, its secrets sealed with the host's key. A key that it is silent on changes nothing. */
export const sealedToken = async ({ vault }: Pick<AppleEdge['app'], 'vault'>, message: TokenUpdate) => {
  const { ids, Topic, Token, PushMagic, UnlockToken } = message
  const hostId = hostOf(ids)
  const channel = channelOf(ids)
  const token = Buffer.from(Token).toString('hex')
  return {
    channel,
    enrollmentId: ids.enrollmentId,
    topic: Topic,
    tokenFingerprint: sha256(`${token}/${PushMagic}`),
    push: await vault.seal(hostId, `push/${channel}`, Buffer.from(JSON.stringify({ token, magic: PushMagic }))),
    awaitingConfiguration: message.AwaitingConfiguration,
    user: ids.parentId === null ? null : { shortName: ids.userShortName ?? '', longName: ids.userLongName ?? '' },
    unlockToken:
      UnlockToken === null
        ? null
        : { fingerprint: sha256(UnlockToken), sealed: await vault.seal(hostId, 'unlock-token', UnlockToken) },
  }
}

/** A bootstrap token as it may stand in an event. */
export const sealedBootstrapToken = async ({ vault }: Pick<AppleEdge['app'], 'vault'>, hostId: string, token: Uint8Array) => ({
  fingerprint: sha256(token),
  sealed: await vault.seal(hostId, 'bootstrap-token', token),
})

const factNames = {
  serial: 'SerialNumber',
  name: 'DeviceName',
  model: 'Model',
  productName: 'ProductName',
  osVersion: 'OSVersion',
  buildVersion: 'BuildVersion',
} as const satisfies Partial<Record<keyof HostFacts, keyof Authenticate>>

/** What the device told; facts that it kept to itself are left out. */
const factsOf = (message: Authenticate): HostFacts =>
  Object.fromEntries(Object.entries(factNames).flatMap(([fact, key]) => (message[key] === null ? [] : [[fact, message[key]]])))

const sha256 = (what: string | Uint8Array): string => createHash('sha256').update(what).digest('hex')
