import { ParseError } from '../../kernel/parse-error.ts'
import { unwrapSigned } from '../cms/unwrap-signed.ts'
import { fillJson } from '../filling/fill-json.ts'
import { replaced } from '../filling/placeholders.ts'
import type { KindOfUpload } from '../kind-of-upload.ts'
import type { Json } from './json.ts'
import { plistJson } from './plist-json.ts'
import { syncmlJson } from './syncml-json.ts'

/**
 * What settings set, as JSON for people: the dictionaries of a profile, the keys of a declaration, the nodes of a Windows profile. Placeholders
 * stay as they are written. Throws `ParseError` for what is none.
 */
export const settingsJson = (kind: KindOfUpload, bytes: Uint8Array): Json => {
  const text = Buffer.from(bytes).toString('utf8')
  if (kind === 'windows-profile') return syncmlJson(text)
  if (kind === 'declaration') return declarationJson(text)
  const xml = isXml(text) ? text : Buffer.from(unwrapSigned(bytes)).toString('utf8')
  if (!isXml(xml)) throw new ParseError('profile', 'The profile is a property list in binary, inside of its signature.')
  return plistJson(xml)
}

const isXml = (text: string): boolean => /^\ufeff?\s*</.test(text)

/** With texts for numbers that JavaScript would round, and for placeholders outside quotes. */
const declarationJson = (text: string): Json => {
  const exact = fillJson(text.replace(/^\ufeff/, ''), {
    string: (inside) => inside,
    bare: (outside) => replaced(outside, ({ written }) => JSON.stringify(written), 'bare'),
  })
  try {
    return JSON.parse(withExactNumbers(exact)) as Json
  } catch (error) {
    if (error instanceof SyntaxError) throw new ParseError('profile', 'The declaration is no well-formed JSON.')
    throw error
  }
}

const withExactNumbers = (json: string): string =>
  json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
  )

/** Longer answers and commands are not worth the time of all others: they are there in base64. */
const mostReadable = 256 * 1024

/** A command or an answer of a device as JSON; null when it is empty, too large, or of another kind. */
export const messageJson = (platform: 'apple' | 'windows', bytes: Uint8Array): Json => {
  if (bytes.length === 0 || bytes.length > mostReadable) return null
  const text = Buffer.from(bytes).toString('utf8')
  try {
    if (platform === 'windows') return nullIfEmpty(syncmlJson(text))
    return text.trimStart().startsWith('<') ? plistJson(text) : null
  } catch (error) {
    if (error instanceof ParseError) return null
    throw error
  }
}

const nullIfEmpty = (list: readonly Json[]): Json => (list.length === 0 ? null : list)
