import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { derivedId } from '../../kernel/ids.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { erased } from '../../kernel/projection.ts'
import { Rejection } from '../../kernel/rejection.ts'
import type { WaitingCommandRow } from '../../projections/waiting-commands.ts'
import { commandsToSend, waitingCommands } from '../../projections/waiting-commands.ts'
import { stateOfSetup } from '../../projections/windows-enrollments.ts'
import { devDetail, dmClient } from '../../protocols/windows/syncml/csp.ts'
import type { Deed } from '../../protocols/windows/syncml/deeds.ts'
import { deliveryOfDeeds } from '../../protocols/windows/syncml/deeds.ts'
import type { Delivery } from '../../protocols/windows/profile-delivery.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import { inlinePrefix } from './answers.ts'
import type { KnownWindowsDevice } from './known-devices.ts'
import type { ToWindows } from './requests.ts'
import { unenroll } from './requests.ts'
import type { Session } from './sessions.ts'
import type { WindowsEdge } from './settings.ts'
import { providerId } from './settings.ts'
import { failureDeeds, holdDeeds, setupMinutes } from './setup-page.ts'

type Place = Readonly<{ device: KnownWindowsDevice; session: Session; msgId: string; makeCause: () => Cause }>

/** The commands of one answer, each as it stands in the message. */
export type Offer = (place: Place) => Promise<readonly string[]>

/** One answer carries no more than this, and the session goes on with the next. */
const mostCommands = 100
const mostBytes = 400_000

/**
 * A command that went out before and has no answer goes alone: had it made its message unreadable, the others would suffer with it. On a node that
 * does not remember the session, what went out within this time is thought to be on its way, ms.
 */
const underWayMs = 2 * 60_000

const applied = [erased(waitingCommands)]

