import type { Request } from 'express'
import { z } from 'zod'
import type { FieldError } from './errors.ts'
import { HttpRefusal } from './errors.ts'

/** At most this many faults of one request are told. */
const maxFaults = 20

/** The JSON body as `schema` wants it. A field that does not fit is refused with 422, a body that is no object with 400. */
export const bodyOf = <T>(schema: z.ZodType<T>, request: Request): T => {
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new HttpRefusal(400, [{ name: 'base', reason: 'The body is no JSON object.' }])
  return parsed(schema, body, 422)
}

/** The query as `schema` wants it; refused with 400. */
export const queryOf = <T>(schema: z.ZodType<T>, request: Request): T => parsed(schema, request.query, 400)

/** A text as `schema` wants it; refused with 400 in the name of `field`. */
export const paramOf = <T>(schema: z.ZodType<T>, request: Request, field: string): T =>
  parsed(z.object({ [field]: schema }), { [field]: request.params[field] }, 400)[field] as T

/** Anything from outside as `schema` wants it; refused with `status`, each fault named by its path. */
export const parsed = <T>(schema: z.ZodType<T>, input: unknown, status: number): T => {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new HttpRefusal(status, result.error.issues.slice(0, maxFaults).map(faultOf))
}

const faultOf = ({ path, message }: z.core.$ZodIssue): FieldError => {
  const name = path.length === 0 ? 'base' : path.map(String).join('.')
  return { name, reason: message.startsWith('Invalid') ? `${name}: ${message}.` : message }
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
