import type { Assigned } from '../declarations/state.ts'
import type { HostProfile } from '../host-profiles/state.ts'
import { requestText } from '../commands/words.ts'
import { noTeam } from '../teams/events.ts'
import type { Host } from './host.ts'

export type Fact = string | number | boolean | null

/** Facts by their path, its parts joined by a slash; the second part of `profiles`, `labels` and `commands` is an id. */
export type Facts = ReadonlyMap<string, Fact>

type Section = Readonly<{
  /** The part of the state that the facts are read from: while it is the same, they are. */
  part: (host: Host) => object
  tell: (host: Host) => readonly (readonly [string, Fact | undefined])[]
}>

/** Everything that is compared of a host, section by section. No secret is among it, and no telemetry. */
export const sections: readonly Section[] = [
  {
    part: ({ enrollment }) => enrollment,
    tell: ({ enrollment }) => [
      ...Object.entries(enrollment.facts).map(([name, value]) => [`facts/${snakeCase(name)}`, value] as const),
      ['facts/platform', enrollment.hardwareId === null ? null : enrollment.platform],
      ['enrollment/status', enrollment.stage],
      ['enrollment/epoch', enrollment.epoch],
      ['enrollment/kind', enrollment.kind],
      ['enrollment/enrolled_at', enrollment.enrolledAt],
      ['enrollment/certificate', enrollment.certificate],
      ['enrollment/certificate_ends', enrollment.notAfter],
      ['enrollment/awaiting_configuration', enrollment.awaitingConfiguration],
      ['enrollment/leaving', enrollment.unenrollment !== null],
      ['enrollment/ended_because', enrollment.endedBecause],
      ...Object.keys(enrollment.channels).map((channel) => [`channels/${channel}`, 'open'] as const),
    ],
  },
  {
    part: ({ membership }) => membership,
    tell: ({ membership: { teamId } }) => [['team_id', teamId === noTeam ? null : Number(teamId)]],
  },
  {
    part: ({ agents }) => agents,
    tell: ({ agents: { mdm, encrypted } }) => [
      ['agents/disk_encryption', encrypted],
      ['agents/managed', mdm?.enrolled],
      ['agents/managed_by', mdm?.serverUrl],
    ],
  },
  {
    part: ({ custody }) => custody,
    tell: ({ custody }) => [
      ['custody/status', custody.status],
      ['custody/pending', custody.pending?.action ?? null],
    ],
  },
  {
    part: ({ merging }) => merging,
    tell: ({ merging }) => [
      ['merged_into', merging.into],
      ...Object.keys(merging.absorbed).map((hostId) => [`merged/${hostId}`, true] as const),
    ],
  },
  {
    part: ({ labels }) => labels,
    tell: ({ labels: { members, known } }) => [
      ...[...known].map((labelId) => [`labels/${labelId}`, false] as const),
      ...[...members].map((labelId) => [`labels/${labelId}`, true] as const),
    ],
  },
  {
    part: ({ hostProfiles }) => hostProfiles,
    tell: ({ hostProfiles }) => Object.entries(hostProfiles).flatMap(([profileId, has]) => ofSetting(profileId, has)),
  },
  {
    part: ({ declarations }) => declarations.assigned,
    tell: ({ declarations }) => Object.entries(declarations.assigned).flatMap(([profileId, has]) => ofSetting(profileId, has)),
  },
  {
    part: ({ commands }) => commands.waiting,
    tell: ({ commands }) =>
      [...commands.waiting].flatMap(([commandId, { request, sends, deferrals }]) => [
        [`commands/${commandId}/request`, requestText(request)],
        [`commands/${commandId}/status`, sends > 0 ? 'sent' : deferrals > 0 ? 'deferred' : 'queued'],
      ]),
  },
]

const ofSetting = (profileId: string, has: HostProfile | Assigned): readonly (readonly [string, Fact])[] => [
  [`profiles/${profileId}/identifier`, has.identifier],
  [`profiles/${profileId}/operation`, has.operation],
  [`profiles/${profileId}/status`, has.status === 'waiting' ? 'pending' : has.status],
  [`profiles/${profileId}/checksum`, has.checksum],
]

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
