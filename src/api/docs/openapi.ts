/** A JSON schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** An OpenAPI document, as far as Muster writes one. https://spec.openapis.org/oas/v3.1.1.html */
export type OpenApiDocument = Readonly<{
  openapi: '3.1.1'
  info: Readonly<{ title: string; version: string; description: string; license: Readonly<{ name: string; identifier: string }> }>
  servers: readonly Server[]
  security: readonly Readonly<Record<string, readonly string[]>>[]
  tags: readonly Readonly<{ name: string }>[]
  paths: Readonly<Record<string, PathItem>>
  components: Readonly<{
    schemas: Readonly<Record<string, JsonSchema>>
    parameters: Readonly<Record<string, Parameter>>
    responses: Readonly<Record<string, Reply>>
    securitySchemes: Readonly<Record<string, JsonSchema>>
  }>
}>

type Server = Readonly<{ url: string }>

export type PathItem = Readonly<Partial<Record<Method, Operation>>> & Readonly<{ servers?: readonly Server[] }>

export const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

export type Method = (typeof methods)[number]

/** One method of a path. `x-roles`: who may call it. */
export type Operation = Readonly<{
  operationId: string
  tags: readonly string[]
  summary: string
  description?: string
  deprecated?: true
  'x-roles'?: readonly string[]
  security?: readonly []
  parameters?: readonly (Parameter | Reference)[]
  requestBody?: Readonly<{ required: boolean; content: Content }>
  responses: Readonly<Record<string, Reply | Reference>>
}>

export type Parameter = Readonly<{
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
}>

export type Reply = Readonly<{ description: string; content?: Content }>

export type Reference = Readonly<{ $ref: string }>

export type Content = Readonly<Record<string, MediaType>>

export type MediaType = Readonly<{
  schema?: JsonSchema
  example?: unknown
  examples?: Readonly<Record<string, Readonly<{ value: unknown }>>>
}>
