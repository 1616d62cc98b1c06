import { ParseError } from '../../kernel/parse-error.ts'
import { withNeutralValues } from '../filling/neutral.ts'
import { valuesAsWritten } from '../json/as-written.ts'
import { otherKindOf } from '../other-kinds.ts'
import { kindOf } from './declarations.ts'

/** A declaration that an admin may upload, of any kind, in Apple's words. `scope` is the server's own key and is not delivered. */
export type UploadedDeclaration = Readonly<{
  type: string
  identifier: string
  scope: 'System' | 'User'
  payload: Readonly<Record<string, unknown>>
}>

/** 1 MiB. */
export const maxDeclarationBytes = 1024 * 1024

/** Apple's limit for identifiers and tokens, in bytes. */
const longestIdentifier = 64
const deepest = 32

const prefix = 'com.apple.configuration.'

/** What a device takes from nobody but its own setup or its own services, and what the server says of itself. */
const refusedTypes: ReadonlySet<string> = new Set([
  ...['account.google', 'management.test', 'watch.enrollment'].map((type) => `${prefix}${type}`),
  'com.apple.management.server-capabilities',
])

/** The one kind of activation that Apple has. */
export const activationType = 'com.apple.activation.simple'

/**
 * Reads a declaration and refuses what the server owns or a device could not take. A variable or secret outside quotes counts as 0. Throws
 * `ParseError`: field `profile` for what is no JSON object, else the key at fault.
 * https://developer.apple.com/documentation/devicemanagement/declarations
 */
export const readDeclarationUpload = (bytes: Uint8Array): UploadedDeclaration => {
  if (bytes.length > maxDeclarationBytes)
    refuse('profile', `The declaration has ${String(bytes.length)} bytes; at most 1 MiB is taken.`)
  const other = otherKindOf(bytes)
  if (other !== null) refuse('profile', `The declaration is ${other}`)
  const text = withNeutralValues('declaration', unmarked(decoded(bytes)))
  const declaration = readDeclaration(text)
  valuesAsWritten(text, 'profile')
  const { type, identifier } = declaration
  if (Buffer.byteLength(identifier) > longestIdentifier)
    refuse('Identifier', `The Identifier has ${String(Buffer.byteLength(identifier))} bytes; Apple allows 64.`)
  if (identifier.startsWith('com.muster.'))
    refuse('Identifier', `The Identifier ${identifier} is reserved for the server's own declarations.`)
  if (type === `${prefix}softwareupdate.enforcement.specific`)
    refuse('Type', 'Software updates cannot be enforced by a declaration of your own; use the settings for OS updates.')
  if (refusedTypes.has(type))
    refuse('Type', `The Type ${type} is not supported: a device takes it from nobody, or the server says it itself.`)
  if (type === `${prefix}management.status-subscriptions`) refuse('Type', 'Status subscriptions belong to the server.')
  if (kindOf(type) === null || !type.startsWith('com.apple.'))
    refuse('Type', `The Type ${type} is no configuration, asset, activation or management declaration of Apple's.`)
  if (type.startsWith('com.apple.activation.')) mustActivate(declaration)
  return declaration
}

/** The configurations that an activation puts in force; none for other declarations. */
export const activatedBy = ({ type, payload }: Pick<UploadedDeclaration, 'type' | 'payload'>): readonly string[] => {
  const named: unknown = type === activationType ? payload['StandardConfigurations'] : []
  return Array.isArray(named) ? named.filter((one) => typeof one === 'string') : []
}

/**
 * The assets that a declaration names, by identifier, each once: Apple calls every such key `…AssetReference` or `…AssetReferences`. A device
 * fetches a declaration again only when its token changes, so the token must tell of them too.
 */
export const assetsNamedBy = ({ payload }: Pick<UploadedDeclaration, 'payload'>): readonly string[] =>
  [...new Set(referencesIn(payload))].slice(0, mostReferences)

const mostReferences = 256

const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isDict(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    /AssetReferences?$/.test(key) ? [inner].flat().filter((one): one is string => typeof one === 'string') : referencesIn(inner),
  )
}

const mustActivate = (declaration: UploadedDeclaration): void => {
  const { type, payload } = declaration
  if (type !== activationType) refuse('Type', `The only activation is ${activationType}.`)
  const named: unknown = payload['StandardConfigurations']
  if (!Array.isArray(named) || named.length === 0 || named.length > 256 || activatedBy(declaration).length !== named.length)
    refuse('Payload.StandardConfigurations', 'StandardConfigurations names 1 to 256 configurations.')
  const predicate: unknown = payload['Predicate']
  if (predicate !== undefined && (typeof predicate !== 'string' || predicate === '' || predicate.length > 10_000))
    refuse('Payload.Predicate', 'Predicate is no text of 1 to 10,000 characters.')
}

/** The payload of a declaration in the very figures that it was written with; `text` is one that `readDeclaration` takes. */
export const payloadAsWritten = (text: string): string => valuesAsWritten(unmarked(text), 'profile').get('Payload') ?? '{}'

/** Reads the keys of a declaration that was checked when it was uploaded. Throws `ParseError`. */
export const readDeclaration = (text: string): UploadedDeclaration => {
  const declaration = parsed(unmarked(text))
  const payload = declaration['Payload']
  if (!isDict(payload)) return refuse('Payload', 'Payload is no JSON object.')
  if (depthOf(payload, 0) > deepest) refuse('Payload', `Payload is nested deeper than ${String(deepest)} levels.`)
  const scope = declaration['PayloadScope'] ?? 'System'
  if (scope !== 'System' && scope !== 'User') return refuse('PayloadScope', 'PayloadScope is neither System nor User.')
  for (const key of Object.keys(declaration))
    if (!['Type', 'Identifier', 'Payload', 'PayloadScope', 'ServerToken'].includes(key))
      refuse(key.slice(0, 64), `A declaration has no key ${key.slice(0, 64)}.`)
  return { type: text255(declaration, 'Type'), identifier: text255(declaration, 'Identifier'), scope, payload }
}

/** Editors on Windows put a byte order mark before what they save as UTF-8; it is kept with the file, and says nothing. */
const unmarked = (text: string): string => (text.startsWith('\ufeff') ? text.slice(1) : text)

const decoded = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse('profile', 'The declaration is no well-formed JSON: it is not in UTF-8.')
  }
}

type Dict = Readonly<Record<string, unknown>>

const parsed = (text: string): Dict => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('profile', 'The declaration is no well-formed JSON.')
  }
  return isDict(value) ? value : refuse('profile', 'The declaration is no JSON object.')
}

const text255 = (dict: Dict, key: string): string => {
  const value = dict[key]
  if (typeof value !== 'string' || value === '') return refuse(key, `${key} is missing or empty.`)
  return value.length > 255 ? refuse(key, `${key} is longer than 255 characters.`) : value
}

/** Stops counting just below what is too deep. */
const depthOf = (value: unknown, depth: number): number => {
  if (typeof value !== 'object' || value === null || depth > deepest) return depth
  return Math.max(
    depth,
    ...Object.values(value)
      .slice(0, 10_000)
      .map((inner) => depthOf(inner, depth + 1)),
  )
}

const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value)

const refuse = (field: string, reason: string): never => {
  throw new ParseError(field, reason)
}
