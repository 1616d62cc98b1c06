import type { AgentEvent } from '../domain/agents/events.ts'
import type { EnrollmentEvent, HostFacts } from '../domain/enrollment/events.ts'
import { endedByAdmin } from '../domain/enrollment/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { MergingEvent } from '../domain/merging/events.ts'
import type { MembershipEvent } from '../domain/teams/events.ts'
import { noTeam } from '../domain/teams/events.ts'
import { deviceChannel } from '../domain/platforms.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type HostRow = Readonly<{
  host_id: string
  hardware_id: string
  serial: string | null
  name: string | null
  model: string | null
  product_name: string | null
  os_version: string | null
  build_version: string | null
  /** `yes`, `no`; null: not told. */
  supervised: string | null
  platform: string
  team_id: string
  stage: 'known' | 'started' | 'enrolled' | 'ended'
  enrollment_id: string | null
  enrolled_at: string | null
  /** Why the last enrollment ended; null while it lasts. */
  ended_because: string | null
  /** An admin ended it: no agent is to enroll the host again. */
  sent_away: boolean
  ended_at: string | null
  /** When it was forgotten, unless its device came again since: nothing tells whose it was. */
  forgotten_at: string | null
  /** The host that lives on in this one's place. */
  merged_into: string | null
  discovered_at: string
  updated_at: string
}>

/** What a host is called in lists, to order by. `of` is the table's alias with its dot. */
export const shownName = (of = ''): string => `lower(coalesce(${of}name, ${of}serial, ${of}hardware_id))`

/** All that a search looks through, in one text. */
export const searchedText = (of = ''): string =>
  `(lower(coalesce(${of}name, '')) || chr(10) || lower(coalesce(${of}serial, '')) || chr(10) || lower(${of}hardware_id))`

/** Every host that was ever discovered, as it stands now. */
export const hosts: Projection<EnrollmentEvent | MembershipEvent | MergingEvent | ForgettingEvent | AgentEvent, HostRow> = {
  name: 'hosts',
  version: 7,
  schema: `
    host_id text not null,
    hardware_id text not null,
    serial text,
    name text,
    model text,
    product_name text,
    os_version text,
    build_version text,
    supervised text,
    platform text not null,
    team_id text not null default '0',
    stage text not null default 'known',
    enrollment_id text,
    enrolled_at timestamptz,
    ended_because text,
    sent_away boolean not null default false,
    ended_at timestamptz,
    forgotten_at timestamptz,
    merged_into text,
    discovered_at timestamptz not null,
    updated_at timestamptz not null`,
  key: ['host_id'],
  indexes: [
    '(team_id, host_id)',
    '(serial)',
    '(hardware_id)',
    "(ended_at) where stage = 'ended' and forgotten_at is null",
    // Of the hosts that lists show: in order of id and of name, and to be counted.
    '((host_id::bigint)) include (host_id) where merged_into is null',
    `(${shownName()}, host_id) where merged_into is null`,
    '(platform, team_id) where merged_into is null',
    '(discovered_at) where merged_into is null',
    '(host_id) where merged_into is not null',
  ],
  searched: [searchedText()],

  on: {
    HostDiscovered: ({ id, at, data }) => ({
      where: { host_id: id },
      set: {
        hardware_id: data.hardwareId,
        platform: data.platform,
        team_id: noTeam,
        stage: 'known',
        discovered_at: at,
        updated_at: at,
        ...columnsOf(data.facts),
      },
    }),
    HostDescribed: ({ id, at, data }) => ({ where: { host_id: id }, change: { updated_at: at, ...columnsOf(data.facts) } }),
    EnrollmentStarted: ({ id, at, data }) => ({
      where: { host_id: id },
      change: {
        ...{ stage: 'started', enrollment_id: data.enrollmentId, enrolled_at: null, updated_at: at },
        ...{ ended_because: null, sent_away: false, ended_at: null, forgotten_at: null },
      },
    }),
    ChannelOpened: ({ id, at, data }) =>
      data.channel === deviceChannel
        ? { where: { host_id: id }, change: { stage: 'enrolled', enrolled_at: at, updated_at: at } }
        : [],
    WindowsDeviceEnrolled: ({ id, at }) => ({
      where: { host_id: id },
      change: { stage: 'enrolled', enrolled_at: at, updated_at: at },
    }),
    EnrollmentEnded: ({ id, at, data }) => ({
      where: { host_id: id },
      change: {
        ...{ stage: 'ended', ended_because: data.because, ended_at: at, updated_at: at },
        sent_away: endedByAdmin(data),
      },
    }),
    HostReadmitted: ({ id, at }) => ({ where: { host_id: id }, change: { sent_away: false, updated_at: at } }),
    // The hardware id stays: by it a device is known when it comes again.
    HostForgotten: ({ id, at }) => ({
      where: { host_id: id },
      change: { name: null, serial: null, forgotten_at: at, updated_at: at },
    }),
    AgentEnrolled: ({ id, at }) => ({ where: { host_id: id }, change: { forgotten_at: null, updated_at: at } }),
    HostMergedAway: ({ id, at, data }) => ({ where: { host_id: id }, change: { merged_into: data.into, updated_at: at } }),
    HostCameBack: ({ id, at }) => ({ where: { host_id: id }, change: { merged_into: null, updated_at: at } }),
    HostTransferred: ({ id, at, data }) => ({ where: { host_id: id }, change: { team_id: data.teamId, updated_at: at } }),
  },
}

const columns = {
  serial: 'serial',
  name: 'name',
  model: 'model',
  productName: 'product_name',
  osVersion: 'os_version',
  buildVersion: 'build_version',
  supervised: 'supervised',
} as const satisfies Record<keyof HostFacts, keyof HostRow>

/** Only the facts that were told. */
const columnsOf = (facts: HostFacts): Partial<HostRow> =>
  Object.fromEntries(Object.entries(facts).map(([fact, value]) => [columns[fact as keyof HostFacts], value]))

/** The ids of a team's hosts after `after`, in order, enrolled or not. */
export const hostIdsOfTeam = (teamId: string, after: string, limit: number) =>
  query<Pick<HostRow, 'host_id'>>`
    select host_id from hosts where team_id = ${teamId} and host_id > ${after} order by host_id limit ${limit}`
