/** A piece of an XML document, as it was written: `raw` of all pieces together is the document. */
export type XmlPiece = Readonly<{ kind: 'tag' | 'text' | 'cdata' | 'aside'; raw: string }>

/**
 * Cuts XML into tags, text, CDATA sections and what says nothing to a reader (comments, instructions, document types). It does not judge: of what
 * is not well-formed, the rest is one piece aside. In linear time, whatever it is given.
 */
export const xmlPieces = (xml: string): readonly XmlPiece[] => {
  const pieces: XmlPiece[] = []
  let at = 0
  while (at < xml.length) {
    const end = xml[at] === '<' ? endOfMarkup(xml, at) : endOf(xml, '<', at, 0)
    const raw = xml.slice(at, end ?? xml.length)
    const isText = xml[at] !== '<'
    pieces.push({ kind: isText ? 'text' : end === null ? 'aside' : kindOf(raw), raw })
    at += raw.length
  }
  return pieces
}

const kindOf = (raw: string): XmlPiece['kind'] =>
  raw.startsWith('<![CDATA[') ? 'cdata' : raw.startsWith('<!') || raw.startsWith('<?') ? 'aside' : 'tag'

/** Null: it does not end. */
const endOfMarkup = (xml: string, at: number): number | null => {
  if (xml.startsWith('<!--', at)) return endOf(xml, '-->', at + 4, 3)
  if (xml.startsWith('<![CDATA[', at)) return endOf(xml, ']]>', at + 9, 3)
  if (xml.startsWith('<?', at)) return endOf(xml, '?>', at + 2, 2)
  let quote = ''
  for (let index = at + 1; index < xml.length; index++) {
    const sign = xml[index] ?? ''
    if (quote !== '') quote = sign === quote ? '' : quote
    else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '>') return index + 1
  }
  return null
}

const endOf = (xml: string, what: string, from: number, length: number): number | null => {
  const found = xml.indexOf(what, from)
  return found === -1 ? null : found + length
}

/** What a reader makes of text as it was written: references resolved, line ends as line feeds. Unknown references stay. */
export const unescaped = (raw: string): string =>
  raw.replace(/\r\n?/g, '\n').replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g, resolved)

const resolved = (whole: string, decimal?: string, hex?: string, name?: string): string => {
  if (name !== undefined) return named[name] ?? whole
  const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal)
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? whole : String.fromCodePoint(code)
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
