import { SaxesParser } from 'saxes'
import { ParseError } from '../../kernel/parse-error.ts'
import { strayMark } from '../xml/stray-mark.ts'

/** An element without its prefix and attributes; `text` is what stands in it and not in its children. */
export type Element = Readonly<{ name: string; children: readonly Element[]; text: string }>

type Open = { readonly name: string; readonly children: Element[]; text: string }

const deepest = 32
const mostElements = 20_000

/**
 * Reads elements side by side, as they stand in the body of a SyncML message: no declaration, no processing instruction, no document type.
 * Comments are taken. Throws `ParseError` (field `profile`) that tells where the text stopped making sense.
 */
export const readFragment = (text: string): readonly Element[] => {
  const top: Open = { name: '', children: [], text: '' }
  const open: Open[] = [top]
  let elements = 0
  const parser = new SaxesParser({ fragment: true })
  const inside = (): Open => open.at(-1) ?? top
  let broken = false
  parser.on('opentag', ({ name }) => {
    if (++elements > mostElements) refuse(`The profile holds more than ${String(mostElements)} elements.`)
    if (open.length > deepest) refuse(`The profile is nested deeper than ${String(deepest)} elements.`)
    open.push({ name: name.slice(name.indexOf(':') + 1), children: [], text: '' })
  })
  parser.on('closetag', () => {
    const closed = open.pop()
    if (closed !== undefined) inside().children.push(closed)
  })
  const addText = (part: string): void => {
    inside().text += part
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('doctype', () => refuse('A Windows profile has no document type.'))
  parser.on('processinginstruction', () => refuse('A Windows profile has no processing instruction, not even <?xml … ?>.'))
  parser.on('error', (error) => {
    broken = true
    refuse(`The profile is no well-formed XML: ${reasonOf(error)}.`)
  })
  try {
    parser.write(text).close()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const stray = broken ? strayMark(text) : null
    if (stray !== null) throw new ParseError('profile', `The profile is no well-formed XML: ${stray}`)
    throw new ParseError(
      'profile',
      `${error.message.slice(0, -1)} (line ${String(parser.line)}, column ${String(parser.column)}).`,
    )
  }
  if (top.text.trim() !== '') refuse('Text stands between the elements of the profile.')
  return top.children
}

/** What saxes says up to the colon: what follows may quote the input. */
const reasonOf = (error: Error): string => (error.message.replace(/^\d+:\d+: /, '').split(':')[0] ?? '').replace(/\.$/, '')

const refuse = (message: string): never => {
  throw new ParseError('profile', message)
}
