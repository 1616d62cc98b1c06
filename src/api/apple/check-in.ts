import { createHash } from 'node:crypto'
import type { Associations } from './association.ts'
import type { AppleEdge } from './settings.ts'
import type { EnrollmentEvent } from '../../domain/enrollment/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import { deviceChannel, platformOf } from '../../domain/platforms.ts'
import { reject } from '../../domain/rejections.ts'
import type { Cause, Recorded } from '../../kernel/event.ts'
import { waitingCommands } from '../../projections/waiting-commands.ts'
import { erased } from '../../kernel/projection.ts'
import type { Authenticate, CheckIn, TokenUpdate } from '../../protocols/apple/check-in.ts'
import type { EnrollmentIds } from '../../protocols/apple/enrollment-ids.ts'

/** What a check-in is answered with: an empty 200, or a status that Apple gives a meaning. */
export type CheckInReply = Readonly<{ status: 200 | 400 | 404 | 410 }>

export type CheckInHandler = (message: CheckIn, fingerprint: string, cause: Cause) => Promise<CheckInReply>

const done: CheckInReply = { status: 200 }

/**
 * Handles what devices say of themselves. The certificate's association is checked before anything changes.
 * https://developer.apple.com/documentation/devicemanagement/check-in
 */
export const checkIns = (edge: AppleEdge, { bind, mustBeBound }: Associations): CheckInHandler => {
  const { app } = edge

  const showAtOnce = async (events: readonly Recorded[]): Promise<void> => {
    if (events.length > 0) await app.applyNow([erased(waitingCommands)], events)
  }

  const authenticate = async (message: Authenticate, fingerprint: string, cause: Cause): Promise<CheckInReply> => {
    await mustKnowTopic(message.Topic)
    const { ids } = message
    if (ids.parentId !== null) return { status: 400 }
    const hostId = hostOf(ids)
    await bind(fingerprint, hostId, ids, cause)
    const data = {
      hardwareId: ids.enrollmentId,
      enrollmentId: ids.enrollmentId,
      kind: ids.udid === null ? ('user-enrollment' as const) : ('device' as const),
      platform: platformOf(message.ProductName ?? message.Model ?? ''),
      facts: factsOf(message),
      topic: message.Topic,
      certificate: fingerprint,
    }
    const { events } = await app.execute(host, hostId, { type: 'Authenticate', data }, cause)
    await showAtOnce(events)
    return done
  }

  const updateToken = async (message: TokenUpdate, cause: Cause): Promise<CheckInReply> => {
    const { ids, Topic, Token, PushMagic, UnlockToken } = message
    const hostId = hostOf(ids)
    const channel = channelOf(ids)
    const token = Buffer.from(Token).toString('hex')
    const push = await app.vault.seal(hostId, `push/${channel}`, Buffer.from(JSON.stringify({ token, magic: PushMagic })))
    const unlockToken =
      UnlockToken === null
        ? null
        : { fingerprint: sha256(UnlockToken), sealed: await app.vault.seal(hostId, 'unlock-token', UnlockToken) }
    const data = {
      channel,
      enrollmentId: ids.enrollmentId,
      topic: Topic,
      tokenFingerprint: sha256(`${token}/${PushMagic}`),
      push,
      awaitingConfiguration: message.AwaitingConfiguration ?? false,
      user: ids.parentId === null ? null : { shortName: ids.userShortName ?? '', longName: ids.userLongName ?? '' },
      unlockToken,
    }
    await app.execute(host, hostId, { type: 'UpdateToken', data }, cause)
    return done
  }

  /** Only the device itself leaves; a user who does must not take the device along. */
  const checkOut = async (ids: EnrollmentIds, cause: Cause): Promise<CheckInReply> => {
    if (ids.parentId !== null) return { status: 400 }
    const because: Extract<EnrollmentEvent, { type: 'EnrollmentEnded' }>['data']['because'] = 'checked-out'
    const { events } = await app.execute(host, hostOf(ids), { type: 'EndEnrollment', data: { because } }, cause)
    await showAtOnce(events)
    return done
  }

  const mustKnowTopic = async (topic: string): Promise<void> => {
    if (!(await edge.topics()).includes(topic)) reject('topic-changed', `The topic ${topic} is not this server's.`, 'Topic')
  }

  return async (message, fingerprint, cause) => {
    if (message.MessageType === 'Authenticate') return authenticate(message, fingerprint, cause)
    await mustBeBound(fingerprint, message.ids)
    app.telemetry.seen(hostOf(message.ids))
    switch (message.MessageType) {
      case 'TokenUpdate':
        return updateToken(message, cause)
      case 'CheckOut':
        return checkOut(message.ids, cause)
      // No user of a directory is managed here: the Mac asks again at the next log-in.
      case 'UserAuthenticate':
        return { status: 410 }
      // The enrollment profile claims none of these capabilities, so no device should ask.
      case 'SetBootstrapToken':
      case 'GetBootstrapToken':
      case 'GetToken':
        return { status: 400 }
      case 'DeclarativeManagement':
        return { status: 404 }
    }
  }
}

/** The host that a channel belongs to. */
export const hostOf = ({ parentId, enrollmentId }: EnrollmentIds): string => hostIdOf(parentId ?? enrollmentId)

/** The device's own channel, or its user's by enrollment id. */
export const channelOf = ({ parentId, enrollmentId }: EnrollmentIds): string => (parentId === null ? deviceChannel : enrollmentId)

const factNames = {
  serial: 'SerialNumber',
  name: 'DeviceName',
  model: 'Model',
  productName: 'ProductName',
  osVersion: 'OSVersion',
  buildVersion: 'BuildVersion',
} as const satisfies Record<keyof HostFacts, keyof Authenticate>

/** What the device told; facts that it kept to itself are left out. */
const factsOf = (message: Authenticate): HostFacts =>
  Object.fromEntries(Object.entries(factNames).flatMap(([fact, key]) => (message[key] === null ? [] : [[fact, message[key]]])))

const sha256 = (what: string | Uint8Array): string => createHash('sha256').update(what).digest('hex')
