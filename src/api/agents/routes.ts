import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { json, Router } from 'express'
import type { App } from '../../app/app.ts'
import type { AgentKind } from '../../domain/agents/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { Platform } from '../../domain/platforms.ts'
import { allYaraRules, yaraRules } from '../../domain/yara-rules/yara-rules.ts'
import type { Cause } from '../../kernel/event.ts'
import { dynamicLabels } from '../../projections/labels.ts'
import { readEnroll, readNodeKey, readWrite } from '../../protocols/osquery/messages.ts'
import { readExecutionId, readOrbitEnroll, readScriptResult } from '../../protocols/osquery/orbit.ts'
import { attemptsOf, addressOf } from '../attempts.ts'
import { wrongPerMinute } from '../apple/enroll-secret-check.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'
import type { AgentNotes } from '../windows/agent-notes.ts'
import { refuse } from '../errors.ts'
import { arriving } from './arriving.ts'
import type { BodyLimits } from './bodies.ts'
import { agentBodies, jsonOf } from './bodies.ts'
import { carving } from './carving.ts'
import { ingest } from './ingest.ts'
import type { Agent, KnownAgents } from './known-agents.ts'
import { agentErrors, agentPrefixes, unknownCall } from './refusals.ts'
import type { LabelQuery } from './schedule.ts'
import { questionsFor } from './schedule.ts'
import { agentScripts } from './scripts.ts'

/** What an agent says of itself, or asks, is short, bytes. */
const shortBody = 256 * 1024
/** A write may hold the rows of many queries, bytes. */
const bodyLimit = 5 * 1024 * 1024
/** A block of 8 MiB in base64, bytes. */
const blockLimit = 12 * 1024 * 1024
/** osquery sends up to 1,024 lines of 1 MiB at once (`logger_tls_max_lines`, `logger_tls_max_linesize`), bytes. */
const logLimit = 1100 * 1024 * 1024
/** How long the labels' queries are believed, ms. */
const labelsMs = 10_000

export type AgentEdge = Readonly<{
  app: App
  agents: KnownAgents
  teamOf: TeamOfSecret
  /** What orbit is told with its configuration. */
  notesFor: AgentNotes
}>

type Answering = (request: Request, response: Response) => Promise<void> | void

/**
 * Where osquery and orbit report. https://osquery.readthedocs.io/en/stable/deployment/remote/
 * `node_invalid` is said of unknown keys only, after a look into the read models: agents that hear it enroll again, all of them at once if
 * it were said in a failure.
 */
