import type { z } from 'zod'
import type { Content, Contract, Reply, Tagged } from '../admin/contracts/contract.ts'
import type { Told } from './json-schema.ts'
import { merged, told } from './json-schema.ts'
import type { JsonSchema, MediaType, Operation, Parameter, Reply as ToldReply } from './openapi.ts'

type Components = Told['components']

/** The operation of a path such as `GET /teams/:id`, and the components that it refers to. `roles` null: it is open to whoever comes. */
export const operationOf = (
  path: string,
  contract: Tagged & Partial<Readonly<{ params: Readonly<Record<string, z.ZodType>> }>>,
  roles: readonly string[] | null,
): Readonly<{ operation: Operation; components: Components }> => {
  const { tag, summary, description, body, bodyMayMiss } = contract
  const parameters = parametersOf(path, contract)
  const taken = body === undefined ? null : contentOf([body])
  const replies = Object.entries(contract.replies).map(([status, reply]) => ({
    status,
    ...replyOf(words[status] ?? 'Done.', reply),
  }))
  const operation = {
    ...{ operationId: operationIdOf(path), tags: [tag], summary, ...(description !== undefined && { description }) },
    ...(roles === null ? ({ security: [] } as const) : { 'x-roles': roles }),
    ...(parameters.told.length > 0 && { parameters: parameters.told }),
    ...(taken !== null && { requestBody: { required: bodyMayMiss !== true, content: taken.content } }),
    responses: {
      ...Object.fromEntries(replies.map(({ status, reply }) => [status, reply])),
      ...{ '4XX': refused, '5XX': refused },
    },
  }
  return {
    operation,
    components: merged([parameters.components, taken?.components ?? {}, ...replies.map(({ components }) => components)]),
  }
}

/** A reply, and the components that it refers to. Files say what they are. */
export const replyOf = (word: string, reply: Reply): Readonly<{ reply: ToldReply; components: Components }> => {
  if (reply === null) return { reply: { description: word }, components: {} }
  const all = 'type' in reply ? [reply] : reply
  const files = all.flatMap((one) => ('what' in one ? [one.what] : []))
  const { content, components } = contentOf(all)
  return { reply: { description: files.length === 0 ? word : files.join(' '), content }, components }
}

const words: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted: it is going to be done.',
  204: 'Done; there is no body.',
  303: 'Sent on, by a header `location`.',
}

const refused = { $ref: '#/components/responses/Refused' }

/** `GET /teams/:id` is `getTeamsById`. */
const operationIdOf = (path: string): string =>
  path
    .toLowerCase()
    .replaceAll('/:', '/by_')
    .replace(/[^a-z0-9]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const contentOf = (all: readonly Content[]) => {
  const told = all.map((one) => ({ type: one.type, ...mediaTypeOf(one) }))
  return {
    content: Object.fromEntries(told.map(({ type, media }) => [type, media])),
    components: merged(told.map(({ components }) => components)),
  }
}

const mediaTypeOf = (content: Content): Readonly<{ media: MediaType; components: Components }> => {
  if ('what' in content) return { media: {}, components: {} }
  const { schema, components } = told(content.schema)
  if (content.type === 'application/json') return { media: { schema, ...examplesOf(content.examples) }, components }
  const { field, what } = content.file
  const file = { type: 'string', contentMediaType: 'application/octet-stream', description: what }
  const { properties = {}, required = [] } = schema as Readonly<{ properties?: object; required?: readonly string[] }>
  return {
    media: {
      schema: { ...schema, properties: { [field]: file, ...properties }, required: [field, ...required] },
      ...examplesOf(content.examples.map((example) => ({ [field]: '(the file)', ...(example as object) }))),
    },
    components,
  }
}

const examplesOf = (examples: readonly unknown[]): Pick<MediaType, 'example' | 'examples'> =>
  examples.length === 1
    ? { example: examples[0] }
    : { examples: Object.fromEntries(examples.map((value, index) => [String(index + 1), { value }])) }

const changeSet = { $ref: '#/components/parameters/ChangeSet' }

const parametersOf = (
  path: string,
  { params = {}, query }: Pick<Contract, 'query'> & Readonly<{ params?: Readonly<Record<string, z.ZodType>> }>,
): Readonly<{ told: readonly (Parameter | typeof changeSet)[]; components: Components }> => {
  const inPath = Object.entries(params).map(([name, schema]) => parameter('path', name, true, told(schema).schema))
  const asked = query === undefined ? null : told(query)
  const { properties = {}, required = [] } = (asked?.schema ?? {}) as Readonly<{
    properties?: Readonly<Record<string, JsonSchema>>
    required?: readonly string[]
  }>
  const inQuery = Object.entries(properties).map(([name, schema]) => parameter('query', name, required.includes(name), schema))
  return {
    told: [...inPath, ...inQuery, ...(path.startsWith('GET ') ? [] : [changeSet])],
    components: asked?.components ?? {},
  }
}

const parameter = (place: 'path' | 'query', name: string, required: boolean, schema: JsonSchema): Parameter => {
  const { description, ...rest } = schema
  return { name, in: place, required, ...(typeof description === 'string' && { description }), schema: rest }
}
