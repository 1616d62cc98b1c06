import { ParseError } from '../../kernel/parse-error.ts'

/**
 * A place in a document. The functions below read on from it and move it; they know as much of XML as property lists are made of, and refuse
 * the rest: attributes, entities that the document declares, processing instructions. They look at every character a few times at most,
 * however the document is made. They throw `ParseError` (field `plist`).
 */
export type XmlCursor = { readonly text: string; at: number }

/** `<name>`, `</name>` or `<name/>`. */
export type XmlTag = Readonly<{ name: string; form: 'open' | 'close' | 'empty' }>

/** Reads what stands before the outermost element, and sees that the whole document is made of characters that XML allows. */
export const readProlog = (cursor: XmlCursor): void => {
  const { text } = cursor
  const forbidden = text.search(forbiddenCharacter)
  if (forbidden !== -1) {
    cursor.at = forbidden
    notWellFormed('it holds a character that XML forbids')
  }
  if (/^<\?xml[ \t\n]/.test(text)) readDeclaration(cursor)
  skipOutside(cursor)
  if (text.startsWith('<!DOCTYPE', cursor.at)) {
    if (matchAt(cursor, plainDoctype) === null)
      refuse('The document type may only name an external definition of plist; nothing may be declared inside.')
    skipOutside(cursor)
  }
  if (text[cursor.at] !== '<') notWellFormed(cursor.at < text.length ? 'text stands before it begins' : 'it ends too early')
}

/** Reads the next tag, past spaces and comments. */
export const readTag = (cursor: XmlCursor): XmlTag => {
  skipInside(cursor)
  const { text, at } = cursor
  const end = text.indexOf('>', at)
  if (end === -1) return notWellFormed('it ends too early')
  const tag = end - at < longestTag ? tags.get(text.slice(at + 1, end)) : undefined
  if (tag === undefined) return readOddTag(cursor)
  cursor.at = end + 1
  return tag
}

/** Reads text up to the next tag: references resolved, sections opened, comments left out. */
export const readText = (cursor: XmlCursor): string => {
  const { text } = cursor
  let whole = ''
  for (;;) {
    const next = text.indexOf('<', cursor.at)
    if (next === -1) return notWellFormed('it ends too early')
    const run = text.slice(cursor.at, next)
    whole += run.includes('&') || run.includes(']]>') ? resolved(run) : run
    cursor.at = next
    if (text.charCodeAt(next + 1) !== exclamation) return whole
    if (text.startsWith('<!--', next)) skipComment(cursor)
    else if (text.startsWith('<![CDATA[', next)) whole += readSection(cursor)
    else return notWellFormed('a declaration stands inside it')
  }
}

/** Sees that only spaces and comments follow. */
export const readEnd = (cursor: XmlCursor): void => {
  skipOutside(cursor)
  if (cursor.at < cursor.text.length) notWellFormed('something follows after its end')
}

/** Refuses a document in words that repeat nothing of it. */
export const notWellFormed = (reason: string): never => refuse(`The property list is no well-formed XML: ${reason}.`)

/** For people: `line 2, column 7`. */
export const placeOf = ({ text, at }: XmlCursor): string => {
  let line = 1
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', start)) {
    line++
    start = end + 1
  }
  return `line ${String(line)}, column ${String(at - start + 1)}`
}

const [exclamation, lessThan] = [0x21, 0x3c]

/** Beyond the Basic Multilingual Plane all are allowed; decoded text has no half pairs. */
const forbiddenCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

const declaration =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.\d{1,3}"|'1\.\d{1,3}')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*["']([A-Za-z][\w.-]{0,40})["'])?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*["'](?:yes|no)["'])?[ \t\n]*\?>/y

const readDeclaration = (cursor: XmlCursor): void => {
  const found = matchAt(cursor, declaration)
  if (found === null) return notWellFormed('its declaration is malformed')
  if (!/^(utf-?8|us-ascii)$/i.test(found[1] ?? 'utf-8')) refuse('The property list is not declared to be in UTF-8.')
}

const plainDoctype =
  /<!DOCTYPE[ \t\n]+plist(?:[ \t\n]+PUBLIC[ \t\n]+("[^"]*"|'[^']*')[ \t\n]+("[^"]*"|'[^']*')|[ \t\n]+SYSTEM[ \t\n]+("[^"]*"|'[^']*'))?[ \t\n]*>/y

/** Applies a sticky pattern and moves past what it matches. */
const matchAt = (cursor: XmlCursor, pattern: RegExp): RegExpExecArray | null => {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (found !== null) cursor.at += found[0].length
  return found
}

const skipSpaces = (cursor: XmlCursor): void => {
  const { text } = cursor
  let { at } = cursor
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x09; code = text.charCodeAt(at)) at++
  cursor.at = at
}

