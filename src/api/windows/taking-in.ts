import { createHash } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { host } from '../../domain/host/host.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { erased } from '../../kernel/projection.ts'
import { storable } from '../../kernel/text.ts'
import { waitingCommands } from '../../projections/waiting-commands.ts'
import { unenrolledTwins, windowsEnrollments } from '../../projections/windows-enrollments.ts'
import { isScep } from '../../protocols/windows/scep-profile.ts'
import { devDetail, devInfo, dmClient } from '../../protocols/windows/syncml/csp.ts'
import { normalLocUri } from '../../protocols/windows/syncml/loc-uris.ts'
import type { SyncItem, SyncMessage } from '../../protocols/windows/syncml/message.ts'
import { outcomeOfStatus } from '../../protocols/windows/syncml/status-codes.ts'
import { commandXml } from '../../protocols/windows/syncml/write-message.ts'
import type { CommandStatuses } from './answers.ts'
import { byCommand, judged } from './answers.ts'
import type { KnownWindowsDevice, KnownWindowsDevices } from './known-devices.ts'
import { isSerial, mergeBySerial } from './linking.ts'
import type { Observe } from './observing.ts'
import type { SaidInPackage } from './session-package.ts'
import type { Session } from './sessions.ts'
import { providerId, pushTopic } from './settings.ts'

/** Takes in what a device says in one message of its own. Taking it in twice changes nothing. */
export type TakeIn = (
  message: SyncMessage,
  device: KnownWindowsDevice,
  session: Session,
  how: Readonly<{ makeCause: () => Cause; aborted: boolean }>,
) => Promise<void>

type Ports = Pick<App, 'vault' | 'execute' | 'load' | 'read' | 'blobs' | 'applyNow' | 'logger'>

const applied = [erased(waitingCommands), erased(windowsEnrollments)]

/** What may go well another time is tried so often. */
const mostDeferrals = 10

