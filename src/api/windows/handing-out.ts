import type { App } from '../../app/app.ts'
import type { DeviceError } from '../../domain/commands/events.ts'
import type { Request } from '../../domain/commands/requests.ts'
import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { erased } from '../../kernel/projection.ts'
import { Rejection } from '../../kernel/rejection.ts'
import type { WaitingCommandRow } from '../../projections/waiting-commands.ts'
import { commandsToSend, waitingCommands } from '../../projections/waiting-commands.ts'
import type { Delivery } from '../../protocols/windows/profile-delivery.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type { KnownWindowsDevice } from './known-devices.ts'
import type { ToWindows } from './requests.ts'
import type { Session } from './sessions.ts'

/** Where an answer goes: to which device, in which session, to which message. */
export type Place = Readonly<{ device: KnownWindowsDevice; session: Session; msgId: string; makeCause: () => Cause }>

/** The commands of one answer, each as it stands in the message. */
export type Offer = (place: Place) => Promise<readonly string[]>

/** One answer carries no more than this, and the session goes on with the next. */
const mostCommands = 100
const mostBytes = 400_000
/** What a message needs beside its commands, bytes: the header, and statuses for what the device said. */
const roomForStatuses = 4_000

/**
 * A command that went out before and has no answer goes alone: had it made its message unreadable, the others would suffer with it. After so
 * many sessions without a word it has failed. On a node that does not remember the session, what went out within this time is thought to be
 * on its way, ms.
 */
const mostSends = 5
const underWayMs = 2 * 60_000

const applied = [erased(waitingCommands)]

type Row = Pick<WaitingCommandRow, 'command_id' | 'request' | 'reason' | 'sent_at'>

/** Hands out what waits for a device: as much as one message takes, nothing twice in a session, and each of them recorded before it goes. */
export const handingOut = (app: Pick<App, 'read' | 'load' | 'execute' | 'applyNow' | 'clock'>, toWindows: ToWindows): Offer => {
  const settle = async (
    { command_id: commandId }: Row,
    { device, makeCause }: Place,
    outcome: 'acknowledged' | 'failed',
    error?: Omit<DeviceError, 'domain'>,
  ): Promise<null> => {
    const errors = error === undefined ? [] : [{ ...error, domain: 'Muster' }]
    const data = { commandId, outcome, errors, result: null }
    const { events } = await app.execute(host, device.hostId, { type: 'ReportCommand', data }, makeCause())
    if (events.length > 0) await app.applyNow(applied, events)
    return null
  }

  /** Null: it is settled without a word of the device. */
  const delivered = async (row: Row, place: Place): Promise<Delivery | null> => {
    const { command_id: commandId, request, reason } = row
    const { hostId } = place.device
    const failed = (code: number, description: string) => settle(row, place, 'failed', { code, description })
    try {
      const replacing = place.session.replacing.has(commandId)
      const delivery = await toWindows({ hostId, commandId, request, reason, replacing })
      if (delivery === 'nothing') return await settle(row, place, 'acknowledged')
      if (delivery === 'unsupported') return await failed(406, 'Windows has no such command.')
      return Buffer.byteLength(delivery.xml) > largestOf(place.session)
        ? await failed(
            413,
            `The command has ${String(Buffer.byteLength(delivery.xml))} bytes, more than the device takes in a message.`,
          )
        : delivery
    } catch (error) {
      if (error instanceof ParseError) return failed(406, `The command could not be written: ${error.message}`)
      throw error
    }
  }

  /** Records that the command goes out now. False: it was cancelled, and the read model has yet to hear of it. */
  const send = async ({ command_id: commandId }: Row, { device, session, makeCause }: Place): Promise<boolean> => {
    try {
      const data = { commandId, again: !session.replacing.has(commandId) }
      const { events } = await app.execute(host, device.hostId, { type: 'SendCommand', data }, makeCause())
      if (events.length > 0) await app.applyNow(applied, events)
      return true
    } catch (error) {
      if (error instanceof Rejection && error.code === 'command-not-waiting') return false
      throw error
    }
  }

  /** Gives up what went out in so many sessions that no answer will come; the others are still to be handed out. */
  const answerable = async (rows: readonly Row[], place: Place): Promise<readonly Row[]> => {
    const { hostId } = place.device
    const silent = rows.filter(({ command_id, sent_at }) => sent_at !== null && isSilent(command_id, place.session))
    if (silent.length === 0) return rows
    const { waiting } = (await app.load(host, hostId)).state.commands
    const given = silent.filter(
      ({ command_id, request }) => (waiting.get(command_id)?.sends ?? 0) >= mostSends && !hasNoStatus(request),
    )
    for (const row of given) {
      const description = `The device did not answer in ${String(mostSends)} sessions.`
      await settle(row, place, 'failed', { code: 408, description })
    }
    return rows.filter((row) => !given.includes(row))
  }

  return async (place) => {
    const { session, msgId, device } = place
    const recent = new Date(app.clock().getTime() - underWayMs).toISOString()
    const rows = await app.read(commandsToSend(device.hostId, deviceChannel, mostCommands * 2))
    const open = await answerable(
      rows.filter((row) => mayGo(row, place, recent)),
      place,
    )
    const [silent, others] = partition(open, ({ command_id, sent_at }) => sent_at !== null && isSilent(command_id, session))
    const xml: string[] = []
    let bytes = 0
    for (const row of [...silent, ...others]) {
      const delivery = await delivered(row, place)
      if (delivery === null || (needsUser(delivery) && session.signedIn !== 'user')) continue
      bytes += Buffer.byteLength(delivery.xml)
      if (xml.length > 0 && (bytes > largestOf(session) || xml.length >= mostCommands)) break
      if (session.carried.get(row.command_id) !== msgId && !(await send(row, place))) continue
      session.carried.set(row.command_id, msgId)
      for (const { cmdId, locUri } of delivery.parts) session.parts.set(cmdId, locUri)
      xml.push(delivery.xml)
      if (silent.includes(row)) break
    }
    return xml
  }
}

const partition = (rows: readonly Row[], is: (row: Row) => boolean): readonly [readonly Row[], readonly Row[]] => [
  rows.filter(is),
  rows.filter((row) => !is(row)),
]

/** A device that is to leave says so in a session of its own. */
const hasNoStatus = (request: Request): boolean => request.kind === 'remove-profile' && request.profileId === null

/** A command goes out once in a session, and once more with the same message when that is repeated. */
const mayGo = ({ command_id, sent_at }: Row, { session, msgId }: Place, recent: string): boolean => {
  const by = session.carried.get(command_id)
  if (by !== undefined) return by === msgId
  if (session.fromStart || session.replacing.has(command_id) || sent_at === null) return true
  return new Date(sent_at).toISOString() <= recent
}

/** It went out in an earlier session, as far as this node knows. */
const isSilent = (commandId: string, { carried, replacing }: Session): boolean =>
  !carried.has(commandId) && !replacing.has(commandId)

const largestOf = ({ maxMessage }: Session): number =>
  maxMessage === null ? mostBytes : Math.min(mostBytes, maxMessage - roomForStatuses)

const needsUser = ({ parts }: Delivery): boolean => parts.some(({ locUri }) => normalLocUri(locUri).startsWith('./user/'))
