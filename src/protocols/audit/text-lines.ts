/** A line of a file. `text` is null when it is no UTF-8, or longer than `longestLine`; `ended`: a line feed follows. */
export type TextLine = Readonly<{ text: string | null; ended: boolean }>

/** An event has at most 1 MiB as JSON; escapes and the envelope need more. */
const longestLine = 16 * 1024 * 1024

/** Cuts bytes into lines, strictly: only a line feed ends one, and what is no UTF-8 is told instead of repaired. Holds one line in memory. */
export async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  let parts: Uint8Array[] = []
  let length = 0
  const taken = (ended: boolean): TextLine => {
    const line = { text: length > longestLine ? null : decoded(parts), ended }
    ;[parts, length] = [[], 0]
    return line
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      parts.push(chunk.subarray(from, end))
      length += end - from
      yield taken(true)
      from = end + 1
    }
    length += chunk.length - from
    if (from < chunk.length && length <= longestLine) parts.push(chunk.subarray(from))
  }
  if (length > 0) yield taken(false)
}

const lineFeed = 10

const decoded = (parts: readonly Uint8Array[]): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts))
  } catch {
    return null
  }
}
