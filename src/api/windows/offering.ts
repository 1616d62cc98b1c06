import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { derivedId } from '../../kernel/ids.ts'
import { erased } from '../../kernel/projection.ts'
import { waitingCommands } from '../../projections/waiting-commands.ts'
import { stateOfSetup } from '../../projections/windows-enrollments.ts'
import { devDetail, dmClient } from '../../protocols/windows/syncml/csp.ts'
import type { Deed } from '../../protocols/windows/syncml/deeds.ts'
import { deliveryOfDeeds } from '../../protocols/windows/syncml/deeds.ts'
import { installMsi } from '../../protocols/windows/syncml/msi.ts'
import { inlinePrefix } from './answers.ts'
import type { Place } from './handing-out.ts'
import { holdOf } from './holding.ts'
import { handingOut } from './handing-out.ts'
import type { KnownWindowsDevice } from './known-devices.ts'
import type { ToWindows } from './requests.ts'
import { unenroll } from './requests.ts'
import type { Session } from './sessions.ts'
import type { WindowsEdge } from './settings.ts'
import { providerId } from './settings.ts'
import { failureDeeds, holdDeeds, setupMinutes } from './setup-page.ts'

const applied = [erased(waitingCommands)]

/** Decides what a device is to do next: what was asked of it, and what this server itself wants to know. */
export const offering = (
  { app, nothingWaiting, pfn, agentPackage }: WindowsEdge,
  toWindows: ToWindows,
): ((place: Place) => Promise<readonly string[]>) => {
  const waitingFor = handingOut(app, toWindows)

  /** What goes along once in each session, on no one's order. */
  const inlineOf = async ({ device }: Place): Promise<readonly Deed[]> => [
    ...(device.serial === null ? [get(devDetail.serial), get(devDetail.osVersion), get(devDetail.deviceName)] : []),
    ...(pfn === null ? [] : [{ verb: 'Replace', locUri: push.pfn, format: 'chr', data: pfn } as const, get(push.channelUri)]),
    ...(await setupDeeds(device)),
  ]

  const inline = async (place: Place): Promise<readonly string[]> => {
    const { session } = place
    const left = session.inline ?? (await inlineOf(place)).filter(({ locUri }) => holdOf([locUri], session) === null)
    const fitting = asManyAsFit(left, place.room.now)
    session.inline = left.slice(fitting.length)
    return fitting.length === 0 ? [] : [numbered(fitting)]
  }

  /** How far the setup of a host is: `agent` is missing, settings are `open`, something `failed`, or it is `ready`. */
  const setupOf = async (hostId: string): Promise<'agent' | 'open' | 'failed' | 'ready'> => {
    const [{ open, failed } = { open: 1, failed: 0 }] = await app.read(stateOfSetup(hostId))
    if (open === 0 && failed > 0) return 'failed'
    if (agentPackage !== null && !(await app.load(host, hostId)).state.agents.orbit) return 'agent'
    return open > 0 ? 'open' : 'ready'
  }

  /** The page is held until the agent is there and every setting of the host was answered for; what failed is told on it. */
  const setupDeeds = async ({ hostId, inSetupSince }: KnownWindowsDevice): Promise<readonly Deed[]> => {
    if (inSetupSince === null) return []
    const stage = await setupOf(hostId)
    if (stage === 'failed' || app.clock().getTime() - inSetupSince > setupMinutes * 60_000) return failureDeeds
    return [...holdDeeds(stage === 'agent'), ...(stage === 'agent' && agentPackage !== null ? installMsi(agentPackage) : [])]
  }

  /** Once all is there, the device may leave its setup: a command like any other, so that a lost answer is repaired. */
  const mayLeaveSetup = async ({ device, makeCause }: Place): Promise<void> => {
    const { hostId, deviceId, inSetupSince } = device
    if (inSetupSince === null) return
    const stage = await setupOf(hostId)
    if (stage === 'agent' || stage === 'failed') return
    const commandId = derivedId(`leave-setup/${deviceId}`)
    const release = {
      commandId,
      channel: deviceChannel,
      request: { kind: 'release-device' },
      reason: { code: 'enrolled' },
    } as const
    const { events } = await app.execute(
      host,
      hostId,
      stage === 'ready'
        ? { type: 'QueueCommands', data: { commands: [release] } }
        : // A certificate that is being enrolled tells only when it is asked.
          { type: 'AskForProfiles', data: { because: 'verification', now: app.clock().toISOString() } },
      makeCause(),
    )
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
    const first = await inline(place)
    const { xml, waits } = await waitingFor({ ...place, room: withLess(place.room, first) })
    // What is held back waits, too: the next session may be the one that it waits for.
    if (first.length === 0 && isPlain && !waits) nothingWaiting.remember(hostId, deviceChannel, asked)
    return [...first, ...xml]
  }
}

const farewell = (session: Session): readonly string[] => {
  if (session.inline !== null) return []
  session.inline = []
  return [numbered([unenroll])]
}

const withLess = (room: Place['room'], sent: readonly string[]): Place['room'] => ({
  ...room,
  now: room.now === null ? null : room.now - sent.reduce((sum, xml) => sum + Buffer.byteLength(xml), 0),
})

/** The first of them that fit into so many bytes together. */
const asManyAsFit = (deeds: readonly Deed[], room: number | null): readonly Deed[] => {
  const count = deeds.findIndex((_, index) => room !== null && Buffer.byteLength(numbered(deeds.slice(0, index + 1))) > room)
  return count === -1 ? deeds : deeds.slice(0, count)
}

const get = (locUri: string): Deed => ({ verb: 'Get', locUri })

const { push } = dmClient(providerId)

const numbered = (deeds: readonly Deed[]): string =>
  deliveryOfDeeds(deeds, { commandId: `${inlinePrefix}1`, idAt: (index) => `${inlinePrefix}${String(index + 1)}` }).xml
