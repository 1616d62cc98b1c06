/** What a terminal obeys instead of showing it, and what turns the direction of the text around it. */
const obeyed = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escaped = (sign: string): string => short[sign] ?? `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/**
 * A text of one line that a terminal shows and does not obey: names come from devices, and whoever holds one may call it anything. Escapes are
 * those of JSON, so that JSON stays what it is.
 */
export const visible = (text: string): string => text.replace(obeyed, escaped)

/** The same for a text of several lines. */
export const visibleLines = (text: string): string =>
  text.replace(obeyed, (sign) => (sign === '\n' || sign === '\t' ? sign : escaped(sign)))
