import type { HostFacts } from '../../domain/enrollment/events.ts'
import type { Platform } from '../../domain/platforms.ts'
import { readEnroll, readNodeKey } from '../../protocols/osquery/messages.ts'
import { readExecutionId, readOrbitEnroll, readScriptResult } from '../../protocols/osquery/orbit.ts'
import { wrongPerMinute } from '../apple/enroll-secret-check.ts'
import { attemptsOf, householdOf } from '../attempts.ts'
import type { DeviceAnswer, DeviceHead, DeviceRoute } from '../device-path.ts'
import { refuse } from '../errors.ts'
import { arriving } from './arriving.ts'
import { jsonOf } from './bodies.ts'
import type { AgentServices } from './edge.ts'
import { capabilities, causeOfAgent, osqueryPaths } from './edge.ts'
import { agentFailed, jsonAnswer, UnknownKey } from './refusals.ts'
import { questionsFor } from './schedule.ts'
import { agentScripts } from './scripts.ts'

/** What an agent says of itself, or asks, is short, bytes. */
const shortBody = 256 * 1024

type Call = (body: unknown, head: DeviceHead) => Promise<DeviceAnswer>

/**
 * What agents say shortly and all day, and how they enroll, for the path of devices. https://osquery.readthedocs.io/en/stable/deployment/remote/
 * `node_invalid` is said of unknown keys only, after a look into the read models: agents that hear it enroll again, all of them at once if
 * it were said in a failure.
 */
export const agentCalls = (services: AgentServices): Readonly<Record<string, DeviceRoute>> => {
  const { app, agents, teamOf, notesFor, addressOf, holderOf, labels, carves } = services
  const attempts = attemptsOf(app.clock, { limit: wrongPerMinute, windowMs: 60_000 })
  const scripts = agentScripts(app)
  const enroll = arriving(app, agents, causeOfAgent)
  const orbitOf = (body: unknown) => holderOf(readNodeKey(body, 'orbit_node_key'), 'orbit')

  const teamOfAgent = async (head: DeviceHead, secret: string): Promise<string | null> => {
    const address = householdOf(addressOf(head))
    if (!attempts.mayTry(address)) return refuse(429, 'enroll_secret', 'Too many wrong enroll secrets came from this address.')
    const teamId = await teamOf(secret)
    if (teamId === null) attempts.count(address)
    return teamId
  }

  const osquery: Readonly<Record<string, Call>> = {
    enroll: async (body, head) => {
      const told = readEnroll(body)
      const teamId = await teamOfAgent(head, told.secret)
      if (teamId === null) throw new UnknownKey('osquery', wrongSecret, 401)
      const platform = platformOfAgent(told.platform)
      const facts = factsOf({ ...told, name: told.computerName })
      const { uuid, serial, instanceId, version } = told
      const identifiers = { uuid, serial, instanceId, byInstance: instanceId !== null && told.hostIdentifier === instanceId }
      return jsonAnswer({ node_key: await enroll({ agent: 'osquery', identifiers, platform, facts, version, teamId }) })
    },

    config: async (body) => {
      await holderOf(readNodeKey(body), 'osquery')
      return jsonAnswer(osqueryConfig)
    },

    'distributed/read': async (body) => {
      const agent = await holderOf(readNodeKey(body), 'osquery')
      app.telemetry.seen(agent.hostId, 'agent')
      const queries = labels()
      return jsonAnswer(questionsFor(agent, queries instanceof Promise ? await queries : queries, app.clock().getTime()))
    },

    'carve/begin': async (body) => {
      const { hostId } = await holderOf(readNodeKey(body), 'osquery')
      return jsonAnswer(await carves.begin(hostId, body, causeOfAgent('osquery', hostId)))
    },
  }

  const orbit: Readonly<Record<string, Call>> = {
    enroll: async (body, head) => {
      const told = readOrbitEnroll(body)
      const teamId = await teamOfAgent(head, told.secret)
      if (teamId === null) throw new UnknownKey('orbit', wrongSecret)
      const platform = platformOfAgent(told.platform)
      const { uuid, serial, osqueryIdentifier } = told
      const byInstance = osqueryIdentifier !== null && osqueryIdentifier.toUpperCase() !== uuid?.toUpperCase()
      const identifiers = { uuid, serial, byInstance, instanceId: byInstance ? osqueryIdentifier : null }
      const facts = factsOf({ ...told, osVersion: null, osBuild: null })
      const key = await enroll({ agent: 'orbit', identifiers, platform, facts, version: null, teamId })
      return jsonAnswer({ orbit_node_key: key }, { headers: capabilities })
    },
    config: async (body, { headers }) => {
      const agent = await orbitOf(body)
      const notifications = await notesFor(agent, String(headers['x-fleet-capabilities'] ?? ''))
      return jsonAnswer({ script_execution_timeout: 300, notifications })
    },
    'scripts/request': async (body) => {
      const { hostId } = await orbitOf(body)
      const executionId = readExecutionId(body)
      const script = await scripts.fetch(hostId, executionId, causeOfAgent('orbit', hostId))
      return jsonAnswer({ host_id: Number(hostId), execution_id: executionId, script_contents: script })
    },
    'scripts/result': async (body) => {
      const { hostId } = await orbitOf(body)
      await scripts.report(hostId, readScriptResult(body), causeOfAgent('orbit', hostId))
      return jsonAnswer({})
    },
    device_token: async (body) => {
      await orbitOf(body)
      return jsonAnswer({})
    },
  }

  const failed = agentFailed(app.logger)
  const route = (call: Call): DeviceRoute => ({
    limitFor: () => shortBody,
    answer: ({ body, ...head }) => call(jsonOf(body), head),
    failed,
  })
  return Object.fromEntries([
    ...Object.entries(osquery).flatMap(([name, call]) => osqueryPaths(name).map((path) => [`POST ${path}`, route(call)])),
    ...Object.entries(orbit).map(([name, call]) => [`POST /api/fleet/orbit/${name}`, route(call)]),
  ]) as Readonly<Record<string, DeviceRoute>>
}

const wrongSecret = 'The enroll secret is wrong.'

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
