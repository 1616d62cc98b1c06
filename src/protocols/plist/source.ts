import { SaxesParser } from 'saxes'
import { ParseError } from '../../kernel/parse-error.ts'

/** Where an element stands in a text: `[start, end)` with its tags, and where its content begins. */
export type Span = Readonly<{ start: number; inside: number; end: number }>

/** Where the one value of an XML property list stands in its text, which was read as one before. */
export const spanOfValue = (text: string): Span => {
  const parser = new SaxesParser()
  let depth = 0
  let [start, inside, end] = [-1, -1, -1]
  parser.on('opentag', () => {
    depth += 1
    if (depth !== 2) return
    // No sign of a tag may stand within one.
    start = text.lastIndexOf('<', parser.position - 1)
    inside = parser.position
  })
  parser.on('closetag', () => {
    depth -= 1
    if (depth === 1) end = parser.position
  })
  parser.on('error', (error) => {
    throw new ParseError('plist', `The property list is no well-formed XML: ${error.message}`)
  })
  parser.write(text).close()
  if (end === -1) throw new ParseError('plist', 'The property list holds no value.')
  return { start, inside, end }
}