export const takingIn = (app: Ports, devices: KnownWindowsDevices, observe: Observe): TakeIn => {
  /** What each device told last: an idle session tells the same again. */
  const told = leastRecentlyUsed<string>(100_000)

  const answered = async (
    statuses: CommandStatuses,
    said: SaidInPackage,
    { device, session, cause }: Readonly<{ device: KnownWindowsDevice; session: Session; cause: Cause }>,
  ): Promise<void> => {
    const { hostId, deviceId } = device
    const { commandId, whole, inside } = statuses
    if (whole === null) return
    const isOwn = (cmdRef: string): boolean => cmdRef === commandId || cmdRef.startsWith(`${commandId}.`)
    const results = said.results.filter(({ cmdRef }) => isOwn(cmdRef))
    const { state } = await app.load(host, hostId)
    const { request = null, deferrals = 0 } = state.commands.waiting.get(commandId) ?? {}
    const judgement = judged({ ...statuses, whole }, request, (cmdId) => session.parts.get(cmdId) ?? null)
    if (judgement.outcome === 'again') {
      session.replacing.add(commandId)
      session.carried.delete(commandId)
      return
    }
    const { errors } = judgement
    // It was done, but what it answered is lost: it is asked again.
    const isBroken = judgement.outcome === 'acknowledged' && [...said.broken].some(isOwn)
    const wanted = isBroken ? 'deferred' : judgement.outcome
    const outcome = wanted === 'deferred' && deferrals >= mostDeferrals ? 'failed' : wanted
    const bytes = Buffer.from(results.map(commandXml).join(''))
    const result =
      results.length === 0 || outcome === 'deferred'
        ? null
        : await app.blobs.keepSealed(hostId, `result/${commandId}`, bytes, cause)
    // What it accepted is still to come, and to enroll a certificate is only begun when the device says that it is done.
    const underWay = [whole, ...inside].some(
      ({ cmdRef, data }) => data === '202' || (cmdRef !== commandId && isScep(session.parts.get(cmdRef) ?? '')),
    )
    const code = outcome === 'acknowledged' && whole.data !== '200' && outcomeOfStatus(whole.data) === 'done' ? whole.data : null
    const data = { commandId, outcome, errors, result, underWay, ...(code !== null && { code }) }
    const report = { type: 'ReportCommand', data } as const
    const { events } = await app.execute(host, hostId, report, cause)
    if (events.length > 0) await app.applyNow(applied, events)
    if (request?.kind === 'release-device') devices.forget(deviceId)
    if (events.length === 0 || request?.kind !== 'list-profiles' || outcome !== 'acknowledged') return
    const items = results.flatMap((result) => result.items)
    await observe(hostId, { statuses: [whole, ...inside], items, locUriOf: (cmdId) => session.parts.get(cmdId) ?? null }, cause)
  }

  const describe = async (facts: HostFacts, { hostId, deviceId, serial }: KnownWindowsDevice, cause: Cause): Promise<void> => {
    const text = JSON.stringify(facts)
    if (Object.keys(facts).length === 0 || told.get(deviceId) === text) return
    await app.execute(host, hostId, { type: 'DescribeHost', data: { facts, source: 'windows' } }, cause)
    if (facts.serial !== undefined && facts.serial !== serial) {
      await link(hostId, facts.serial, cause)
      devices.forget(deviceId)
    }
    told.set(deviceId, text)
  }

  /** The address at which it can be pushed to, if it told one: a bearer token will go there, so that it must be Microsoft's. */
  const notePush = async (items: readonly SyncItem[], { hostId }: KnownWindowsDevice, makeCause: () => Cause): Promise<void> => {
    const told = items.find(({ source, target }) => normalLocUri(source ?? target ?? '') === channelNode)?.data?.trim() ?? ''
    if (told.length > 2048 || !URL.canParse(told) || !isPushAddress(new URL(told))) return
    const secret = Buffer.from(JSON.stringify({ token: Buffer.from(told).toString('hex'), magic: '' }))
    const tokenFingerprint = createHash('sha256').update(told).digest('hex')
    const data = { topic: pushTopic, tokenFingerprint, push: await app.vault.seal(hostId, `push/${deviceChannel}`, secret) }
    await app.execute(host, hostId, { type: 'NotePushAddress', data }, makeCause())
  }

  /** Another record of the same serial number, an agent's, is the same device; when exactly one has it and is not enrolled itself. */
  const link = async (hostId: string, serial: string, cause: Cause): Promise<void> => {
    const [twin, another] = await app.read(unenrolledTwins(hostId, serial))
    if (twin === undefined || another !== undefined) return
    await mergeBySerial(app, { hostId: twin.host_id, hardwareId: twin.hardware_id, into: hostId }, cause)
  }

  /** Its user sent this server away, or it does what it was asked to. */
  const unenrolled = async ({ hostId, deviceId }: KnownWindowsDevice, cause: Cause): Promise<void> => {
    const { state } = await app.load(host, hostId)
    if (state.enrollment.enrollmentId !== deviceId) return
    const asked = state.enrollment.unenrollment
    const { events } = await app.execute(
      host,
      hostId,
      asked === null
        ? { type: 'EndEnrollment', data: { because: 'checked-out' } }
        : { type: 'ReportCommand', data: { commandId: asked, outcome: 'acknowledged', errors: [], result: null } },
      cause,
    )
    if (events.length > 0) await app.applyNow(applied, events)
    devices.forget(deviceId)
  }

  return async (message, device, session, { makeCause, aborted }) => {
    const { commands } = message
    const alerts = commands.flatMap((command) => (command.name === 'Alert' ? [command] : []))
    for (const { data, items } of alerts) {
      if (data !== '1224') continue
      const user = items.find(({ type }) => type === loginStatus)?.data?.trim()
      if (user === 'user' || user === 'others' || user === 'none') session.signedIn = user
      const kind = items.find(({ type }) => type === syncType)?.data?.trim()
      if (kind === 'user' || kind === 'device' || kind === 'mixed') session.syncType = kind
    }
    if (alerts.some(({ data, items }) => data === '1226' && items.some(({ type }) => type === unenrollment)))
      await unenrolled(device, makeCause())
    if (device.ended) return

    const whole = session.package.take(message)
    const said = commands.flatMap((command) => (command.name === 'Replace' || command.name === 'Add' ? command.items : []))
    await describe(factsIn([...said, ...whole.flatMap(({ items }) => items)]), device, makeCause())
    await notePush(
      whole.flatMap(({ items }) => items),
      device,
      makeCause,
    )
    const all = session.package.said(message, aborted)
    if (all !== null)
      for (const statuses of byCommand(all.statuses)) await answered(statuses, all, { device, session, cause: makeCause() })
  }
}

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-mdm/83f89457-9f9d-442d-8bdb-e6a41cdb906b */
const syncType = 'com.microsoft.mdm.synctype'
const loginStatus = 'com.microsoft/MDM/LoginStatus'
const unenrollment = 'com.microsoft:mdm.unenrollment.userrequest'

const channelNode = normalLocUri(dmClient(providerId).push.channelUri)

const isPushAddress = ({ protocol, hostname }: URL): boolean => protocol === 'https:' && hostname.endsWith('.notify.windows.com')

const factNodes: Readonly<Record<string, keyof HostFacts>> = {
  [normalLocUri(devDetail.serial)]: 'serial',
  [normalLocUri(devDetail.deviceName)]: 'name',
  [normalLocUri(devDetail.osVersion)]: 'osVersion',
  [normalLocUri(devInfo.model)]: 'model',
}

/** The facts that nodes with their values tell. */
const factsIn = (items: readonly SyncItem[]): HostFacts =>
  Object.fromEntries(
    items.flatMap(({ source, target, data }) => {
      const fact = factNodes[normalLocUri(source ?? target ?? '')]
      const value = storable((data ?? '').trim(), 255)
      if (fact === undefined || value === '' || (fact === 'serial' && !isSerial(value))) return []
      return [[fact, value]]
    }),
  )
