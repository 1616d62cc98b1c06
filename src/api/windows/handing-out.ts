import type { App } from '../../app/app.ts'
import type { DeviceError, HoldReason } from '../../domain/commands/events.ts'
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
import { devInfo } from '../../protocols/windows/syncml/csp.ts'
import { deedCommand } from '../../protocols/windows/syncml/deeds.ts'
import { commandXml } from '../../protocols/windows/syncml/write-message.ts'
import { inlinePrefix } from './answers.ts'
import { holdOf } from './holding.ts'
import type { KnownWindowsDevice } from './known-devices.ts'
import type { ToWindows } from './requests.ts'
import type { Session } from './sessions.ts'

/** Where an answer goes: to which device, in which session, to which message. */
export type Place = Readonly<{
  device: KnownWindowsDevice
  session: Session
  msgId: string
  makeCause: () => Cause
  /** How many bytes of commands the answer has room for, and how many any later answer would have; null: any number. */
  room: Readonly<{ now: number | null; most: number | null }>
}>

/** The commands of one answer, each as it stands in the message; `waits`: there are some that wait, be they among these or not. */
export type Offer = (place: Place) => Promise<Readonly<{ xml: readonly string[]; waits: boolean }>>

/** One answer carries no more than this, unless a single command is larger, and the session goes on with the next. */
const mostCommands = 100
const mostBytes = 400_000

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
      const mayAsk = (locUri: string): boolean => holdOf([locUri], place.session) !== 'no-user'
      const delivery = await toWindows({ hostId, commandId, request, reason, replacing, mayAsk })
      if (delivery === 'nothing') return await settle(row, place, 'acknowledged')
      if (delivery === 'unsupported') return await failed(406, 'Windows has no such command.')
      const tooLarge = excessOf(delivery, place)
      return tooLarge === null ? delivery : await failed(413, tooLarge)
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

  /** Tells why commands stayed behind, where that is news. */
  const tellHeld = async (held: ReadonlyMap<string, HoldReason>, { device, session, makeCause }: Place): Promise<void> => {
    const fresh = [...held].filter(([commandId]) => !session.held.has(commandId))
    if (fresh.length === 0) return
    const { waiting } = (await app.load(host, device.hostId)).state.commands
    for (const [commandId, because] of fresh) {
      session.held.add(commandId)
      if (waiting.get(commandId)?.held === because) continue
      await app.execute(host, device.hostId, { type: 'HoldCommand', data: { commandId, because } }, makeCause())
    }
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
    const held = new Map<string, HoldReason>()
    let bytes = 0
    for (const row of [...silent, ...others]) {
      const delivery = await delivered(row, place)
      if (delivery === null) continue
      const hold = holdOf(nodesOf(delivery), session)
      if (hold !== null) {
        held.set(row.command_id, hold)
        continue
      }
      bytes += Buffer.byteLength(delivery.xml)
      if (bytes > (place.room.now ?? bytes)) {
        // The next answer has fewer statuses in it, and comes if anything is asked now.
        if (xml.length === 0 && bytes <= (place.room.most ?? bytes)) xml.push(filler(msgId))
        break
      }
      if (xml.length > 0 && (bytes > mostBytes || xml.length >= mostCommands)) break
      if (session.carried.get(row.command_id) !== msgId && !(await send(row, place))) continue
      session.carried.set(row.command_id, msgId)
      for (const { cmdId, locUri } of delivery.parts) session.parts.set(cmdId, locUri)
      xml.push(delivery.xml)
      if (silent.includes(row)) break
    }
    await tellHeld(held, place)
    return { xml, waits: rows.length > 0 }
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

/** Why the device can take this in no message; null: it can. */
const excessOf = ({ xml, largestObject = 0 }: Delivery, { session, room }: Place): string | null => {
  const bytes = Buffer.byteLength(xml)
  if (bytes > (room.most ?? bytes))
    return `The command has ${String(bytes)} bytes, more than the device takes in a message (MaxMsgSize ${String(session.maxMessage)}).`
  if (largestObject <= (session.maxObject ?? largestObject)) return null
  return `A value of the command has ${String(largestObject)} bytes, more than the device takes in one (MaxObjSize ${String(session.maxObject)}).`
}

const nodesOf = ({ parts }: Delivery): readonly string[] => parts.map(({ locUri }) => locUri)

/** A question whose answer nobody needs. */
const filler = (msgId: string): string =>
  commandXml(deedCommand({ verb: 'Get', locUri: devInfo.managementVersion }, `${inlinePrefix}more.${msgId}`))
