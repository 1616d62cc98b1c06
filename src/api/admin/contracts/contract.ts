import type { z } from 'zod'
import type { OpenRoute, Route } from '../access.ts'

/** What one route takes and gives. All of it is told in `/api/docs`, and tests hold it against what the route does. */
export type Contract<R extends string = string> = Readonly<{
  /** A few words, imperative. */
  summary: string
  description?: string
  query?: z.ZodObject
  body?: Content
  /** True: the route takes no body, too. */
  bodyMayMiss?: true
  /** True: a plan is told together with what the change would be answered with. */
  plansTellAll?: true
  /** By status; refusals are the same everywhere and are not named. */
  replies: Readonly<Record<number, Reply>>
}> &
  (ParamOf<R> extends never ? unknown : Readonly<{ params: Readonly<Record<ParamOf<R>, z.ZodType>> }>)

/** A contract with the tag that it is found under. */
export type Tagged<R extends string = string> = Contract<R> & Readonly<{ tag: string }>

/** A body or an answer. `examples` are as they travel, and at least one. */
export type Content =
  | Readonly<{ type: 'application/json'; schema: z.ZodType; examples: readonly unknown[] }>
  | Readonly<{ type: 'multipart/form-data'; file: FormFile; schema: z.ZodObject; examples: readonly unknown[] }>
  | Bytes

/** Null: nothing. Several: what the query asks for. */
export type Reply = Content | readonly Content[] | null

type Bytes = Readonly<{
  type:
    'application/octet-stream' | 'application/x-apple-aspen-config' | 'application/x-ndjson' | 'text/csv' | 'text/event-stream'
  what: string
}>

/** The field of a form that holds the file, and what the file is. */
type FormFile = Readonly<{ field: string; what: string }>

/** The names of a template's parameters: `id` of `/hosts/:id`. */
type ParamOf<R extends string> = R extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamOf<`/${Rest}`>
  : R extends `${string}:${infer Name}`
    ? Name
    : never

/** The contracts of one capability, under its name. */
export const tagged = <R extends Route | OpenRoute>(
  tag: string,
  contracts: { readonly [K in R]: Contract<K> },
): { readonly [K in R]: Tagged<K> } =>
  Object.fromEntries(
    Object.entries<Contract>(contracts as Readonly<Record<string, Contract>>).map(([route, contract]) => [
      route,
      { ...contract, tag },
    ]),
  ) as { readonly [K in R]: Tagged<K> }

/** JSON, with examples of it. */
export const json = <S extends z.ZodType>(schema: S, ...examples: readonly [z.input<S>, ...z.input<S>[]]): Content => ({
  type: 'application/json',
  schema,
  examples,
})

/** A multipart form with a file in it; the examples are of its other fields. */
export const form = <S extends z.ZodObject>(
  file: FormFile,
  schema: S,
  ...examples: readonly [z.input<S>, ...z.input<S>[]]
): Content => ({ type: 'multipart/form-data', file, schema, examples })

/** A file as it is; `what` says which. */
export const bytes = (what: string, type: Bytes['type'] = 'application/octet-stream'): Content => ({ type, what })

/**
 * A schema that is told by its name wherever it stands. With the functions that present such values, it does not compile unless whatever
 * they answer fits.
 */
export const component = <S extends z.ZodType>(
  name: string,
  schema: S,
  ..._presenters: readonly ((...given: never[]) => Written<z.output<S>>)[]
): S => schema.meta({ id: name })

/** What JSON makes a `T` of: lists may be read-only, and times `Date`. */
type Written<T> = T extends string
  ? T | Date
  : T extends readonly (infer E)[]
    ? readonly Written<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Written<T[K]> }
      : T
