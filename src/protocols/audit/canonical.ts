/**
 * JSON in its one canonical form (RFC 8785, https://www.rfc-editor.org/rfc/rfc8785): no spaces, keys in the order of their UTF-16 units, numbers
 * and texts as ECMAScript writes them. Equal values have equal bytes, whoever wrote them and in which order.
 */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((one) => (one === undefined ? 'null' : canonical(one))).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const key of Object.keys(members).sort())
    if (members[key] !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonical(members[key])}`
  return `{${text}}`
}
