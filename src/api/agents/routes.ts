import type { Request, RequestHandler } from 'express'
import { json, Router } from 'express'
import { allYaraRules, yaraRules } from '../../domain/yara-rules/yara-rules.ts'
import { readNodeKey, readWrite } from '../../protocols/osquery/messages.ts'
import { refuse } from '../errors.ts'
import type { BodyLimits } from './bodies.ts'
import { agentBodies, jsonOf } from './bodies.ts'
import type { AgentServices } from './edge.ts'
import { capabilities, causeOfAgent, osqueryPaths } from './edge.ts'
import { ingest } from './ingest.ts'
import { agentErrors, agentPrefixes, unknownCall } from './refusals.ts'

/** A request for a rule is short, bytes. */
const shortBody = 256 * 1024
/** A write may hold the rows of many queries, bytes. */
const bodyLimit = 5 * 1024 * 1024
/** A block of 8 MiB in base64, bytes. */
const blockLimit = 12 * 1024 * 1024
/** osquery sends up to 1,024 lines of 1 MiB at once (`logger_tls_max_lines`, `logger_tls_max_linesize`), bytes. */
const logLimit = 1100 * 1024 * 1024

/** What agents say at length, and what they ask now and then; `agentCalls` serves all else. Bodies that may be large are read by the routes themselves. */
export const agentRoutes = ({ app, holderOf, labels, carves }: AgentServices): Router => {
  const bodyOf = agentBodies()

  /** The sender of a body that may be large, before anything in it is made sense of. Throws `UnknownKey`. */
  const sender = async (request: Request, limits: Omit<BodyLimits, 'texts'>) => {
    const { texts, bytes } = await bodyOf(request, { ...limits, texts: ['node_key'] })
    return { agent: await holderOf(readNodeKey(texts), 'osquery'), bytes }
  }

  const large: Readonly<Record<string, RequestHandler>> = {
    /** One that is too large to be taken would come again for ever, and hold back what the agent has to say after it. */
    'distributed/write': async (request, response) => {
      const { agent, bytes } = await sender(request, { kept: bodyLimit, read: logLimit })
      if (bytes === null) {
        app.logger.warn(
          { hostId: agent.hostId, limit: bodyLimit },
          'the answers of an agent were larger than is taken, and were dropped',
        )
        return void response.json({})
      }
      const told = readWrite(jsonOf(bytes))
      const asked = new Set((await labels()).map(({ label_id }) => label_id))
      await ingest(app, agent, { ...told, asked }, causeOfAgent('osquery', agent.hostId))
      response.json({})
    },

    log: async (request, response) => {
      await sender(request, { kept: 0, read: logLimit })
      response.json({})
    },

    /** There is no node key: the session is what is known. */
    'carve/block': async (request, response) => {
      const { texts, bytes } = await bodyOf(request, { kept: blockLimit, read: blockLimit, texts: ['session_id'] })
      response.json(await carves.block(texts['session_id'] ?? '', () => jsonOf(bytes ?? Buffer.alloc(0))))
    },
  }

  const router = Router()
  for (const [path, answer] of Object.entries(large)) router.post(osqueryPaths(path), answer)
  router.post(osqueryPaths('yara/:name'), json({ limit: shortBody, type: () => true }), async (request, response) => {
    await holderOf(readNodeKey(request.body), 'osquery')
    const { state } = await app.load(yaraRules, allYaraRules)
    const rule = state[String(request.params['name'])]
    if (rule === undefined) return refuse(404, 'name', 'There is no rule of this name.')
    response.type('text/plain').send(Buffer.from(await app.blobs.fetch(rule.content)))
  })
  router.head(['/api/fleet/orbit/ping', '/api/fleet/device/ping'], (_, response) => {
    response.set(capabilities).end()
  })
  router.use(agentPrefixes, unknownCall)
  router.use(agentPrefixes, agentErrors(app.logger))
  return router
}
