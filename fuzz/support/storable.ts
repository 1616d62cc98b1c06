import { BrokenPromise } from './case.ts'

/**
 * Promises that no text in a value holds what an event cannot: a NUL or half a surrogate pair, which Postgres takes neither as text nor in JSON.
 * One such text in an event would stop every read model for good.
 */
export const mustBeStorable = (value: unknown, path = 'value'): void => {
  if (typeof value === 'string') {
    if (unstorable.test(value)) throw new BrokenPromise(`${path.slice(0, 200)} holds a text that no event can hold.`)
    return
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date) return
  for (const [key, inner] of Object.entries(value)) {
    mustBeStorable(key, `a key in ${path}`)
    mustBeStorable(inner, `${path}.${key}`)
  }
}

const unstorable = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
