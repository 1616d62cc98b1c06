import type { Slice } from '../../kernel/slice.ts'
import { description, isSameHardware } from '../enrollment/beginning.ts'
import type { EnrollmentEvent, HostFacts } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { ForgettingEvent } from '../forgetting/events.ts'
import type { Forgetting } from '../forgetting/state.ts'
import { mustHaveLostItsKey } from '../forgetting/state.ts'
import type { Platform } from '../platforms.ts'
import { reject } from '../rejections.ts'
import type { Merging } from '../merging/merging.ts'
import type { MembershipEvent } from '../teams/events.ts'
import type { Membership } from '../teams/membership.ts'
import type { AgentEvent, AgentKind, MdmOpinion } from './events.ts'

export type AgentCommand =
  /** What an agent saw; absent: it was not asked, or could not tell. */
  | { type: 'ReportState'; data: { mdm?: MdmOpinion; encrypted?: boolean } }
  | { type: 'NoteCarve'; data: { carve: string; requestId: string; size: number } }
  | { type: 'NoteCarveView'; data: { carve: string } }
  | EnrollAgent

export type EnrollAgent = {
  type: 'EnrollAgent'
  data: {
    agent: AgentKind
    keyHash: string
    instanceId: string | null
    version: string | null
    hardwareId: string
    platform: Platform
    facts: HostFacts
    /** The team that its enroll secret names. */
    teamId: string
  }
}

type Enrolling = Readonly<{ at: string; instanceId: string }>

/** The last enrollments of each agent with other instances, to tell clones; `conflictAt` is when a conflict was last told. */
export type Agents = Readonly<{
  latest: Readonly<Partial<Record<AgentKind, readonly Enrolling[]>>>
  conflictAt: string | null
  mdm: MdmOpinion | null
  encrypted: boolean | null
  /** Whether there is an agent that runs scripts. */
  orbit: boolean
}>

type Sees = Readonly<{ enrollment: Enrollment; membership: Membership; agents: Agents; merging: Merging; forgetting: Forgetting }>

type Remembers = AgentEvent | Extract<ForgettingEvent, { type: 'HostForgotten' }>

const nothingKnown: Agents = { latest: {}, conflictAt: null, mdm: null, encrypted: null, orbit: false }

/** More enrollments than these within an hour, by changing instances, are no accident. */
const mostPerHour = 3

/** The agents on a host: osquery and orbit enroll by themselves, in any order, and end at one host. */
export const agents: Slice<AgentCommand, AgentEvent | EnrollmentEvent | MembershipEvent, Agents, Sees, Remembers> = {
  initial: nothingKnown,

  decide: {
    EnrollAgent: ({ data }, { enrollment, membership, merging, forgetting, agents: now }) => {
      mustHaveLostItsKey(forgetting)
      const { agent, keyHash, instanceId, version, hardwareId, platform, facts, teamId } = data
      const isNew = enrollment.hardwareId === null
      if (merging.into !== null) reject('identity-conflict', `The host was merged into host ${merging.into}.`, 'hardware_uuid')
      if (!isNew && ![enrollment.hardwareId, ...Object.values(merging.absorbed)].some((one) => isSameHardware(one, hardwareId)))
        reject('identity-conflict', 'Another device has the number of this host.', 'hardware_uuid')
      return [
        ...(isNew
          ? [{ type: 'HostDiscovered', data: { source: 'agent', hardwareId, platform, facts } } as const]
          : description(enrollment, facts, 'agent')),
        ...(isNew && teamId !== membership.teamId
          ? [{ type: 'HostTransferred', data: { teamId, from: membership.teamId, because: 'enrolled' } } as const]
          : []),
        { type: 'AgentEnrolled', data: { agent, keyHash, instanceId, version } },
        ...conflict(agent, instanceId, now),
      ]
    },

    NoteCarve: ({ data }) => [{ type: 'CarveStarted', data }],
    NoteCarveView: ({ data }) => [{ type: 'CarveViewed', data }],

    ReportState: ({ data: { mdm, encrypted } }, { agents: now }) => [
      ...(mdm === undefined || isSameOpinion(mdm, now.mdm) ? [] : [{ type: 'MdmReported', data: mdm } as const]),
      ...(encrypted === undefined || encrypted === now.encrypted
        ? []
        : [{ type: 'DiskEncryptionReported', data: { encrypted } } as const]),
    ],
  },

  evolve: {
    AgentEnrolled: (before, { at, data: { agent, instanceId } }) => {
      const state = { ...before, orbit: before.orbit || agent === 'orbit' }
      if (instanceId === null) return state
      const earlier = state.latest[agent] ?? []
      return { ...state, latest: { ...state.latest, [agent]: [...earlier, { at, instanceId }].slice(-mostPerHour) } }
    },
    IdentityConflictDetected: (state, { at }) => ({ ...state, latest: {}, conflictAt: at }),
    HostForgotten: () => nothingKnown,
    CarveStarted: (state) => state,
    CarveViewed: (state) => state,
    MdmReported: (state, { data }) => ({ ...state, mdm: data }),
    DiskEncryptionReported: (state, { data }) => ({ ...state, encrypted: data.encrypted }),
  },
}

const isSameOpinion = (one: MdmOpinion, other: MdmOpinion | null): boolean =>
  one.enrolled === other?.enrolled &&
  one.serverUrl === other.serverUrl &&
  one.installedFromDep === other.installedFromDep &&
  one.isServer === other.isServer

/** Judged by those before: the last ones all came within an hour, and from other instances than this. */
const conflict = (agent: AgentKind, instanceId: string | null, { latest }: Agents): readonly AgentEvent[] => {
  const before = latest[agent] ?? []
  const first = before[0]
  const last = before.at(-1)
  if (instanceId === null || first === undefined || last === undefined || before.length < mostPerHour) return []
  if (Date.parse(last.at) - Date.parse(first.at) > 60 * 60 * 1000) return []
  const instances = [...new Set([...before.map((one) => one.instanceId), instanceId])]
  return instances.length < 2 ? [] : [{ type: 'IdentityConflictDetected', data: { agent, instances } }]
}
