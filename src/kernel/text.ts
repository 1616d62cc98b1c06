/** Postgres takes neither a NUL nor half a surrogate pair, as text or in JSON: an event that held one would stop every read model. */
const unstorable = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * A text from outside as it may stand in an event: at most `maxLength` UTF-16 units of it, with U+FFFD for what no event can hold, such as the
 * half of a character that the cut has left.
 */
export const storable = (text: string, maxLength: number): string => text.slice(0, maxLength).replaceAll(unstorable, '\ufffd')
