/**
 * The first place in a text where XML breaks off because a mark stands for itself: an `&` that begins no reference, a reference to what XML does not
 * know, a `<` that begins no tag. A parser notices such an `&` only where the next `;` or the end is, and tells of that place. The sentence says what
 * to write, and quotes nothing. Null when there is none.
 */
export const strayMark = (text: string): string | null => {
  for (let at = 0; at < text.length;) {
    const next = nextMark(text, at)
    if (next === -1) return null
    const after = text[next] === '&' ? afterReference(text, next) : afterTag(text, next)
    if (typeof after === 'string') return `${after} ${placeOf(text, next)}.`
    at = after
  }
  return null
}

const nextMark = (text: string, from: number): number => {
  const mark = /[&<]/g
  mark.lastIndex = from
  return mark.exec(text)?.index ?? -1
}

/** No name of a reference that XML knows is longer. */
const longestReference = 12
const known = /^&(?:amp|lt|gt|quot|apos|#\d{1,8}|#x[0-9a-f]{1,6});/i

const afterReference = (text: string, at: number): number | string => {
  const here = text.slice(at, at + longestReference)
  const found = known.exec(here)
  if (found !== null) return at + found[0].length
  if (/^&[a-z][a-z0-9]*;/i.test(text.slice(at, at + 40)))
    return 'XML knows no reference by this name, only &amp; &lt; &gt; &quot; and &apos;: write the character itself instead'
  return 'An & stands for itself; write it as &amp;'
}

/** Behind a comment or a CDATA section, in which marks are free; else just behind the mark. */
const afterTag = (text: string, at: number): number | string => {
  for (const [start, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
  ] as const)
    if (text.startsWith(start, at)) {
      const close = text.indexOf(end, at + start.length)
      return close === -1 ? text.length : close + end.length
    }
  return /^<[\p{L}_:/?!]/u.test(text.slice(at, at + 3)) ? at + 1 : 'A < stands for itself; write it as &lt;'
}

const placeOf = (text: string, at: number): string => {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `(line ${String(line)}, column ${String(at - before.lastIndexOf('\n'))})`
}
