import { ParseError } from '../../kernel/parse-error.ts'

/**
 * The values of a JSON object as they were written, by key: a number of more than 53 bits is the number that it was. `json` is an object that
 * `JSON.parse` takes. With a `field` it throws `ParseError` when a key stands twice in one object, at whatever depth: two readers could see two
 * different ones. Without, the last one counts.
 */
export const valuesAsWritten = (json: string, field: string | null = null): ReadonlyMap<string, string> => {
  const values = new Map<string, string>()
  const open: Container[] = []
  let start = 0
  const endValue = (at: number): void => {
    const top = open.at(-1)
    if (open.length === 1 && top?.key !== null && top !== undefined) values.set(top.key, json.slice(start, at).trim())
  }
  for (const token of json.matchAll(tokens)) {
    const [sign] = token
    const top = open.at(-1)
    if (sign === '{' || sign === '[') open.push({ keys: sign === '{' ? new Set() : null, key: null })
    else if (sign === '}' || sign === ']') {
      endValue(token.index)
      open.pop()
    } else if (sign === ',') {
      endValue(token.index)
      if (top !== undefined) top.key = null
    } else if (sign === ':') start = open.length === 1 ? token.index + 1 : start
    else if (top?.keys != null && top.key === null) {
      top.key = JSON.parse(sign) as string
      if (field !== null && top.keys.has(top.key))
        throw new ParseError(field, `The key ${top.key.slice(0, 64)} stands twice in one object.`)
      top.keys.add(top.key)
    }
  }
  return values
}

/** `keys` is null for an array, `key` while none was read yet. */
type Container = { readonly keys: Set<string> | null; key: string | null }

/** Strings and signs; what else there is between them does not matter here. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g