export const agentRoutes = ({ app, agents, teamOf, notesFor }: AgentEdge): Router => {
  const attempts = attemptsOf(app.clock, { limit: wrongPerMinute, windowMs: 60_000 })
  const carves = carving(app)
  const scripts = agentScripts(app)
  const enroll = arriving(app, agents, causeOf)
  const bodyOf = agentBodies()
  let labels: Readonly<{ rows: readonly LabelQuery[]; until: number }> = { rows: [], until: 0 }
  let asking: Promise<void> | null = null

  const labelQueries = (now: number): readonly LabelQuery[] | Promise<readonly LabelQuery[]> => {
    if (now < labels.until) return labels.rows
    asking ??= app
      .read(dynamicLabels())
      .then((rows) => {
        labels = { rows, until: app.clock().getTime() + labelsMs }
      })
      .finally(() => {
        asking = null
      })
    return asking.then(() => labels.rows)
  }

  const teamOfAgent = async (request: Request, secret: string): Promise<string | null> => {
    const address = addressOf(request)
    if (!attempts.mayTry(address)) return refuse(429, 'enroll_secret', 'Too many wrong enroll secrets came from this address.')
    const teamId = await teamOf(secret)
    if (teamId === null) attempts.count(address)
    return teamId
  }

  const known = async (nodeKey: string, response: Response, kind: AgentKind): Promise<Agent | null> => {
    const found = agents.find(nodeKey)
    const agent = found instanceof Promise ? await found : found
    if (agent?.kind === kind) return agent
    if (kind === 'orbit') response.status(401).json({ error: 'The node key is not known.' })
    else response.json({ node_invalid: true, error: 'The node key is not known.' })
    return null
  }

  /** The sender of a body that may be large, before anything in it is made sense of. Null: the answer was given. */
  const sender = async (request: Request, response: Response, limits: Omit<BodyLimits, 'texts'>) => {
    const { texts, bytes } = await bodyOf(request, { ...limits, texts: ['node_key'] })
    const agent = await known(readNodeKey(texts), response, 'osquery')
    return agent === null ? null : { agent, bytes }
  }

  const routes: Readonly<Record<string, Answering>> = {
    enroll: async (request, response) => {
      const told = readEnroll(request.body)
      const teamId = await teamOfAgent(request, told.secret)
      if (teamId === null) return void response.status(401).json({ node_invalid: true, error: 'The enroll secret is wrong.' })
      const platform = platformOfAgent(told.platform)
      const facts = factsOf({ ...told, name: told.computerName })
      const { uuid, serial, instanceId, version } = told
      const identifiers = { uuid, serial, instanceId, byInstance: instanceId !== null && told.hostIdentifier === instanceId }
      response.json({ node_key: await enroll({ agent: 'osquery', identifiers, platform, facts, version, teamId }) })
    },

    config: async (request, response) => {
      if ((await known(readNodeKey(request.body), response, 'osquery')) !== null) response.json(osqueryConfig)
    },

    'distributed/read': async (request, response) => {
      const agent = await known(readNodeKey(request.body), response, 'osquery')
      if (agent === null) return
      const now = app.clock().getTime()
      app.telemetry.seen(agent.hostId, 'agent')
      const queries = labelQueries(now)
      response.json(questionsFor(agent, queries instanceof Promise ? await queries : queries, now))
    },

    'carve/begin': async (request, response) => {
      const agent = await known(readNodeKey(request.body), response, 'osquery')
      if (agent !== null) response.json(await carves.begin(agent.hostId, request.body, causeOf('osquery', agent.hostId)))
    },
  }

  const orbit: Readonly<Record<string, Answering>> = {
    enroll: async (request, response) => {
      const told = readOrbitEnroll(request.body)
      const teamId = await teamOfAgent(request, told.secret)
      if (teamId === null) return void response.status(401).json({ error: 'The enroll secret is wrong.' })
      const platform = platformOfAgent(told.platform)
      const { uuid, serial, osqueryIdentifier } = told
      const byInstance = osqueryIdentifier !== null && osqueryIdentifier.toUpperCase() !== uuid?.toUpperCase()
      const identifiers = { uuid, serial, byInstance, instanceId: byInstance ? osqueryIdentifier : null }
      const facts = factsOf({ ...told, osVersion: null, osBuild: null })
      response.set(capabilities).json({
        orbit_node_key: await enroll({ agent: 'orbit', identifiers, platform, facts, version: null, teamId }),
      })
    },
    config: async (request, response) => {
      const agent = await known(readNodeKey(request.body, 'orbit_node_key'), response, 'orbit')
      if (agent === null) return
      const notifications = await notesFor(agent, request.get('x-fleet-capabilities') ?? '')
      response.json({ script_execution_timeout: 300, notifications })
    },
    'scripts/request': async (request, response) => {
      const agent = await known(readNodeKey(request.body, 'orbit_node_key'), response, 'orbit')
      if (agent === null) return
      const executionId = readExecutionId(request.body)
      const script = await scripts.fetch(agent.hostId, executionId, causeOf('orbit', agent.hostId))
      response.json({ host_id: Number(agent.hostId), execution_id: executionId, script_contents: script })
    },
    'scripts/result': async (request, response) => {
      const agent = await known(readNodeKey(request.body, 'orbit_node_key'), response, 'orbit')
      if (agent === null) return
      await scripts.report(agent.hostId, readScriptResult(request.body), causeOf('orbit', agent.hostId))
      response.json({})
    },
    device_token: async (request, response) => {
      if ((await known(readNodeKey(request.body, 'orbit_node_key'), response, 'orbit')) !== null) response.json({})
    },
  }

  /** Bodies that may be large are read by the routes themselves. */
  const large: Readonly<Record<string, Answering>> = {
    /** One that is too large to be taken would come again for ever, and hold back what the agent has to say after it. */
    'distributed/write': async (request, response) => {
      const sent = await sender(request, response, { kept: bodyLimit, read: logLimit })
      if (sent === null) return
      const { agent, bytes } = sent
      if (bytes === null) {
        app.logger.warn(
          { hostId: agent.hostId, limit: bodyLimit },
          'the answers of an agent were larger than is taken, and were dropped',
        )
        return void response.json({})
      }
      const told = readWrite(jsonOf(bytes))
      const asked = new Set((await labelQueries(app.clock().getTime())).map(({ label_id }) => label_id))
      await ingest(app, agent, { ...told, asked }, causeOf('osquery', agent.hostId))
      response.json({})
    },

    log: async (request, response) => {
      if ((await sender(request, response, { kept: 0, read: logLimit })) !== null) response.json({})
    },

    /** There is no node key: the session is what is known. */
    'carve/block': async (request, response) => {
      const { texts, bytes } = await bodyOf(request, { kept: blockLimit, read: blockLimit, texts: ['session_id'] })
      response.json(await carves.block(texts['session_id'] ?? '', () => jsonOf(bytes ?? Buffer.alloc(0))))
    },
  }

  const router = Router()
  const readJson = json({ limit: shortBody, type: () => true })
  for (const [path, answer] of Object.entries(large)) router.post(osqueryPaths(path), answer)
  for (const [path, answer] of Object.entries(routes))
    router.post(osqueryPaths(path), readJson, (request, response) => answer(request, response))
  router.post(osqueryPaths('yara/:name'), readJson, async (request, response) => {
    if ((await known(readNodeKey(request.body), response, 'osquery')) === null) return
    const { state } = await app.load(yaraRules, allYaraRules)
    const rule = state[String(request.params['name'])]
    if (rule === undefined) return refuse(404, 'name', 'There is no rule of this name.')
    response.type('text/plain').send(Buffer.from(await app.blobs.fetch(rule.content)))
  })
  for (const [path, answer] of Object.entries(orbit))
    router.post(`/api/fleet/orbit/${path}`, readJson, (request, response) => answer(request, response))
  router.head(['/api/fleet/orbit/ping', '/api/fleet/device/ping'], (_, response) => {
    response.set(capabilities).end()
  })
  router.use(agentPrefixes, unknownCall)
  router.use(agentPrefixes, agentErrors(app.logger))
  return router
}

