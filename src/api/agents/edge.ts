import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { AgentKind } from '../../domain/agents/events.ts'
import type { Cause } from '../../kernel/event.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'
import type { Proxies } from '../proxies.ts'
import type { AgentNotes } from '../windows/agent-notes.ts'
import { carving } from './carving.ts'
import type { Agent, KnownAgents } from './known-agents.ts'
import { labelQueries } from './label-queries.ts'
import { UnknownKey } from './refusals.ts'

export type AgentEdge = Readonly<{
  app: App
  agents: KnownAgents
  teamOf: TeamOfSecret
  /** What orbit is told with its configuration. */
  notesFor: AgentNotes
  addressOf: Proxies['addressOf']
}>

/** What the calls of agents have in common, wherever they are served. */
export type AgentServices = AgentEdge &
  Readonly<{
    /** Whose key it is. Throws `UnknownKey`. */
    holderOf: (nodeKey: string, kind: AgentKind) => Promise<Agent>
    labels: ReturnType<typeof labelQueries>
    carves: ReturnType<typeof carving>
  }>

export const agentServices = (edge: AgentEdge): AgentServices => ({
  ...edge,
  labels: labelQueries(edge.app),
  carves: carving(edge.app),
  holderOf: async (nodeKey, kind) => {
    const found = edge.agents.find(nodeKey)
    const agent = found instanceof Promise ? await found : found
    if (agent?.kind !== kind) throw new UnknownKey(kind, 'The node key is not known.')
    return agent
  },
})

/** Only what is implemented: agents restart into another mode by it. */
export const capabilities = { 'X-Fleet-Capabilities': 'orbit_endpoints,token_rotation,windows_mdm_sync' }

export const causeOfAgent = (agent: AgentKind, id: string): Cause => {
  const cause = randomUUID()
  return { id: cause, actor: { kind: 'agent', id: `${agent} ${id}` }, correlationId: cause, causationId: cause }
}

/** Where osquery calls. */
export const osqueryPaths = (path: string): string[] => [`/api/osquery/${path}`, `/api/v1/osquery/${path}`]
