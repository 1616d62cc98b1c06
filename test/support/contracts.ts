import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { OpenRoute, Route } from '../../src/api/admin/access.ts'
import { access, aliases, openRoutes } from '../../src/api/admin/access.ts'
import { contracts } from '../../src/api/admin/contracts/all.ts'
import type { Content, Contract } from '../../src/api/admin/contracts/contract.ts'

type Answered = Readonly<{ status: number; type: string | null; body: unknown }>

/** Asserts that the answer to `GET /hosts/7` or the like is what its contract says: one of its statuses, and no field more or less. */
export const mustKeepContract = (asked: string, { status, type, body }: Answered): void => {
  const route = routeOf(asked)
  if (route === null || status < 200 || status > 299) return
  const { replies }: Contract = contracts[route]
  const reply = replies[status]
  assert.notEqual(reply, undefined, `The contract of ${route} knows no answer of status ${String(status)}.`)
  if (reply === undefined || reply === null) return assert.equal(body, null, `The contract of ${route} knows no body.`)
  const contents: readonly Content[] = 'type' in reply ? [reply] : reply
  const content = contents.find((one) => type?.startsWith(one.type) === true)
  assert.ok(content !== undefined, `The contract of ${route} knows no ${String(type)}.`)
  if (content.type === 'application/json') mustFit(content.schema, body, `The contract of ${route} knows no such answer`)
}

/** Asserts that the value is what the schema says, and holds nothing that the schema does not know. */
export const mustFit = (schema: z.ZodType, value: unknown, otherwise: string): void => {
  const read = schema.safeParse(value)
  assert.ok(read.success, `${otherwise}: ${read.error?.message ?? ''}\n${JSON.stringify(value)}`)
  assert.deepEqual(read.data, value, `${otherwise}: it has fields that the contract does not know.`)
}

/** The route that answers this request, in the order in which routes are tried. */
export const routeOf = (asked: string): Route | OpenRoute | null => {
  const path = asked.replace(/\?.*$/, '').replace(/^(\w+) \/api\/(v1|latest)\/fleet/, '$1 ')
  const found = patterns.find(([pattern]) => pattern.test(path))
  return found === undefined ? null : found[1]
}

const patterns: readonly (readonly [RegExp, Route | OpenRoute])[] = [
  ...openRoutes.map((route) => [route, route] as const),
  ...(Object.keys(access) as Route[]).map((route) => [route, route] as const),
  ...Object.entries(aliases),
].map(([path, route]) => [new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}/?$`), route])