const osqueryPaths = (path: string): string[] => [`/api/osquery/${path}`, `/api/v1/osquery/${path}`]

/** Only what is implemented: agents restart into another mode by it. */
const capabilities = { 'X-Fleet-Capabilities': 'orbit_endpoints,token_rotation,windows_mdm_sync' }

/** osquery names a Linux by its distribution; an agent that names nothing is one of those that only Macs have. */
const platformOfAgent = (told: string | null): Platform => {
  const platform = told?.toLowerCase() ?? 'darwin'
  if (platform === 'darwin' || platform === 'windows') return platform
  return platform === 'chrome' ? refuse(400, 'platform', 'Agents on Chrome OS are not taken.') : 'linux'
}

/** The same for all hosts; queries come by distributed reads. */
const osqueryConfig = {
  options: { distributed_interval: 10, logger_tls_period: 10, pack_delimiter: '/' },
  decorators: { load: ['SELECT hardware_serial FROM system_info'] },
  schedule: {},
  node_invalid: false,
}

type Told = Readonly<{
  serial: string | null
  name: string | null
  model: string | null
  osVersion: string | null
  osBuild: string | null
}>

const factsOf = ({ serial, name, model, osVersion, osBuild }: Told): HostFacts =>
  Object.fromEntries(
    Object.entries({ serial, name, productName: model, osVersion, buildVersion: osBuild }).flatMap(([fact, value]) =>
      value === null ? [] : [[fact, value.slice(0, 255)]],
    ),
  )

const causeOf = (agent: AgentKind, id: string): Cause => {
  const cause = randomUUID()
  return { id: cause, actor: { kind: 'agent', id: `${agent} ${id}` }, correlationId: cause, causationId: cause }
}
