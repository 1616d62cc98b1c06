import { z } from 'zod'
import type { OpenRoute, Route } from '../admin/access.ts'
import { access, aliases } from '../admin/access.ts'
import { contracts } from '../admin/contracts/all.ts'
import { component, json } from '../admin/contracts/contract.ts'
import { introduction } from './introduction.ts'
import type { Told } from './json-schema.ts'
import { merged } from './json-schema.ts'
import type { OpenApiDocument, Operation, Parameter, PathItem } from './openapi.ts'
import { operationOf, replyOf } from './operation.ts'
import { pathsOf } from './paths.ts'

const refusal = component(
  'Refusal',
  z.object({
    message: z.string(),
    errors: z.array(
      z.object({
        name: z.string().describe('The field at fault; `base` when none is.'),
        reason: z.string().describe('A sentence.'),
      }),
    ),
  }),
)

const refused = replyOf(
  'Refused: what was wrong, field by field.',
  json(refusal, {
    message: 'Validation failed',
    errors: [{ name: 'name', reason: 'A team needs a name.' }],
  }),
)

const changeSet: Parameter = {
  ...{ name: 'x-change-set', in: 'header', required: false, schema: { type: 'string', format: 'uuid' } },
  description: 'Several requests of one intent name the same one; all that follows from them is found under it.',
}

const securitySchemes = {
  apiToken: { type: 'http', scheme: 'bearer', description: 'An API token, or what `POST /login` answers as `token`.' },
  session: {
    ...{ type: 'apiKey', in: 'cookie', name: '__Host-muster' },
    description: 'The session of a browser, begun by `POST /sessions` or at the identity provider.',
  },
}

/** The document of this version's admin API. The same for everybody: it holds nothing of this server. */
export const openapiDocument = ({ version }: Readonly<{ version: string }>): OpenApiDocument => {
  const routes = Object.keys(contracts) as (Route | OpenRoute)[]
  const operations = [
    ...routes.map((route) => placed(route, route)),
    ...Object.entries(aliases).map(([path, route]) => placed(path, route)),
  ]
  const schemas = merged([refused.components, ...operations.map(({ components }) => components)])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Muster',
      version,
      description: introduction.join('\n\n'),
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1/fleet' }],
    security: [{ apiToken: [] }, { session: [] }],
    tags: [...new Set([...routes.map((route) => contracts[route].tag), operationsTag])].map((name) => ({ name })),
    paths: { ...pathsOf(operations), ...operationsPaths },
    components: {
      schemas,
      parameters: { ChangeSet: changeSet },
      responses: { Refused: refused.reply },
      securitySchemes,
    },
  }
}

type Placed = Readonly<{ path: string; operation: Operation; components: Told['components'] }>

/** A route at its own path, or at an older one. */
const placed = (path: string, route: Route | OpenRoute): Placed => {
  const { operation, components } = operationOf(path, contracts[route], isOpen(route) ? null : access[route])
  const older = { deprecated: true, description: `An older path of \`${route}\`.` } as const
  return { path, components, operation: path === route ? operation : { ...operation, ...older } }
}

const isOpen = (route: Route | OpenRoute): route is OpenRoute => !(route in access)

const operationsTag = 'Operations'

/** What monitors ask for: without a token, and not under the prefix. */
const openRoute = (operationId: string, summary: string, replies: Readonly<Record<number, string>>): PathItem => ({
  servers: [{ url: '/' }],
  get: {
    ...{ operationId, tags: [operationsTag], summary, security: [] },
    responses: Object.fromEntries(Object.entries(replies).map(([status, description]) => [status, { description }])),
  },
})

const operationsPaths: Readonly<Record<string, PathItem>> = {
  '/healthz': openRoute('getHealth', 'Ask whether the process answers', { 200: 'It does.' }),
  '/readyz': openRoute('getReadiness', 'Ask whether what the process needs is there', {
    ...{ 200: 'It is.', 503: 'It is not; the checks say what is missing.' },
  }),
  '/metrics': openRoute('getMetrics', 'Read figures for Prometheus', { 200: 'In the text format of Prometheus.' }),
}
