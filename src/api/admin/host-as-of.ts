import type { App } from '../../app/app.ts'
import { replay } from '../../app/replay.ts'
import type { Custody } from '../../domain/custody/state.ts'
import type { HostEvent } from '../../domain/host/events.ts'
import type { Host } from '../../domain/host/host.ts'
import { host } from '../../domain/host/host.ts'
import { noTeam } from '../../domain/teams/events.ts'
import { team } from '../../domain/teams/team.ts'
import type { Recorded } from '../../kernel/event.ts'
import { profileById } from '../../projections/profiles.ts'
import { refuse } from '../errors.ts'
import { forgottenRevision } from './forgotten.ts'
import type { ShownHost, ShownProfile } from './host-presentation.ts'

/** A moment in the life of a host: a time, or a place in the log. */
export type Moment = Readonly<{ text: string; belongs: (event: Recorded) => boolean }>

/** A host as it was, and what that rests on. */
export type HostAsOf = Readonly<{
  host: ShownHost
  profiles: readonly ShownProfile[]
  custody: Custody
  asOf: Readonly<{ asked: string; events: number; position: string; revision: number; at: string }>
}>

/** Reads `at`: ISO 8601 with a zone (or a date, meaning its first moment in UTC), or a position as the history shows it. Else 400. */
export const momentOf = (at: string): Moment => {
  // In a query, the plus of a zone arrives as a space.
  const text = at.replace(/ (?=\d{2}:?\d{2}$)/, '+')
  if (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/.test(text)) {
    const until = Date.parse(text)
    if (!Number.isNaN(until)) return { text, belongs: (event) => Date.parse(event.at) <= until }
  } else if (/^\d{16,64}(\/\d{16,64})?$/.test(text)) {
    return { text, belongs: ({ position }) => comparable(position, text) <= text }
  }
  return refuse(400, 'at', 'This is neither a time in ISO 8601 (such as 2026-03-01T12:00:00Z) nor a position in the log.')
}

/** Positions of one log have one length; another length is a position of another log. */
const comparable = (position: string, text: string): string =>
  position.length === text.length ? position : refuse(400, 'at', 'This is no position in this event log.')

/** Replays a host's stream up to the moment. 404 when there is no such host, or it was not known yet. */
export const hostAsOf = async (app: Pick<App, 'log' | 'read' | 'load'>, hostId: string, moment: Moment): Promise<HostAsOf> => {
  const { state, events, next } = await replay(app.log, host, { id: hostId, belongs: moment.belongs })
  const [first] = events
  const last = events.at(-1)
  if (first === undefined || last === undefined) {
    if (next === null) return refuse(404, 'id', `The host ${hostId} does not exist.`)
    return refuse(404, 'at', `The host ${hostId} became known at ${next.at} (position ${next.position}), after ${moment.text}.`)
  }
  const { teamId } = state.membership
  const known = shown(state, { first, last })
  // Of a host that was forgotten later, its past no longer tells whose it was.
  const isForgotten = last.revision < (await forgottenRevision(app, hostId))
  return {
    host: {
      ...known,
      ...(isForgotten && { name: null, serial: null }),
      host_id: hostId,
      team_name: await teamNameAt(app, teamId, moment),
    },
    profiles: await profilesAt(app, state, events),
    custody: state.custody,
    asOf: { asked: moment.text, events: events.length, position: last.position, revision: last.revision, at: last.at },
  }
}

const shown = (
  { enrollment, membership }: Host,
  { first, last }: Readonly<{ first: Recorded; last: Recorded }>,
): Omit<ShownHost, 'host_id' | 'team_name'> => ({
  hardware_id: enrollment.hardwareId ?? '',
  serial: enrollment.facts.serial ?? null,
  name: enrollment.facts.name ?? null,
  model: enrollment.facts.model ?? null,
  os_version: enrollment.facts.osVersion ?? null,
  build_version: enrollment.facts.buildVersion ?? null,
  platform: enrollment.platform,
  team_id: membership.teamId,
  stage: enrollment.stage === 'never' ? 'known' : enrollment.stage,
  enrolled_at: enrollment.enrolledAt,
  discovered_at: first.at,
  updated_at: last.at,
  // Last-seen times are telemetry, and telemetry has no past.
  seen_at: null,
})

const teamNameAt = async ({ log }: Pick<App, 'log'>, teamId: string, { belongs }: Moment): Promise<string | null> =>
  teamId === noTeam ? null : (await replay(log, team, { id: teamId, belongs })).state.name || null

const profilesAt = (
  { read }: Pick<App, 'read'>,
  { hostProfiles }: Host,
  events: readonly Recorded<HostEvent>[],
): Promise<readonly ShownProfile[]> => {
  const details = detailsIn(events)
  return Promise.all(
    Object.entries(hostProfiles).map(async ([profileId, { identifier, scope, operation, status }]) => ({
      profile_id: profileId,
      identifier,
      scope,
      operation,
      status,
      detail: status === 'failed' || status === 'waiting' ? (details.get(profileId) ?? null) : null,
      name: (await read(profileById(profileId)))[0]?.name ?? null,
    })),
  )
}

/** The last thing said of each profile that went wrong. */
const detailsIn = (events: readonly Recorded<HostEvent>[]): ReadonlyMap<string, string> =>
  new Map(
    events.flatMap((event) =>
      event.type === 'ProfileInstallFailed' || event.type === 'ProfileRemovalFailed' || event.type === 'ProfileRefused'
        ? [[event.data.profileId, event.data.detail] as const]
        : [],
    ),
  )
