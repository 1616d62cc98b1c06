/** JSON that people read. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = Readonly<{ [key: string]: Json }>

/** Whether a value is an object, and no list. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
