import type { AgentEvent, AgentKind } from '../domain/agents/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { MergingEvent } from '../domain/merging/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type AgentRow = Readonly<{
  host_id: string
  agent: AgentKind
  key_hash: string
  instance_id: string | null
  version: string | null
  enrolled_at: string
  conflict_at: string | null
}>

/** The agents of each host, by the hash of the key that each was given last. */
export const agents: Projection<AgentEvent | MergingEvent | ForgettingEvent, AgentRow> = {
  name: 'agents',
  version: 3,
  schema: `
    host_id text not null,
    agent text not null,
    key_hash text not null,
    instance_id text,
    version text,
    enrolled_at timestamptz not null,
    conflict_at timestamptz`,
  key: ['host_id', 'agent'],
  indexes: ['(key_hash)'],

  on: {
    AgentEnrolled: ({ id, at, data: { agent, keyHash, instanceId, version } }) => ({
      where: { host_id: id, agent },
      set: { key_hash: keyHash, instance_id: instanceId, version, enrolled_at: at },
    }),
    // Their keys are nobody's any more: they enroll again, and are led to the host that lives on.
    HostMergedAway: ({ id }) => ({ where: { host_id: id }, remove: true }),
    HostForgotten: ({ id }) => ({ where: { host_id: id }, remove: true }),
    IdentityConflictDetected: ({ id, at, data: { agent } }) => ({ where: { host_id: id, agent }, change: { conflict_at: at } }),
  },
}

export type KnownAgent = Readonly<{ key_hash: string; host_id: string; agent: AgentKind; platform: string }>

/** Whose key has this hash. */
export const agentByKey = (keyHash: string) =>
  query<KnownAgent>`
    select a.key_hash, a.host_id, a.agent, h.platform from agents a join hosts h using (host_id) where a.key_hash = ${keyHash}`

/** All keys there are, by host, a page after `after`. */
export const agentKeys = (after: string, limit: number) =>
  query<KnownAgent>`
    select a.key_hash, a.host_id, a.agent, h.platform from agents a join hosts h using (host_id)
    where a.key_hash > ${after} order by a.key_hash limit ${limit}`
