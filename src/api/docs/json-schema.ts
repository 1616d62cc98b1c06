import { z } from 'zod'
import type { JsonSchema } from './openapi.ts'

/** A schema as documents tell it, with the components that it refers to, by name. */
export type Told = Readonly<{ schema: JsonSchema; components: Readonly<Record<string, JsonSchema>> }>

/** Tells a schema of what comes in, before it is changed to what the server works with. Objects are open: fields may be added to answers. */
export const told = (schema: z.ZodType): Told => {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: plain }) as JsonSchema
  const { $schema: _, $defs = {}, ...own } = inComponents(whole) as JsonSchema & { $defs?: Readonly<Record<string, JsonSchema>> }
  return { schema: own, components: $defs }
}

/** All components by name. Throws when two have one name: the one would be told as the other. */
export const merged = (all: readonly Told['components'][]): Told['components'] => {
  const byName = new Map<string, JsonSchema>()
  for (const [name, schema] of all.flatMap((components) => Object.entries(components))) {
    const known = byName.get(name)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`Two components are named ${name}.`)
    byName.set(name, schema)
  }
  return Object.fromEntries([...byName].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** Leaves out bounds that every number has, and patterns that say in length what the format says in a word. */
const plain = ({ jsonSchema }: Readonly<{ jsonSchema: z.core.JSONSchema.BaseSchema }>): void => {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

/** The same with its references as OpenAPI has them. */
const inComponents = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inComponents)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : inComponents(inner),
    ]),
  )
}
