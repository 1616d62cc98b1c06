import type { AppleEdge } from './settings.ts'
import type { Associations } from './association.ts'
import { channelOf, hostOf } from './check-in.ts'
import { enrollmentProfileIdentifier } from './enrollment-profile.ts'
import type { Addressed, ToApple } from './requests.ts'
import type { CommandOutcome } from '../../domain/commands/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import type { ListedProfile } from '../../domain/host-profiles/observing.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { erased } from '../../kernel/projection.ts'
import { Rejection } from '../../kernel/rejection.ts'
import { storable } from '../../kernel/text.ts'
import { asDesired, desiredOfHost } from '../../projections/rollout.ts'
import { nextCommand, waitingCommands } from '../../projections/waiting-commands.ts'
import type { Report, ReportStatus } from '../../protocols/apple/command-report.ts'
import { writeCommand } from '../../protocols/apple/commands.ts'
import { rawMessage } from '../../protocols/apple/raw-message.ts'
import type { PlistDict, PlistValue } from '../../protocols/plist/value.ts'
import { isDict } from '../../protocols/plist/value.ts'

/** What a host is told that an admin has sent away: it removes its enrollment profile by itself. */
export const unrecognized = 'unrecognized'

/** Answers a report with the next command as a plist, null for an empty 200, or `unrecognized`. `body` is the report as it came. */
export type CommandChannel = (
  report: Report,
  body: Uint8Array,
  fingerprint: string,
  makeCause: () => Cause,
) => Promise<Uint8Array | string | null>

const applied = [erased(waitingCommands)]

/**
 * A command that was deferred is not offered again within the session, or a Mac in Power Nap would loop for ever. Sessions have no name in the
 * protocol: one begins with Idle, on the node that hears it, and none is thought to last longer than this time.
 */
const sessionMs = 10 * 60_000

/** How many sessions are remembered by their beginning; one that is not counts from `sessionMs` ago. */
const sessionsInMemory = 100_000

/** Deferred at any time: `Idle` begins a new session, in which everything may be offered again. */
const endOfTime = '9999-12-31T00:00:00Z'

/** What was handed out this long ago and not answered lets others pass, ms. */
const stuckMs = 60 * 60_000

/** How many commands that were cancelled a moment ago may stand before the next real one. */
const maxStale = 50

/**
 * The command channel: takes in a report, then offers the next command.
 * https://developer.apple.com/documentation/devicemanagement/sending-mdm-commands-to-a-device
 */
