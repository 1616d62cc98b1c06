import { xmlText } from '../xml/xml-text.ts'
import { holdsPlaceholder } from './placeholders.ts'
import type { XmlPiece } from './xml-pieces.ts'
import { unescaped, xmlPieces } from './xml-pieces.ts'

/** Fills a text of a document as a reader sees it: of which element, and whether it is the value of one of its attributes. */
export type FillText = (text: string, where: Readonly<{ element: string; isAttribute: boolean }>) => string

/**
 * Fills each text and each attribute that holds a placeholder, and writes it again for the place where it stands: what was CDATA is CDATA still.
 * Everything else stays as it was written; comments are no text, and nothing is filled in there.
 */
export const fillXml = (xml: string, fill: FillText): string => {
  const filled: string[] = []
  const open: string[] = []
  let run: XmlPiece[] = []
  const endRun = (): void => {
    if (run.length > 0) filled.push(filledRun(run, open.at(-1) ?? '', fill))
    run = []
  }
  for (const piece of xmlPieces(xml)) {
    if (piece.kind !== 'tag') run.push(piece)
    else {
      endRun()
      const name = /^<\/?(?:[^\s:/>]*:)?([^\s/>]*)/.exec(piece.raw)?.[1] ?? ''
      if (piece.raw.startsWith('</')) open.pop()
      else if (!piece.raw.endsWith('/>')) open.push(name)
      filled.push(filledTag(piece.raw, name, fill))
    }
  }
  endRun()
  return filled.join('')
}

/** All that stands between two tags is one text to a reader, in however many pieces it was written. */
const filledRun = (run: readonly XmlPiece[], element: string, fill: FillText): string => {
  const raw = run.map((piece) => piece.raw).join('')
  const text = run.map(textOf).join('')
  if (!holdsPlaceholder(text)) return raw
  const whole = fill(text, { element, isAttribute: false })
  const [only, another] = run.filter((piece) => textOf(piece).trim() !== '')
  if (only === undefined || another !== undefined) return run.some(({ kind }) => kind === 'cdata') ? cdata(whole) : xmlText(whole)
  // White space around a single piece stays where it is.
  const [before, after] = [
    text.slice(0, text.indexOf(textOf(only))),
    text.slice(text.indexOf(textOf(only)) + textOf(only).length),
  ]
  return only.kind === 'cdata' && whole.startsWith(before) && whole.endsWith(after)
    ? `${before}${cdata(whole.slice(before.length, whole.length - after.length))}${after}`
    : xmlText(whole)
}

const textOf = ({ kind, raw }: XmlPiece): string =>
  kind === 'text' ? unescaped(raw) : kind === 'cdata' ? raw.slice(9, -3).replace(/\r\n?/g, '\n') : ''

/** A section cannot hold its own end, nor a carriage return that a reader would not take for a line end. */
const cdata = (text: string): string =>
  `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>').replaceAll('\r', ']]>&#13;<![CDATA[')}]]>`

const filledTag = (raw: string, element: string, fill: FillText): string =>
  holdsPlaceholder(unescaped(raw))
    ? raw.replace(/(=\s*)("[^"]*"|'[^']*')/g, (whole: string, equals: string, quoted: string) => {
        const value = unescaped(quoted.slice(1, -1))
        if (!holdsPlaceholder(value)) return whole
        return `${equals}"${attribute(fill(value, { element, isAttribute: true }))}"`
      })
    : raw

/** Readers make blanks of line ends and tabs in attributes, unless they are escaped. */
const attribute = (value: string): string => xmlText(value).replace(/[\n\t]/g, (sign) => `&#${String(sign.charCodeAt(0))};`)
