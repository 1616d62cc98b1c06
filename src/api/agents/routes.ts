import { randomBytes, randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { json, Router } from 'express'
import type { App } from '../../app/app.ts'
import type { Host } from '../../domain/host/host.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
import type { AgentKind } from '../../domain/agents/events.ts'
import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { Platform } from '../../domain/platforms.ts'
import { allYaraRules, yaraRules } from '../../domain/yara-rules/yara-rules.ts'
import type { Cause } from '../../kernel/event.ts'
import { dynamicLabels } from '../../projections/labels.ts'
import { hostsByIdentifier } from '../../projections/host-directory.ts'
import { readEnroll, readNodeKey, readWrite } from '../../protocols/osquery/messages.ts'
import { readExecutionId, readOrbitEnroll, readScriptResult } from '../../protocols/osquery/orbit.ts'
import { attemptsOf, addressOf } from '../attempts.ts'
import { wrongPerMinute } from '../apple/enroll-secret-check.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'
import { enrolledTwins } from '../../projections/windows-enrollments.ts'
import type { AgentNotes } from '../windows/agent-notes.ts'
import { isSerial, mergeBySerial } from '../windows/linking.ts'
import { refuse } from '../errors.ts'
import { carving } from './carving.ts'
import { ingest } from './ingest.ts'
import type { Agent, KnownAgents } from './known-agents.ts'
import { keyHashOf } from './known-agents.ts'
import type { LabelQuery } from './schedule.ts'
import { questionsFor } from './schedule.ts'
import { agentScripts } from './scripts.ts'

/** A write may hold the rows of many queries. */
const bodyLimit = '5mb'
/** A block of 8 MiB in base64. */
const blockLimit = '12mb'
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

  type Arrival = Readonly<{
    agent: AgentKind
    hardwareId: string
    platform: Platform
    facts: HostFacts
    instanceId: string | null
    version: string | null
    teamId: string
  }>

  /** The host itself, or the one that lives on in its place. */
  const livingHost = async (hostId: string): Promise<string> => (await app.load(host, hostId)).state.merging.into ?? hostId

  const enroll = async ({ agent, hardwareId, platform, ...told }: Arrival): Promise<string> => {
    const nodeKey = randomBytes(24).toString('base64url')
    const own = hostIdOf(hardwareId)
    const hostId = await livingHost(own)
    const data = { ...told, agent, hardwareId, platform, keyHash: keyHashOf(nodeKey) } as const
    const cause = causeOf(agent, hardwareId)
    // A merge that was cut off between its two records is finished here.
    if (hostId !== own)
      await app.execute(host, hostId, { type: 'AbsorbHost', data: { hostId: own, hardwareId, because: 'serial' } }, cause)
    const { state } = await app.execute(host, hostId, { type: 'EnrollAgent', data }, cause)
    const twin = await deviceBeside(hostId, state)
    const into = twin !== null && (await mergeBySerial(app, { hostId, hardwareId, into: twin }, cause)) ? twin : hostId
    if (into !== hostId) await app.execute(host, into, { type: 'EnrollAgent', data }, cause)
    agents.remember(nodeKey, { hostId: into, platform, kind: agent })
    return nodeKey
  }

  /** A Windows device that enrolled before its agent came has a record of its own: the one of this serial number, if there is just one. */
  const deviceBeside = async (hostId: string, { enrollment }: Host): Promise<string | null> => {
    const { platform, stage, facts } = enrollment
    if (platform !== 'windows' || stage === 'enrolled' || facts.serial === undefined || !isSerial(facts.serial)) return null
    const [twin, another] = await app.read(enrolledTwins(hostId, facts.serial))
    return twin === undefined || another !== undefined ? null : twin.host_id
  }

  /** By its hardware id; a Mac that does not tell it, by its serial number, if exactly one host has that. */
  const hardwareIdOf = async (uuid: string | null, serial: string | null): Promise<string> => {
    if (uuid !== null && uuid !== '') return uuid.toUpperCase()
    if (serial === null) return refuse(400, 'hardware_uuid', 'The agent tells neither a hardware id nor a serial number.')
    const [found, second] = await app.read(hostsByIdentifier('', serial))
    if (found === undefined || second !== undefined)
      return refuse(400, 'hardware_uuid', 'The agent tells no hardware id, and its serial number is no host’s.')
    return found.hardware_id
  }

  const known = async (nodeKey: string, response: Response, kind: AgentKind): Promise<Agent | null> => {
    const found = agents.find(nodeKey)
    const agent = found instanceof Promise ? await found : found
    if (agent?.kind === kind) return agent
    if (kind === 'orbit') response.status(401).json({ error: 'The node key is not known.' })
    else response.json({ node_invalid: true })
    return null
  }

  const routes: Readonly<Record<string, Answering>> = {
    enroll: async (request, response) => {
      const told = readEnroll(request.body)
      const teamId = await teamOfAgent(request, told.secret)
      if (teamId === null) return void response.status(401).json({ node_invalid: true, error: 'The enroll secret is wrong.' })
      const platform = platformOfAgent(told.platform)
      const facts = factsOf({ ...told, name: told.computerName })
      const hardwareId = await hardwareIdOf(told.uuid, told.serial)
      const { instanceId, version } = told
      response.json({ node_key: await enroll({ agent: 'osquery', hardwareId, platform, facts, instanceId, version, teamId }) })
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

    'distributed/write': async (request, response) => {
      const told = readWrite(request.body)
      const agent = await known(told.nodeKey, response, 'osquery')
      if (agent === null) return
      const asked = new Set((await labelQueries(app.clock().getTime())).map(({ label_id }) => label_id))
      await ingest(app, agent, { ...told, asked }, causeOf('osquery', agent.hostId))
      response.json({})
    },

    'carve/begin': async (request, response) => {
      const agent = await known(readNodeKey(request.body), response, 'osquery')
      if (agent !== null) response.json(await carves.begin(agent.hostId, request.body, causeOf('osquery', agent.hostId)))
    },

    log: async (request, response) => {
      if ((await known(readNodeKey(request.body), response, 'osquery')) !== null) response.json({})
    },
  }

  const orbit: Readonly<Record<string, Answering>> = {
    enroll: async (request, response) => {
      const told = readOrbitEnroll(request.body)
      const teamId = await teamOfAgent(request, told.secret)
      if (teamId === null) return void response.status(401).json({ error: 'The enroll secret is wrong.' })
      const platform = platformOfAgent(told.platform)
      const hardwareId = await hardwareIdOf(told.uuid, told.serial)
      const facts = factsOf({ ...told, osVersion: null, osBuild: null })
      response.set(capabilities).json({
        orbit_node_key: await enroll({ agent: 'orbit', hardwareId, platform, facts, instanceId: null, version: null, teamId }),
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

  const router = Router()
  const readJson = json({ limit: bodyLimit, type: () => true })
  for (const [path, answer] of Object.entries(routes))
    router.post(osqueryPaths(path), readJson, (request, response) => answer(request, response))
  router.post(osqueryPaths('carve/block'), json({ limit: blockLimit, type: () => true }), async (request, response) => {
    response.json(await carves.block(request.body))
  })
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
