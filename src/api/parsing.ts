import type { Request } from 'express'
import { z } from 'zod'
import { nearName } from '../kernel/near-name.ts'
import type { FieldError } from './errors.ts'
import { HttpRefusal } from './errors.ts'

/** At most this many faults of one request are told. */
const maxFaults = 20

/**
 * The JSON body as `schema` wants it. A field that does not fit, or that the schema does not know, is refused with 422, a body that is no object
 * with 400.
 */
export const bodyOf = <T>(schema: z.ZodType<T>, request: Request): T => {
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new HttpRefusal(400, [{ name: 'base', reason: 'The body is no JSON object.' }])
  return parsed(knowingAll(schema), body, 422)
}

/** The query as `schema` wants it; refused with 400. */
export const queryOf = <T>(schema: z.ZodType<T>, request: Request): T => parsed(schema, request.query, 400)

/** The fields of a form as `schema` wants them; what it does not know is refused as well, with `status`. */
export const formOf = <T>(schema: z.ZodType<T>, request: Request, status: number): T => {
  const form: unknown = request.body
  return parsed(knowingAll(schema), form ?? {}, status)
}

/** What people call things by; every other part of a path is an id. */
const words: ReadonlySet<string> = new Set(['name', 'identifier'])

/** A part of the path as `schema` wants it. What is no id leads nowhere (404); a name that cannot be one is refused with 400. */
export const paramOf = <T>(schema: z.ZodType<T>, request: Request, field: string): T => {
  const told = request.params[field]
  if (!words.has(field) && !schema.safeParse(told).success)
    throw new HttpRefusal(404, [{ name: field, reason: `${String(told).slice(0, 100)} is the id of nothing.` }])
  return parsed(z.object({ [field]: schema }), { [field]: told }, 400)[field] as T
}

/** Fields that are not known are refused, unless the schema says otherwise. */
const knowingAll = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  schema instanceof z.ZodObject && schema.def.catchall === undefined ? (schema.strict() as unknown as z.ZodType<T>) : schema

/** Anything from outside as `schema` wants it; refused with `status`, each fault named by its path. */
const parsed = <T>(schema: z.ZodType<T>, input: unknown, status: number): T => {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  throw new HttpRefusal(status, result.error.issues.flatMap((issue) => faultsOf(issue, known)).slice(0, maxFaults))
}

/** `known` are the fields that may stand at the top. */
const faultsOf = (issue: z.core.$ZodIssue, known: readonly string[]): readonly FieldError[] => {
  const { path, message } = issue
  const name = path.length === 0 ? 'base' : path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys')
    return [{ name, reason: message.startsWith('Invalid') ? `${name}: ${message}.` : message }]
  return issue.keys.map((key) => {
    const near = path.length === 0 ? nearName(key, known) : null
    const whole = [...path, key].map(String).join('.')
    return { name: whole, reason: `${whole} is not known here${near === null ? '.' : `; is ${near} meant?`}` }
  })
}

/** A host's or team's number, as text without leading zeros. */
export const numberText = z
  .string()
  .regex(/^\d{1,16}$/, 'This is no number of at most 16 digits.')
  .transform((digits) => String(Number(digits)))

/** A number of a host or team in JSON, as text. */
export const numberId = z
  .int()
  .min(0)
  .transform((number) => String(number))

/** Which page of a list: `page` from 0, `per_page` from 1 to `most`. */
export const paging = (usual: number, most: number) => ({
  page: z.coerce.number().int().min(0).max(100_000).default(0),
  per_page: z.coerce.number().int().min(1).max(most).default(usual),
})

/** `limit` is one more than the page holds, so that the caller knows whether more follows. */
export const windowOf = ({ page, per_page }: Readonly<{ page: number; per_page: number }>) => ({
  limit: per_page + 1,
  offset: page * per_page,
})

/** Cuts the surplus row off and says what lies around the page. */
export const pageOf = <T>(rows: readonly T[], { page, per_page }: Readonly<{ page: number; per_page: number }>) => ({
  rows: rows.slice(0, per_page),
  meta: { has_next_results: rows.length > per_page, has_previous_results: page > 0 },
})
