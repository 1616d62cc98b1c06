import { createHash } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { KnownAgent } from '../../projections/agents.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { agentByKey, agentKeys } from '../../projections/agents.ts'

/** What is due on a host, in this process's memory; times in ms since 1970. `null` when nothing was heard of it yet. */
export type Due = { detailAt: number | null; labelsAt: number | null; askedAt: number; refetch: boolean }

export type Agent = Readonly<{ hostId: string; platform: string; kind: KnownAgent['agent']; due: Due }>

/** Whom a node key was given to; null when it is nobody's, after a look into the read models. An idle poll asks no database. */
export type KnownAgents = Readonly<{
  find: (nodeKey: string) => Agent | null | Promise<Agent | null>
  /** For an agent that enrolled just now and may not be in the read models yet. */
  remember: (nodeKey: string, agent: Omit<Agent, 'due'>) => void
  stop: () => void
}>

export const keyHashOf = (nodeKey: string): string => createHash('sha256').update(nodeKey).digest('hex')

const page = 10_000
/** How often all keys are read anew: how long a key may be believed that another process has replaced, ms. */
const refreshMs = 60_000
/** For how long a key that is nobody's is not looked up again, ms, and how many are remembered. */
const unknownMs = 10_000
const mostUnknown = 10_000

export const knownAgents = ({
  read,
  logger,
  agentReports,
  clock,
}: Pick<App, 'read' | 'logger' | 'agentReports' | 'clock'>): KnownAgents => {
  const byKey = new Map<string, Agent>()
  const hashOfKey = new Map<string, string>()
  const keyOfHost = new Map<string, string>()
  const dueOf = new Map<string, Due>()
  const unknownUntil = leastRecentlyUsed<number>(mostUnknown)
  let refreshing = false

  const dueFor = async (hostId: string): Promise<Due> => {
    const known = dueOf.get(hostId)
    if (known !== undefined) return known
    const due = { ...(await agentReports.last(hostId)), askedAt: 0, refetch: false }
    dueOf.set(hostId, due)
    return due
  }

  const look = async (nodeKey: string): Promise<Agent | null> => {
    const hash = keyHashOf(nodeKey)
    if ((unknownUntil.get(hash) ?? 0) > clock().getTime()) return null
    const [row] = await read(agentByKey(hash))
    if (row === undefined) {
      unknownUntil.set(hash, clock().getTime() + unknownMs)
      return null
    }
    const agent = { hostId: row.host_id, platform: row.platform, kind: row.agent, due: await dueFor(row.host_id) }
    byKey.set(nodeKey, agent)
    keyOfHost.set(`${agent.hostId}/${agent.kind}`, nodeKey)
    hashOfKey.set(nodeKey, hash)
    return agent
  }

  /** Forgets the keys that were replaced elsewhere. Those given out within the last minute may not be in the read models yet. */
  const refresh = async (): Promise<void> => {
    const valid = new Set<string>()
    const before = [...byKey.keys()]
    for (let after = ''; ;) {
      const rows = await read(agentKeys(after, page))
      for (const { key_hash } of rows) valid.add(key_hash)
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.key_hash
    }
    for (const nodeKey of before)
      if (!valid.has(hashOfKey.get(nodeKey) ?? '')) {
        byKey.delete(nodeKey)
        hashOfKey.delete(nodeKey)
      }
  }

  const timer = setInterval(() => {
    if (refreshing || byKey.size === 0) return
    refreshing = true
    refresh()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'the keys of agents could not be read')
      })
      .finally(() => {
        refreshing = false
      })
  }, refreshMs)
  timer.unref()

  return {
    find: (nodeKey) => byKey.get(nodeKey) ?? look(nodeKey),
    remember: (nodeKey, agent) => {
      const due = dueOf.get(agent.hostId) ?? { detailAt: null, labelsAt: null, askedAt: 0, refetch: false }
      due.refetch = true
      dueOf.set(agent.hostId, due)
      const place = `${agent.hostId}/${agent.kind}`
      const before = keyOfHost.get(place)
      if (before !== undefined) byKey.delete(before)
      keyOfHost.set(place, nodeKey)
      byKey.set(nodeKey, { ...agent, due })
      hashOfKey.set(nodeKey, keyHashOf(nodeKey))
      unknownUntil.delete(keyHashOf(nodeKey))
    },
    stop: () => {
      clearInterval(timer)
    },
  }
}