export const commandChannel = (edge: AppleEdge, { mustBeBound }: Associations, toApple: ToApple): CommandChannel => {
  const { app, nothingWaiting } = edge
  const sessions = leastRecentlyUsed<string>(sessionsInMemory)

  const takeIn = async (report: Report, body: Uint8Array, cause: Cause): Promise<void> => {
    const outcome = outcomes[report.Status]
    const commandId = report.CommandUUID
    if (outcome === null || commandId === null) return
    const hostId = hostOf(report.ids)
    const saysMore = Object.keys(report.response).length > 0
    const result = saysMore ? await app.blobs.keepSealed(hostId, `result/${commandId}`, body, cause) : null
    const errors = report.ErrorChain.map(({ ErrorCode, ErrorDomain, USEnglishDescription, LocalizedDescription }) => ({
      code: ErrorCode,
      domain: ErrorDomain,
      description: USEnglishDescription || LocalizedDescription,
    }))
    const { events } = await app.execute(
      host,
      hostId,
      { type: 'ReportCommand', data: { commandId, outcome, errors, result } },
      cause,
    )
    const facts = factsIn(report)
    if (facts !== null)
      await app.execute(host, hostId, { type: 'DescribeHost', data: { facts, source: 'device-information' } }, cause)
    if (events.length > 0) await app.applyNow(applied, events)
    const profiles = profilesIn(report)
    if (profiles !== null) await observe(report, profiles, cause)
  }

  /** A list of the profiles that the host was asked for: what is there counts as seen, what is missing is sent again. */
  const observe = async (report: Report, profiles: readonly ListedProfile[], cause: Cause): Promise<void> => {
    const hostId = hostOf(report.ids)
    const desired = (await app.read(desiredOfHost(hostId))).map(asDesired)
    const { state } = await app.load(host, hostId)
    const { terms } = state.enrollment
    const expected = [enrollmentProfileIdentifier, ...(terms === null ? [] : [terms.identifier])]
    const scope = channelOf(report.ids) === deviceChannel ? 'System' : 'User'
    const data = { source: 'profile-list', scope, profiles, desired, previousReportAt: null, expected } as const
    await app.execute(host, hostId, { type: 'ObserveProfiles', data }, cause)
  }

  const offer = async (report: Report, makeCause: () => Cause): Promise<Uint8Array | string | null> => {
    const hostId = hostOf(report.ids)
    const channel = channelOf(report.ids)
    const session = `${hostId}/${channel}`
    const begins = report.Status === 'Idle'
    const notDeferredSince = begins ? endOfTime : beganAt(session)
    const stale: string[] = []
    const stuckBefore = new Date(app.clock().getTime() - stuckMs).toISOString()
    while (stale.length <= maxStale) {
      const asked = nothingWaiting.asking(hostId)
      const [next] = await app.read(nextCommand(hostId, channel, { notDeferredSince, stuckBefore, except: stale }))
      if (next?.awaits_unlock === true && begins) await noteSeen(hostId, makeCause())
      if (next?.sent_away === true && begins) return unrecognized
      if (next === undefined || next.command_id === null || next.request === null) {
        if (begins && stale.length === 0) nothingWaiting.remember(hostId, channel, asked)
        return null
      }
      if (begins) sessions.set(session, app.clock().toISOString())
      const { command_id: commandId, request } = next
      if (await send(hostId, commandId, makeCause())) {
        const written = await writtenFor({ hostId, commandId, request }, makeCause)
        if (written !== null) return written
      }
      stale.push(commandId)
    }
    return null
  }

  /** Null: it cannot be written for this host, and has failed for that reason; the ones behind it go on. */
  const writtenFor = async (addressed: Addressed, makeCause: () => Cause): Promise<Uint8Array | string | null> => {
    const { hostId, commandId, request } = addressed
    try {
      return request.kind === 'raw'
        ? rawMessage(await app.blobs.fetchSealed(hostId, `command/${commandId}`, request.payload), commandId)
        : writeCommand(commandId, await toApple(addressed))
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      const errors = [{ code: 406, domain: 'Muster', description: `The command could not be written: ${error.message}` }]
      const data = { commandId, outcome: 'failed', errors, result: null } as const
      const { events } = await app.execute(host, hostId, { type: 'ReportCommand', data }, makeCause())
      if (events.length > 0) await app.applyNow(applied, events)
      return null
    }
  }

  /** A Mac that calls after people were shown its PIN was unlocked with it. */
  const noteSeen = async (hostId: string, cause: Cause): Promise<void> => {
    await app.execute(host, hostId, { type: 'NoteHostSeen', data: {} }, cause)
  }

  const beganAt = (session: string): string => {
    const longAgo = new Date(app.clock().getTime() - sessionMs).toISOString()
    const known = sessions.get(session)
    return known !== undefined && known > longAgo ? known : longAgo
  }

  /**
   * Records that the command goes out now, if it did not before. False: it waits no longer, and the read model has yet to hear of it. The host's own
   * stream decides, always: after a crash of the database the read model is behind, and what it calls sent may have been answered.
   */
  const send = async (hostId: string, commandId: string, cause: Cause): Promise<boolean> => {
    try {
      const { events } = await app.execute(host, hostId, { type: 'SendCommand', data: { commandId } }, cause)
      if (events.length > 0) await app.applyNow(applied, events)
      return true
    } catch (error) {
      if (error instanceof Rejection && error.code === 'command-not-waiting') return false
      throw error
    }
  }

  return async (report, body, fingerprint, makeCause) => {
    const checked = mustBeBound(fingerprint, report.ids)
    if (checked !== undefined) await checked
    const hostId = hostOf(report.ids)
    app.telemetry.seen(hostId, channelOf(report.ids))
    if (report.Status === 'Idle' && nothingWaiting.isKnown(hostId, channelOf(report.ids))) return null
    await takeIn(report, body, makeCause())
    return offer(report, makeCause)
  }
}

const outcomes: Record<ReportStatus, CommandOutcome | 'deferred' | null> = {
  Idle: null,
  Acknowledged: 'acknowledged',
  Error: 'failed',
  CommandFormatError: 'malformed',
  NotNow: 'deferred',
}

const factNames = {
  serial: 'SerialNumber',
  name: 'DeviceName',
  model: 'Model',
  productName: 'ProductName',
  osVersion: 'OSVersion',
  buildVersion: 'BuildVersion',
} as const satisfies Partial<Record<keyof HostFacts, string>>

/** The profiles in an answer to ProfileList; null in any other. */
const profilesIn = ({ Status, response }: Report): readonly ListedProfile[] | null => {
  const list = response['ProfileList']
  if (Status !== 'Acknowledged' || !Array.isArray(list)) return null
  return (list as readonly unknown[]).slice(0, mostProfiles).flatMap((profile) => {
    if (!isDict(profile as PlistValue)) return []
    const { PayloadIdentifier: identifier, PayloadDisplayName: name } = profile as PlistDict
    if (typeof identifier !== 'string' || identifier === '') return []
    return [
      { identifier: storable(identifier, 255), name: typeof name === 'string' ? storable(name, 255) : null, installedAt: null },
    ]
  })
}

/** No device has more. */
const mostProfiles = 1000

/** The facts in an answer to DeviceInformation; null in any other. */
const factsIn = ({ Status, response }: Report): HostFacts | null => {
  const answers = response['QueryResponses']
  if (Status !== 'Acknowledged' || !isDict(answers)) return null
  const told = Object.entries(factNames).flatMap(([fact, key]) => {
    const value = answers[key]
    return typeof value === 'string' && value !== '' ? [[fact, value.slice(0, 255)]] : []
  })
  const supervised = answers['IsSupervised']
  const all = typeof supervised === 'boolean' ? [...told, ['supervised', supervised ? 'yes' : 'no']] : told
  return all.length === 0 ? null : (Object.fromEntries(all) as HostFacts)
}
