import { z } from 'zod'
import type { PastRoute } from '../past/at-any-time.ts'
import { pastRoutes } from '../past/at-any-time.ts'
import { asOf as asOfJson, atQuery } from '../past/moments.ts'
import { number, time } from './common.ts'
import type { Content, Contract, Reply, Tagged } from './contract.ts'
import { component } from './contract.ts'

/** What an answer about the past rests on. */
export const asOf = component(
  'AsOf',
  z.object({
    asked: z.string().describe('The moment, as it was asked for.'),
    events: number.describe('How many events counted.'),
    position: z.string().describe('Of the last of them, in the log.'),
    revision: number.describe('Of the last of them, in its stream.'),
    at: time.describe('When the last of them was recorded.'),
  }),
  asOfJson,
)

export const asOfMarch = {
  ...{ asked: '2026-03-02', events: 31, position: '0000000000004711', revision: 30, at: '2026-03-01T17:02:11.000Z' },
}

/** The contracts, with a moment in the query of what answers as of one, and with what such answers rest on. */
export const atAnyTime = <T extends { readonly [R in PastRoute]: Tagged<R> }>(all: T): T => ({
  ...all,
  ...Object.fromEntries(pastRoutes.map((route) => [route, withMoment(all[route])])),
})

const withMoment = <C extends Contract>({ query = z.object({}), replies, ...contract }: C) => ({
  ...contract,
  query: query.extend(atQuery.shape),
  replies: Object.fromEntries(
    Object.entries(replies).map(([status, reply]: readonly [string, Reply]) => [
      status,
      reply === null ? null : 'type' in reply ? resting(reply) : reply.map(resting),
    ]),
  ),
})

const resting = (content: Content): Content =>
  content.type === 'application/json' && content.schema instanceof z.ZodObject
    ? {
        ...content,
        schema: content.schema.extend({ as_of: asOf.optional() }),
        examples: [...content.examples, ...content.examples.slice(0, 1).map((one) => ({ ...(one as object), as_of: asOfMarch }))],
      }
    : content