/** Decides what a device is to do next: what was asked of it, and what this server itself wants to know. */
export const offering = ({ app, nothingWaiting, pfn }: WindowsEdge, toWindows: ToWindows): Offer => {
  const delivered = async (
    { command_id: commandId, request, reason }: Waiting,
    { device, session, makeCause }: Place,
  ): Promise<Delivery | null> => {
    const { hostId } = device
    const settle = async (outcome: 'acknowledged' | 'failed', description = ''): Promise<null> => {
      const errors = outcome === 'failed' ? [{ code: 406, domain: 'Muster', description }] : []
      const data = { commandId, outcome, errors, result: null }
      const { events } = await app.execute(host, hostId, { type: 'ReportCommand', data }, makeCause())
      if (events.length > 0) await app.applyNow(applied, events)
      return null
    }
    try {
      const replacing = session.replacing.has(commandId)
      const delivery = await toWindows({ hostId, commandId, request, reason, replacing })
      if (delivery === 'nothing') return await settle('acknowledged')
      return delivery === 'unsupported' ? await settle('failed', 'Windows has no such command.') : delivery
    } catch (error) {
      if (error instanceof ParseError) return settle('failed', `The command could not be written: ${error.message}`)
      throw error
    }
  }

  /** Records that the command goes out now. False: it was cancelled, and the read model has yet to hear of it. */
  const send = async (commandId: string, { device, makeCause }: Place): Promise<boolean> => {
    try {
      const { events } = await app.execute(host, device.hostId, { type: 'SendCommand', data: { commandId } }, makeCause())
      if (events.length > 0) await app.applyNow(applied, events)
      return true
    } catch (error) {
      if (error instanceof Rejection && error.code === 'command-not-waiting') return false
      throw error
    }
  }

  const waitingFor = async (place: Place): Promise<readonly string[]> => {
    const { session, msgId, device } = place
    const rows = await app.read(commandsToSend(device.hostId, deviceChannel, mostCommands * 2))
    const recent = new Date(app.clock().getTime() - underWayMs).toISOString()
    const open = rows.filter(({ command_id, sent_at }) => {
      const by = session.carried.get(command_id)
      if (by !== undefined) return by === msgId
      return !(
        !session.fromStart &&
        !session.replacing.has(command_id) &&
        sent_at !== null &&
        new Date(sent_at).toISOString() > recent
      )
    })
    const silent = open.find(({ command_id, sent_at }) => sent_at !== null && isSilent(command_id, session))
    const xml: string[] = []
    let bytes = 0
    for (const row of silent === undefined ? open : [silent]) {
      const delivery = await delivered(row, place)
      if (delivery === null || (needsUser(delivery) && session.signedIn !== 'user')) continue
      bytes += delivery.xml.length
      if (xml.length > 0 && (bytes > mostBytes || xml.length >= mostCommands)) break
      if (!(await send(row.command_id, place))) continue
      session.carried.set(row.command_id, msgId)
      for (const { cmdId, locUri } of delivery.parts) session.parts.set(cmdId, locUri)
      xml.push(delivery.xml)
    }
    return xml
  }

  /** What goes along once in each session, on no one's order. */
  const inline = async ({ device, session }: Place): Promise<readonly string[]> => {
    if (session.inlineSent) return []
    const deeds = [
      ...(device.serial === null ? [get(devDetail.serial), get(devDetail.osVersion), get(devDetail.deviceName)] : []),
      ...(pfn === null ? [] : [{ verb: 'Replace', locUri: push.pfn, format: 'chr', data: pfn } as const, get(push.channelUri)]),
      ...(await setupDeeds(device)),
    ]
    session.inlineSent = true
    return deeds.length === 0 ? [] : [numbered(deeds)]
  }

  /** The page is held until every setting of the host was answered for; what failed is told on it. */
  const setupDeeds = async ({ hostId, inSetupSince }: KnownWindowsDevice): Promise<readonly Deed[]> => {
    if (inSetupSince === null) return []
    const [state] = await app.read(stateOfSetup(hostId))
    const isLate = app.clock().getTime() - inSetupSince > setupMinutes * 60_000
    return isLate || (state?.open === 0 && state.failed > 0) ? failureDeeds : holdDeeds
  }

  /** Once nothing is open and nothing failed, the device may leave its setup: a command like any other, so that a lost answer is repaired. */
  const mayLeaveSetup = async ({ device, makeCause }: Place): Promise<void> => {
    const { hostId, deviceId, inSetupSince } = device
    if (inSetupSince === null) return
    const [state] = await app.read(stateOfSetup(hostId))
    if (state === undefined || state.open > 0 || state.failed > 0) return
    const commandId = derivedId(`leave-setup/${deviceId}`)
    const command = {
      commandId,
      channel: deviceChannel,
      request: { kind: 'release-device' },
      reason: { code: 'enrolled' },
    } as const
    const queue = { type: 'QueueCommands', data: { commands: [command] } } as const
    const { events } = await app.execute(host, hostId, queue, makeCause())
    if (events.length > 0) await app.applyNow(applied, events)
  }

  return async (place) => {
    const { device, session } = place
    const { hostId, serial, inSetupSince } = device
    // Sent away, and calling all the same: it did not hear of it.
    if (device.ended) return farewell(session)
    const isPlain = serial !== null && inSetupSince === null && pfn === null
    if (isPlain && nothingWaiting.isKnown(hostId, deviceChannel)) return []
    const asked = nothingWaiting.asking(hostId)
    await mayLeaveSetup(place)
    const xml = [...(await inline(place)), ...(await waitingFor(place))]
    if (xml.length === 0 && isPlain && session.carried.size === 0) nothingWaiting.remember(hostId, deviceChannel, asked)
    return xml
  }
}

type Waiting = Pick<WaitingCommandRow, 'command_id' | 'request' | 'reason'>

const farewell = (session: Session): readonly string[] => {
  if (session.inlineSent) return []
  session.inlineSent = true
  return [numbered([unenroll])]
}

const get = (locUri: string): Deed => ({ verb: 'Get', locUri })

const { push } = dmClient(providerId)

const numbered = (deeds: readonly Deed[]): string =>
  deliveryOfDeeds(deeds, { commandId: `${inlinePrefix}1`, idAt: (index) => `${inlinePrefix}${String(index + 1)}` }).xml

/** It went out in an earlier session, as far as this node knows. */
const isSilent = (commandId: string, { carried, replacing }: Session): boolean =>
  !carried.has(commandId) && !replacing.has(commandId)

const needsUser = ({ parts }: Delivery): boolean => parts.some(({ locUri }) => normalLocUri(locUri).startsWith('./user/'))
