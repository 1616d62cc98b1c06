import { holdsPlaceholder } from './placeholders.ts'

export type FillJson = Readonly<{
  /** Fills what a string says. */
  string: (text: string) => string
  /** Fills what stands outside all quotes. */
  bare: (text: string) => string
}>

/**
 * Fills strings, keys among them, and what stands outside quotes. Strings without placeholders, numbers and white space stay as they were
 * written. It does not judge whether the text is JSON; what follows a quote that does not end stays as it is.
 */
export const fillJson = (json: string, fill: FillJson): string => {
  const filled: string[] = []
  let at = 0
  while (at < json.length) {
    const quote = json.indexOf('"', at)
    const bare = json.slice(at, quote === -1 ? json.length : quote)
    filled.push(holdsPlaceholder(bare) ? fill.bare(bare) : bare)
    if (quote === -1) break
    const end = endOfString(json, quote)
    filled.push(filledString(json.slice(quote, end), fill))
    at = end
  }
  return filled.join('')
}

const endOfString = (json: string, quote: number): number => {
  for (let index = quote + 1; index < json.length; index++) {
    if (json[index] === '\\') index++
    else if (json[index] === '"') return index + 1
  }
  return json.length
}

const filledString = (written: string, { string }: FillJson): string => {
  if (!written.includes('$') && !written.includes('\\')) return written
  const text = textOf(written)
  return text !== null && holdsPlaceholder(text) ? JSON.stringify(string(text)) : written
}

const textOf = (written: string): string | null => {
  try {
    const text: unknown = JSON.parse(written)
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}