const skipOutside = (cursor: XmlCursor): void => {
  for (skipSpaces(cursor); cursor.text.startsWith('<!--', cursor.at); skipSpaces(cursor)) skipComment(cursor)
}

/** Between two tags there may also be references and sections, as long as there is nothing in them. */
const skipInside = (cursor: XmlCursor): void => {
  skipSpaces(cursor)
  const { text, at } = cursor
  if (text.charCodeAt(at) === lessThan && text.charCodeAt(at + 1) !== exclamation) return
  if (/[^ \t\n]/.test(readText(cursor))) refuse('Text stands between the elements.')
}

const skipComment = (cursor: XmlCursor): void => {
  const { text, at } = cursor
  const end = text.indexOf('--', at + 4)
  if (end === -1) return notWellFormed('it ends too early')
  if (text[end + 2] !== '>') notWellFormed('a comment holds two hyphens')
  cursor.at = end + 3
}

const readSection = (cursor: XmlCursor): string => {
  const { text, at } = cursor
  const end = text.indexOf(']]>', at)
  if (end === -1) return notWellFormed('it ends too early')
  cursor.at = end + 3
  return text.slice(at + '<![CDATA['.length, end)
}

const names = ['plist', 'dict', 'array', 'key', 'string', 'integer', 'real', 'date', 'data', 'true', 'false'] as const
const longestTag = 64

/** The tags as all writers write them. */
const tags: ReadonlyMap<string, XmlTag> = new Map<string, XmlTag>([
  ['plist version="1.0"', { name: 'plist', form: 'open' }],
  ...names.map((name) => [name, { name, form: 'open' }] as const),
  ...names.map((name) => [`/${name}`, { name, form: 'close' }] as const),
  ...names.map((name) => [`${name}/`, { name, form: 'empty' }] as const),
])

const plainTag = /<(\/?)([A-Za-z_][\w.-]*)[ \t\n]*(\/?)>/y
const plistTag = /<()(plist)[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"[^"<&]*"|'[^'<&]*')[ \t\n]*(\/?)>/y
const beginsAttribute = /<[A-Za-z_][\w.-]*[ \t\n]+[^ \t\n/>]/y

const readOddTag = (cursor: XmlCursor): XmlTag => {
  if (cursor.text[cursor.at + 1] === '?') refuse('The property list holds a processing instruction.')
  const found = matchAt(cursor, plainTag) ?? matchAt(cursor, plistTag)
  if (found === null)
    return matchAt(cursor, beginsAttribute) === null
      ? notWellFormed('a tag is malformed')
      : refuse('An element has an attribute.')
  const [, closes, name = '', isEmpty] = found
  if (closes !== '' && isEmpty !== '') notWellFormed('a tag is malformed')
  return { name, form: closes !== '' ? 'close' : isEmpty !== '' ? 'empty' : 'open' }
}

const resolved = (run: string): string => {
  if (run.includes(']]>')) notWellFormed('a section ends that did not begin')
  let whole = ''
  let from = 0
  for (let at = run.indexOf('&'); at !== -1; at = run.indexOf('&', from)) {
    const end = run.indexOf(';', at)
    if (end === -1 || end - at > longestReference) return notWellFormed('it holds an ampersand that begins no reference')
    whole += run.slice(from, at) + characterOf(run.slice(at + 1, end))
    from = end + 1
  }
  return whole + run.slice(from)
}

const longestReference = 12

const characterOf = (reference: string): string =>
  entities.get(reference) ??
  numbered(/^#(\d+)$/.exec(reference)?.[1], 10) ??
  numbered(/^#x([0-9a-fA-F]+)$/.exec(reference)?.[1], 16) ??
  notWellFormed('it refers to an entity that XML does not know')

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
])

const numbered = (digits: string | undefined, base: number): string | null => {
  if (digits === undefined) return null
  const code = Number.parseInt(digits, base)
  const isHalf = code >= 0xd800 && code <= 0xdfff
  if (code > 0x10ffff || isHalf || forbiddenCharacter.test(String.fromCodePoint(code)))
    return notWellFormed('it refers to a character that XML forbids')
  return String.fromCodePoint(code)
}

const refuse = (message: string): never => {
  throw new ParseError('plist', message)
}
