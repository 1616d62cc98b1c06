import { randomUUID } from 'node:crypto'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { SyncCommand, SyncMessage } from '../../protocols/windows/syncml/message.ts'
import { maxMessageBytes, readSyncHeader, readSyncMessage } from '../../protocols/windows/syncml/read-message.ts'
import { goesOn, statusesFor } from '../../protocols/windows/syncml/statuses-for.ts'
import { writeSyncMessage } from '../../protocols/windows/syncml/write-message.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { BodyRefused } from '../bodies.ts'
import type { DeviceAnswer, DeviceHead, DeviceRoute } from '../device-path.ts'
import { openSecrets } from '../secret-variables.ts'
import { sessionAuthentication } from './authentication.ts'
import type { KnownWindowsDevice } from './known-devices.ts'
import type { Place } from './handing-out.ts'
import { knownWindowsDevices } from './known-devices.ts'
import { observing } from './observing.ts'
import { offering } from './offering.ts'
import { overridings } from './overriding.ts'
import { profileTexts } from './profile-texts.ts'
import { windowsRequests } from './requests.ts'
import type { Session } from './sessions.ts'
import { longestRemembered, sessionMemory } from './sessions.ts'
import type { WindowsEdge } from './settings.ts'
import { paths } from './settings.ts'
import { takingIn } from './taking-in.ts'

const syncType = 'application/vnd.syncml.dm+xml'

/**
 * The sessions in which Windows devices are managed (MS-MDM, OMA DM 1.2): one message each way per request. A message of somebody who did not show
 * who they are is answered with a challenge alone; one that comes twice is answered as before.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/33769a92-ac31-47ef-ae7b-dc8501f7104f
 */
export const windowsManagementRoutes = (edge: WindowsEdge): Readonly<Record<string, DeviceRoute>> => {
  const { app, publicUrl } = edge
  const devices = knownWindowsDevices(app)
  const sessions = sessionMemory()
  const authenticate = sessionAuthentication(edge, devices)
  const textOf = profileTexts(app, async (names) => (await openSecrets(app, names)).values)
  const { lostOn, note } = overridings(app, textOf)
  const takeIn = takingIn(app, devices, observing(app, textOf, lostOn), note)
  const offer = offering(edge, windowsRequests(app, { textOf, lostOn, sealed: app.blobs.fetchSealed }), note)

  const respondTo = (message: SyncMessage, device: KnownWindowsDevice): Promise<Buffer> => {
    const session = sessions.of(device.deviceId, message.header.sessionId, message.header.msgId)
    return session.alone(() => respondIn(session, message, device))
  }

  const respondIn = async (session: Session, message: SyncMessage, device: KnownWindowsDevice): Promise<Buffer> => {
    const { sessionId, msgId } = message.header
    const { deviceId, hostId } = device
    if (session.answered?.msgId === msgId) return session.answered.body
    session.maxMessage = message.header.maxMessage ?? session.maxMessage
    session.maxObject = message.header.maxObject ?? session.maxObject
    app.telemetry.seen(hostId, deviceChannel)
    const makeCause = () => causeOf(deviceId)
    const aborted = message.commands.some((command) => command.name === 'Alert' && command.data === '1223')
    await takeIn(message, device, session, { makeCause, aborted })
    if (aborted) {
      sessions.forget(deviceId, sessionId)
      return answer(message, '200')
    }
    const body = goesOn(message)
      ? answer(message, '200', { more: [nextMessage] })
      : answer(message, '200', { commands: await commandsFor(session, message, { device, makeCause }) })
    session.answered = body.length > longestRemembered ? null : { msgId, body }
    return body
  }

  const commandsFor = async (
    session: Session,
    message: SyncMessage,
    { device, makeCause }: Pick<Place, 'device' | 'makeCause'>,
  ): Promise<readonly string[]> => {
    if (message.commands.some(isFarewell)) return []
    const leftBy = (body: Buffer) => (session.maxMessage === null ? null : session.maxMessage - body.length)
    const room = { now: leftBy(answer(message, '200')), most: leftBy(answer({ ...message, commands: [] }, '200')) }
    return offer({ device, session, msgId: message.header.msgId, makeCause, room })
  }

  const answer = (
    message: SyncMessage,
    status: string,
    more: Readonly<{ nonce?: Uint8Array; commands?: readonly string[]; more?: readonly SyncCommand[] }> = {},
  ): Buffer => {
    const { sessionId, msgId, source } = message.header
    const header = {
      sessionId,
      msgId,
      target: source,
      source: `${publicUrl}${paths.management[0] ?? ''}`,
      credential: null,
      maxMessage: null,
    }
    const commands = [...statusesFor(message, status, more.nonce ?? null), ...(more.more ?? [])]
    return writeSyncMessage({ header, commands, final: true }, more.commands ?? [])
  }

  const handle = async (body: Uint8Array, head: DeviceHead, told: { deviceId: string }): Promise<DeviceAnswer> => {
    // Who speaks is known before the rest of the message is made sense of.
    const header = readSyncHeader(body)
    told.deviceId = header.source.toUpperCase()
    const { deviceId } = told
    const device = await devices.find(deviceId)
    if (device === null) return refused(403, { deviceId, reason: 'No device of this id is enrolled.' })
    const verdict = await authenticate(head, header, device)
    if (verdict.kind === 'own') return synced(await respondTo(readSyncMessage(body), device))
    sessions.of(deviceId, header.sessionId, header.msgId)
    const status = verdict.kind === 'wrong' ? '401' : '407'
    return synced(answer({ header, commands: [], final: true }, status, { nonce: verdict.nonce }))
  }

  const refused = (status: number, why: Readonly<{ deviceId: string; reason: string }>): DeviceAnswer => {
    app.logger.warn(why, 'a Windows device was refused')
    return { status }
  }

  const failed = (error: unknown, deviceId: string): DeviceAnswer => {
    if (error instanceof BodyRefused) return refused(error.status, { deviceId, reason: error.message })
    if (error instanceof ParseError) return refused(400, { deviceId, reason: `${error.field}: ${error.message}` })
    app.logger.error({ err: error, deviceId }, 'a Windows device could not be served')
    return { status: 503, headers: { 'retry-after': '60' } }
  }

  const route: DeviceRoute = {
    limitFor: () => maxMessageBytes,
    answer: async ({ body, ...head }) => {
      const told = { deviceId: '' }
      return handle(body, head, told).catch((error: unknown) => failed(error, told.deviceId))
    },
    failed: (error) => failed(error, ''),
  }
  return Object.fromEntries(paths.management.map((path) => [`POST ${path}`, route]))
}

/** Asks for what is still to come of a message, or of a large object. */
const nextMessage: SyncCommand = { name: 'Alert', cmdId: 'next', data: '1222', items: [] }

/** It leaves: there is nothing more to do for it. */
const isFarewell = (command: SyncCommand): boolean =>
  command.name === 'Alert' && command.data === '1226' && command.items.some(({ type }) => type?.includes('unenrollment') === true)

/** No charset is named behind the type: real servers send it bare. */
const synced = (body: Buffer): DeviceAnswer => ({ status: 200, type: syncType, body })

const causeOf = (deviceId: string): Cause => {
  const id = randomUUID()
  return { id, actor: { kind: 'device', id: deviceId }, correlationId: id, causationId: id }
}
