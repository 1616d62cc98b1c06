import { SaxesParser } from 'saxes'
import { ParseError } from '../../kernel/parse-error.ts'
import type { KindOfUpload } from '../kind-of-upload.ts'
import { scalars } from '../plist/scalars.ts'
import { isXmlText } from '../plist/xml-text.ts'
import { fillJson } from './fill-json.ts'
import { fillXml } from './fill-xml.ts'
import type { Place, Placeholder, ValueOf } from './placeholders.ts'
import { holdsPlaceholder, placeholdersIn, replaced } from './placeholders.ts'

/**
 * Settings with their placeholders filled in: each text as a reader of the document sees it, written again for the place where it stands. A text
 * that is a document itself (XML in a string, JSON in a string) is filled as one. Throws `ParseError`, field `profile`, that names the placeholder
 * whose value cannot stand in its place, never the value.
 */
export const filled = (kind: KindOfUpload, text: string, valueOf: ValueOf): string => {
  if (!mayHoldPlaceholders(text)) return text
  if (kind === 'declaration') return filledJson(text, valueOf, 0)
  // A signed profile is no text; its reader refuses placeholders.
  if (kind === 'apple-profile' && !/^\ufeff?\s*</.test(text)) return text
  const places = kind === 'apple-profile' ? placesOfPlists : placesOfSyncml
  return filledXml(text, valueOf, { places, depth: 0 })
}

/** The placeholders in settings, each once; what stands in comments is none. */
export const placeholdersOf = (kind: KindOfUpload, text: string): readonly Placeholder[] => {
  const found = new Map<string, Placeholder>()
  const note = (one: Placeholder): null => {
    found.set(one.written, one)
    return null
  }
  if (kind === 'apple-profile' && !/^\ufeff?\s*</.test(text)) placeholdersIn(text).forEach(note)
  else filled(kind, text, note)
  return [...found.values()]
}

/** Cheap, and true whenever there is one: it may be written in escapes. */
const mayHoldPlaceholders = (text: string): boolean => /FLEET_/i.test(text) || /&#|\\u/.test(text)

/** Documents within documents; beyond this a text is only a text. */
const deepest = 6

type Places = Readonly<Partial<Record<string, Place>>>

const placesOfPlists: Places = { integer: 'integer', real: 'real', date: 'date', data: 'data' }
const placesOfSyncml: Places = { LocURI: 'LocURI' }

const filledXml = (xml: string, valueOf: ValueOf, { places, depth }: Readonly<{ places: Places; depth: number }>): string =>
  fillXml(xml, (text, { element, isAttribute }) => {
    const place = isAttribute ? 'text' : (places[element] ?? 'text')
    const told =
      place === 'text'
        ? filledText(text, valueOf, depth + 1)
        : mustFit(text, replaced(text, encodedFor(place, valueOf), place), place)
    if (!isXmlText(told)) refuse(text, 'stands for something with a character that XML cannot carry')
    return told
  })

/** Names of nodes are URIs: what would be read as a part of the path, or as an escape, is escaped. */
const encodedFor =
  (place: Place, valueOf: ValueOf): ValueOf =>
  (placeholder, at) => {
    const value = valueOf(placeholder, at)
    return value === null || place !== 'LocURI' || value === placeholder.written ? value : encodeURIComponent(value)
  }

const filledJson = (json: string, valueOf: ValueOf, depth: number): string =>
  fillJson(json, {
    string: (text) => filledText(text, valueOf, depth + 1),
    bare: (text) => mustFit(text, replaced(text, scalarsOnly(valueOf), 'bare'), 'bare'),
  })

/** Outside quotes a value may be one scalar of JSON, and nothing that makes another document of it. */
const scalarsOnly =
  (valueOf: ValueOf): ValueOf =>
  (placeholder, place) => {
    const value = valueOf(placeholder, place)
    if (value === null || value === placeholder.written) return value
    return /^\s*(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*$/.test(value)
      ? value.trim()
      : refuse(placeholder.written, 'stands outside quotes, but what it stands for is neither a number nor true, false or null')
  }

const filledText = (text: string, valueOf: ValueOf, depth: number): string => {
  if (!holdsPlaceholder(text)) return text
  if (depth <= deepest && isXml(text)) return filledXml(text, valueOf, { places: {}, depth })
  if (depth <= deepest && isJson(text)) return filledJson(text, valueOf, depth)
  return replaced(text, valueOf, 'text')
}

const isXml = (text: string): boolean => {
  const bare = text
    .trim()
    .replace(/^<\?xml[^>]*\?>/, '')
    .trim()
  if (!bare.startsWith('<') || !bare.endsWith('>')) return false
  let sound = true
  const parser = new SaxesParser({ fragment: true })
  parser.on('error', () => {
    sound = false
  })
  parser.write(bare).close()
  return sound
}

const isJson = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const checks = {
  integer: ['in an <integer>', 'no whole number', scalars.integer],
  real: ['in a <real>', 'no number', scalars.real],
  date: ['in a <date>', 'no date of the form YYYY-MM-DDThh:mm:ssZ', scalars.date],
  data: ['in a <data>', 'no base64', scalars.data],
} as const

/** What is not filled in yet is not judged. */
const mustFit = (before: string, after: string, place: Place): string => {
  if (place === 'text' || place === 'bare' || place === 'LocURI' || holdsPlaceholder(after)) return after
  const [where, fault, read] = checks[place]
  try {
    read(after)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    refuse(before, `stands ${where}, but what it stands for is ${fault}`)
  }
  return after
}

const refuse = (text: string, reason: string): never => {
  const names = placeholdersIn(text).map(({ written }) => written.slice(0, 100))
  throw new ParseError('profile', `${[...new Set(names)].slice(0, 5).join(', ')} ${reason}.`)
}
