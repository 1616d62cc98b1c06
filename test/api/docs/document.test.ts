import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Route } from '../../../src/api/admin/access.ts'
import { access, aliases, openRoutes } from '../../../src/api/admin/access.ts'
import { contracts } from '../../../src/api/admin/contracts/all.ts'
import type { Content, Contract } from '../../../src/api/admin/contracts/contract.ts'
import { pastRoutes } from '../../../src/api/admin/past/at-any-time.ts'
import { plannableRoutes } from '../../../src/api/admin/plans.ts'
import { openapiDocument } from '../../../src/api/docs/document.ts'
import { merged, told } from '../../../src/api/docs/json-schema.ts'
import type { MediaType, Operation } from '../../../src/api/docs/openapi.ts'
import { methods } from '../../../src/api/docs/openapi.ts'
import { mustFit } from '../../support/contracts.ts'

const document = openapiDocument({ version: '1.2.3' })

/** Each operation by method and path, the parameters without their names: `GET /teams/{}`. */
const operations = new Map<string, Operation>(
  Object.entries(document.paths)
    .filter(([, { servers }]) => servers === undefined)
    .flatMap(([path, item]) =>
      methods.flatMap((method) => {
        const operation = item[method]
        return operation === undefined ? [] : [[`${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`, operation] as const]
      }),
    ),
)

const shapeOf = (path: string): string => path.replace(/:\w+/g, '{}')

const routes = Object.keys(access) as Route[]

/** Every body and answer, with the JSON pointer to it. */
const mediaTypesIn = (value: unknown, pointer = ''): readonly (readonly [string, MediaType])[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => {
        const place = `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`
        return pointer.endsWith('/content') ? [[place, inner as MediaType] as const] : mediaTypesIn(inner, place)
      })

const examplesIn = ({ example, examples }: MediaType): readonly unknown[] =>
  examples === undefined ? [example] : Object.values(examples).map(({ value }) => value)

describe('The OpenAPI document', function () {
  this.timeout(20_000)
  it('is one of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    assert.ok(valid, JSON.stringify(errors))
  })

  it('has every route and every older path, and nothing else', () => {
    const expected = [...routes, ...openRoutes, ...Object.keys(aliases)].map(shapeOf)
    assert.deepEqual([...operations.keys()].toSorted(), expected.toSorted())
    const open = Object.entries(document.paths).filter(([, { servers }]) => servers !== undefined)
    assert.deepEqual(
      open.map(([path]) => path),
      ['/healthz', '/readyz', '/metrics'],
    )
  })

  it('says of each route who may call it, and of older paths that they are', () => {
    for (const [path, route] of [...routes.map((one) => [one, one] as const), ...Object.entries(aliases)]) {
      const operation = operations.get(shapeOf(path))
      assert.deepEqual(operation?.['x-roles'], access[route], path)
      assert.equal(operation?.deprecated, path === route ? undefined : true, path)
    }
  })

  it('says of what is open to whoever comes that it asks for nothing, and of all else for what', () => {
    for (const route of openRoutes) {
      const operation = operations.get(shapeOf(route))
      assert.deepEqual([operation?.security, operation?.['x-roles']], [[], undefined], route)
    }
    for (const route of routes) assert.equal(operations.get(shapeOf(route))?.security, undefined, route)
    assert.deepEqual(document.security.flatMap(Object.keys), Object.keys(document.components.securitySchemes))
  })

  it('has a moment in the query of what answers as of one, and a plan in that of what can be planned', () => {
    const asking = (name: string): readonly string[] =>
      routes.filter((route) =>
        operations.get(shapeOf(route))?.parameters?.some((one) => 'in' in one && one.in === 'query' && one.name === name),
      )
    const told = ['GET /cohorts/:id', 'GET /hosts/:id/desired', ...routes.filter((route) => route.endsWith('/explain'))]
    assert.deepEqual(asking('at').toSorted(), [...pastRoutes, ...told].toSorted())
    assert.deepEqual(asking('plan').toSorted(), plannableRoutes.toSorted())
  })

  it('names each operation once, and each parameter of its path', () => {
    const ids = [...operations.values()].map(({ operationId }) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    for (const [path, item] of Object.entries(document.paths))
      for (const method of methods) {
        const inPath = item[method]?.parameters?.flatMap((one) => ('in' in one && one.in === 'path' ? [one.name] : [])) ?? []
        const inTemplate = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        if (item[method] !== undefined) assert.deepEqual(inPath, inTemplate, `${method} ${path}`)
      }
  })

  it('has examples of all that is JSON or a form, and they are what their schemas say', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv, ['date-time', 'uuid', 'uri'])
    ajv.addFormat('base64', /^[\w+/]*={0,2}$/)
    ajv.addFormat('base64url', /^[\w-]*$/)
    ajv.addSchema({ $id: 'https://mdm.example.com/openapi.json', ...document })
    let count = 0
    for (const [pointer, media] of mediaTypesIn(document)) {
      if (media.schema === undefined) continue
      const isValid = ajv.compile({ $ref: `https://mdm.example.com/openapi.json#${pointer}/schema` })
      for (const example of examplesIn(media)) {
        assert.ok(isValid(example), `${pointer}: ${ajv.errorsText(isValid.errors)}\n${JSON.stringify(example)}`)
        count += 1
      }
    }
    assert.ok(count > routes.length, String(count))
  })

  it('tells two components of one name apart by refusing them', () => {
    const [one, other] = [z.string(), z.int()].map((schema) => ({ Thing: told(schema).schema }))
    assert.ok(one && other)
    assert.deepEqual(merged([one, one]), one)
    assert.throws(() => merged([one, other]), /Two components are named Thing\./)
  })
})

describe('The examples of the contracts', () => {
  for (const route of [...openRoutes, ...routes]) {
    const { body, replies }: Contract = contracts[route]
    it(`of ${route} are what the route takes and gives`, () => {
      if (body !== undefined && 'schema' in body) for (const example of body.examples) body.schema.parse(example)
      for (const reply of Object.values(replies)) {
        const all: readonly Content[] = reply === null ? [] : 'type' in reply ? [reply] : reply
        for (const content of all)
          if ('schema' in content) for (const example of content.examples) mustFit(content.schema, example, route)
      }
    })
  }
})
