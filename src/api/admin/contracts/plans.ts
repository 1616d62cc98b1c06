import { z } from 'zod'
import { sumOf } from '../../planning/sum.ts'
import type { CheckableRoute, PlannableRoute } from '../plans.ts'
import { checkableRoutes, plannableRoutes } from '../plans.ts'
import { number } from './common.ts'
import type { Content, Contract, Reply, Tagged } from './contract.ts'
import { component, json } from './contract.ts'

const setting = z.object({ profile_uuid: z.string(), profile_name: z.string() })

const plan = component(
  'Plan',
  z.object({
    hosts: number.describe('How many hosts would be sent something.'),
    installs: number,
    removals: number,
    unchanged: number.describe('How many hosts are concerned, and would be sent nothing.'),
    by_reason: z.array(setting.extend({ reason: z.string(), installs: number, removals: number, hosts: number })),
    sample: z
      .array(z.object({ host_id: number, name: z.string(), install: z.array(setting), remove: z.array(setting) }))
      .describe('Some of these hosts, at most 50.'),
    warnings: z.array(z.string()).describe('Sentences.'),
  }),
  sumOf,
)

const wifi = { profile_uuid: 'a2f9d1c4e-8f5a-5d0e-9a43-6b1c0e5d7f21', profile_name: 'Wi-Fi' }

const aPlan = {
  ...{ hosts: 212, installs: 0, removals: 212, unchanged: 4 },
  by_reason: [{ ...wifi, reason: 'profile deleted', installs: 0, removals: 212, hosts: 212 }],
  sample: [{ host_id: 2318820476108312, name: 'Mac of Ann', install: [], remove: [wifi] }],
  warnings: [],
}

const planQuery = {
  plan: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: nothing is done; the answer is what it would lead to, host by host.'),
}

const checkQuery = {
  dry_run: z.enum(['true', 'false']).optional().describe('true: nothing is done; what the change would be refused for is told.'),
}

/** The contracts, with the wish for no more than a check in the query of what can be tried out. */
export const checkable = <T extends { readonly [R in CheckableRoute]: Tagged<R> }>(all: T): T => ({
  ...all,
  ...Object.fromEntries(checkableRoutes.map((route) => [route, withCheck(all[route])])),
})

const withCheck = <C extends Contract>({ query = z.object({}), replies, ...contract }: C) => ({
  ...contract,
  query: query.extend(checkQuery),
  replies: { ...replies, 204: null },
})

/** The contracts, with the wish for a plan in the query of what can be planned, and the plan among its answers. */
export const plannable = <T extends { readonly [R in PlannableRoute]: Tagged<R> }>(all: T): T => ({
  ...all,
  ...Object.fromEntries(plannableRoutes.map((route) => [route, withPlan(all[route])])),
})

const withPlan = <C extends Contract>({ query = z.object({}), replies, ...contract }: C) => ({
  ...contract,
  query: query.extend(planQuery),
  replies: { ...replies, 200: contract.plansTellAll === true ? withMore(replies[200]) : either(replies[200]) },
})

const planned = json(z.object({ plan }), { plan: aPlan })

/** The plan, or what the change itself is answered with. */
const either = (reply: Reply | undefined): Content => {
  const done = jsonIn(reply)
  if (done === null) return planned
  return { ...done, schema: z.union([z.object({ plan }), done.schema]), examples: [...done.examples, { plan: aPlan }] }
}

/** What the change itself is answered with, and the plan. */
const withMore = (reply: Reply | undefined): Content => {
  const done = jsonIn(reply)
  if (!(done?.schema instanceof z.ZodObject)) return planned
  const [example] = done.examples as readonly object[]
  return {
    ...done,
    schema: done.schema.extend({ plan: plan.optional() }),
    examples: [...done.examples, { plan: aPlan, ...example }],
  }
}

const jsonIn = (reply: Reply | undefined) =>
  reply !== null && reply !== undefined && 'type' in reply && reply.type === 'application/json' ? reply : null
