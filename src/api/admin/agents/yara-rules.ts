import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { allYaraRules, yaraRules } from '../../../domain/yara-rules/yara-rules.ts'
import { bodyOf, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'

type YaraRoutes = Pick<Handlers, 'GET /yara_rules' | 'PUT /yara_rules/:name' | 'DELETE /yara_rules/:name'>

/** The name under which an agent asks for a rule. */
export const ruleName = z
  .string()
  .regex(/^\w[\w.-]{0,99}$/, 'A name has 1 to 100 letters, digits, dots, hyphens and underscores.')

export const rule = z.object({
  contents: z
    .string()
    .min(1, 'A rule cannot be empty.')
    .refine((text) => Buffer.byteLength(text) <= 1024 * 1024, 'A rule has at most 1 MiB.'),
})

/** Rules for the agents' search in files. */
export const yaraRoutes = (app: App): YaraRoutes => ({
  'GET /yara_rules': async (_, response) => {
    const { state } = await app.load(yaraRules, allYaraRules)
    const rules = Object.values(state).toSorted((one, other) => (one.name < other.name ? -1 : 1))
    response.json({ yara_rules: rules.map(({ name, size, sha256, since }) => ({ name, size, sha256, updated_at: since })) })
  },

  'PUT /yara_rules/:name': async (request, response, { cause }) => {
    const name = paramOf(ruleName, request, 'name')
    const bytes = Buffer.from(bodyOf(rule, request).contents)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const data = { name, sha256, size: bytes.length, content: await app.blobs.keep(bytes, cause) }
    const executed = await app.execute(yaraRules, allYaraRules, { type: 'SetYaraRule', data }, cause)
    await answer(app, response, executed, () => ({ name, sha256 }))
  },

  'DELETE /yara_rules/:name': async (request, response, { cause }) => {
    const data = { name: paramOf(ruleName, request, 'name') }
    await answer(app, response, await app.execute(yaraRules, allYaraRules, { type: 'DeleteYaraRule', data }, cause), () => ({}))
  },
})
