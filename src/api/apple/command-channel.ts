import type { AppleEdge } from './settings.ts'
import type { Associations } from './association.ts'
import { channelOf, hostOf } from './check-in.ts'
import { enrollmentProfileIdentifier } from './enrollment-profile.ts'
import type { Addressed, ToApple } from './requests.ts'
import type { CommandOutcome } from '../../domain/commands/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { Passing } from '../../domain/commands/next.ts'
import { nextOn } from '../../domain/commands/next.ts'
import { wasSentAway } from '../../domain/enrollment/state.ts'
import type { HostCommand } from '../../domain/host/host.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import type { ListedProfile } from '../../domain/host-profiles/observing.ts'
import { deviceChannel } from '../../domain/platforms.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'
import { asDesired, desiredOfHost } from '../../projections/rollout.ts'
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

/** How many commands that cannot be written for a host may stand before the next real one. */
const mostUnwritten = 50

type ReportCommand = Extract<HostCommand, { type: 'ReportCommand' }>

/**
 * The command channel: takes in a report, then offers the next command.
 * https://developer.apple.com/documentation/devicemanagement/sending-mdm-commands-to-a-device
 */
export const commandChannel = (
  { app, nothingWaiting }: Pick<AppleEdge, 'app' | 'nothingWaiting'>,
  { mustBeBound }: Pick<Associations, 'mustBeBound'>,
  toApple: ToApple,
): CommandChannel => {
  const sessions = leastRecentlyUsed<string>(sessionsInMemory)

  /** What a report means to its host, in the order in which it is to be decided. */
  const meaningOf = async (report: Report, body: Uint8Array, cause: Cause): Promise<readonly HostCommand[]> => {
    const outcome = outcomes[report.Status]
    const commandId = report.CommandUUID
    // A Mac that calls after people were shown its PIN was unlocked with it.
    if (report.Status === 'Idle') return [{ type: 'NoteHostSeen', data: {} }]
    if (outcome === null || commandId === null) return []
    const hostId = hostOf(report.ids)
    const saysMore = Object.keys(report.response).length > 0
    const result = saysMore ? await app.blobs.keepSealed(hostId, `result/${commandId}`, body, cause) : null
    const errors = report.ErrorChain.map(({ ErrorCode, ErrorDomain, USEnglishDescription, LocalizedDescription }) => ({
      code: ErrorCode,
      domain: ErrorDomain,
      description: USEnglishDescription || LocalizedDescription,
    }))
    const facts = factsIn(report)
    const profiles = profilesIn(report)
    return [
      { type: 'ReportCommand', data: { commandId, outcome, errors, result } },
      ...(facts === null ? [] : [{ type: 'DescribeHost', data: { facts, source: 'device-information' } } as const]),
      ...(profiles === null ? [] : [await observation(report, profiles)]),
    ]
  }

  /** A list of the profiles that the host was asked for: what is there counts as seen, what is missing is sent again. */
  const observation = async (report: Report, profiles: readonly ListedProfile[]): Promise<HostCommand> => {
    const hostId = hostOf(report.ids)
    const [desired, { state }] = await Promise.all([app.read(desiredOfHost(hostId)), app.load(host, hostId)])
    const { terms } = state.enrollment
    const expected = [enrollmentProfileIdentifier, ...(terms === null ? [] : [terms.identifier])]
    const scope = channelOf(report.ids) === deviceChannel ? 'System' : 'User'
    const seen = { source: 'profile-list', scope, profiles, desired: desired.map(asDesired), previousReportAt: null } as const
    return { type: 'ObserveProfiles', data: { ...seen, expected } }
  }

  /** As it goes over the wire; or, when it cannot be written for this host, that it has failed for that reason: the ones behind it go on. */
  const written = async (addressed: Addressed): Promise<Uint8Array | string | ReportCommand> => {
    const { hostId, commandId, request } = addressed
    try {
      return request.kind === 'raw'
        ? rawMessage(await app.blobs.fetchSealed(hostId, `command/${commandId}`, request.payload), commandId)
        : writeCommand(commandId, await toApple(addressed))
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      const errors = [{ code: 406, domain: 'Muster', description: `The command could not be written: ${error.message}` }]
      return { type: 'ReportCommand', data: { commandId, outcome: 'failed', errors, result: null } }
    }
  }

  const passingNow = (session: string, begins: boolean): Passing => {
    const now = app.clock().getTime()
    const stuckBefore = new Date(now - stuckMs).toISOString()
    return { stuckBefore, notDeferredSince: begins ? endOfTime : beganAt(session, new Date(now - sessionMs).toISOString()) }
  }

  const beganAt = (session: string, longAgo: string): string => {
    const known = sessions.get(session)
    return known !== undefined && known > longAgo ? known : longAgo
  }

  /**
   * Takes in a report and chooses the next command, as one decision of the host: what it answered and what it is handed out stand in the log together.
   * The host's own stream decides, always: read models may be behind.
   */
  const exchange = async (report: Report, body: Uint8Array, makeCause: () => Cause): Promise<Uint8Array | string | null> => {
    const hostId = hostOf(report.ids)
    const channel = channelOf(report.ids)
    const session = `${hostId}/${channel}`
    const begins = report.Status === 'Idle'
    const passing = passingNow(session, begins)
    const cause = makeCause()
    let said = await meaningOf(report, body, cause)
    for (let unwritten = 0; unwritten <= mostUnwritten; unwritten++) {
      const asked = nothingWaiting.asking(hostId)
      const handOut = { type: 'HandOutNext', data: { channel, passing } } as const
      const { state } = await app.execute(host, hostId, [...said, handOut], unwritten === 0 ? cause : makeCause())
      if (begins && wasSentAway(state.enrollment)) return unrecognized
      const next = nextOn(state.commands, channel, passing)
      if (next === null) {
        if (begins && unwritten === 0) nothingWaiting.remember(hostId, channel, asked)
        return null
      }
      if (begins) sessions.set(session, app.clock().toISOString())
      const command = await written({ hostId, commandId: next.commandId, request: next.waiting.request })
      if (typeof command === 'string' || command instanceof Uint8Array) return command
      said = [command]
    }
    return null
  }

  return async (report, body, fingerprint, makeCause) => {
    const checked = mustBeBound(fingerprint, report.ids)
    if (checked !== undefined) await checked
    const hostId = hostOf(report.ids)
    app.telemetry.seen(hostId, channelOf(report.ids))
    if (report.Status === 'Idle' && nothingWaiting.isKnown(hostId, channelOf(report.ids))) return null
    return exchange(report, body, makeCause)
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
