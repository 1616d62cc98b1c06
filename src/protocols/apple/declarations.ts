import { createHash } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'

/**
 * A declaration before it has a token. The kind is the third word of `Type` (`com.apple.configuration.…`).
 * https://developer.apple.com/documentation/devicemanagement/leveraging-the-declarative-management-data-model-to-scale-devices
 */
export type Declaration = Readonly<{ Type: string; Identifier: string; Payload: Readonly<Record<string, unknown>> }>

export type DeclarationKind = 'activation' | 'configuration' | 'asset' | 'management'

/**
 * A declaration as it is delivered. The token changes with anything in it, and with nothing else. `payloadJson` is the payload as it was written,
 * for numbers that JavaScript would round; absent: `Payload` says it all.
 */
export type DeliveredDeclaration = Declaration & Readonly<{ ServerToken: string; payloadJson?: string }>

/** Everything that one channel is to have, with the token over all of it. */
export type DeclarationSet = Readonly<{ token: string; declarations: readonly DeliveredDeclaration[] }>

/** What a device asks for in a DeclarativeManagement message. */
export type DeclarativeEndpoint =
  | Readonly<{ kind: 'tokens' }>
  | Readonly<{ kind: 'declaration-items' }>
  | Readonly<{ kind: 'status' }>
  | Readonly<{ kind: 'declaration'; of: DeclarationKind; identifier: string }>

/** Gives tokens to declarations, in order of their identifiers; the same declarations always get the same tokens. */
export const declarationSet = (declarations: readonly Declaration[]): DeclarationSet => {
  const ordered = [...declarations].sort((one, other) => (one.Identifier < other.Identifier ? -1 : 1))
  const delivered = ordered.map(({ Type, Identifier, Payload }) => ({
    Type,
    Identifier,
    ServerToken: hashOf(JSON.stringify([Type, Identifier, sorted(Payload)])),
    Payload,
  }))
  return deliveredSet(delivered)
}

/** The set of declarations that have their tokens already. */
export const deliveredSet = (declarations: readonly DeliveredDeclaration[]): DeclarationSet => {
  const ordered = [...declarations].sort((one, other) => (one.Identifier < other.Identifier ? -1 : 1))
  return {
    token: hashOf(ordered.map(({ Identifier, ServerToken }) => `${Identifier}\n${ServerToken}\n`).join('')),
    declarations: ordered,
  }
}

/** The activation that puts one configuration in force; Apple allows 64 bytes for its identifier too. */
export const activationOf = (identifier: string): Declaration => ({
  Type: 'com.apple.activation.simple',
  Identifier: activationIdOf(identifier),
  Payload: { StandardConfigurations: [identifier] },
})

/** What the activation of a configuration is called. */
export const activationIdOf = (identifier: string): string => {
  const name = `${identifier}.activation`
  return Buffer.byteLength(name) <= 64 ? name : `${hashOf(identifier)}.activation`
}

/** Reads the endpoint; null for one that does not exist. Throws `ParseError` for an identifier that cannot be read. */
export const readEndpoint = (endpoint: string): DeclarativeEndpoint | null => {
  if (endpoint === 'tokens' || endpoint === 'declaration-items' || endpoint === 'status') return { kind: endpoint }
  const [first, kind, identifier, ...more] = endpoint.split('/')
  const of = kinds.find((known) => known === kind)
  if (first !== 'declaration' || of === undefined || identifier === undefined || identifier === '' || more.length > 0) return null
  try {
    return { kind: 'declaration', of, identifier: decodeURIComponent(identifier) }
  } catch {
    throw new ParseError('Endpoint', 'The identifier in Endpoint is not well escaped.')
  }
}

/** The answer to `tokens`. `since` is when the set came to be; Apple wants it without fractions of a second. */
export const writeTokens = ({ token }: DeclarationSet, since: Date): string =>
  JSON.stringify({ SyncTokens: { DeclarationsToken: token, Timestamp: since.toISOString().replace(/\.\d+Z$/, 'Z') } })

/** The answer to `declaration-items`: all four lists, be they empty. */
export const writeDeclarationItems = ({ token, declarations }: DeclarationSet): string => {
  const itemsOf = (kind: DeclarationKind) =>
    declarations.filter(({ Type }) => kindOf(Type) === kind).map(({ Identifier, ServerToken }) => ({ Identifier, ServerToken }))
  return JSON.stringify({
    Declarations: {
      Activations: itemsOf('activation'),
      Configurations: itemsOf('configuration'),
      Assets: itemsOf('asset'),
      Management: itemsOf('management'),
    },
    DeclarationsToken: token,
  })
}

/** The answer to `declaration/<kind>/<identifier>`; null when the set has none such. */
export const writeDeclaration = (
  { declarations }: DeclarationSet,
  { of, identifier }: Extract<DeclarativeEndpoint, { kind: 'declaration' }>,
): string | null => {
  const found = declarations.find(({ Type, Identifier }) => Identifier === identifier && kindOf(Type) === of)
  if (found === undefined) return null
  const { payloadJson, Payload, ...keys } = found
  return `${JSON.stringify(keys).slice(0, -1)},"Payload":${payloadJson ?? JSON.stringify(Payload)}}`
}

const kinds: readonly DeclarationKind[] = ['activation', 'configuration', 'asset', 'management']

/** The kind in a type such as `com.apple.configuration.passcode.settings`; null when it has none. */
export const kindOf = (type: string): DeclarationKind | null => kinds.find((kind) => kind === type.split('.')[2]) ?? null

/** Tokens may have 64 bytes; this has 43 characters. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** With keys in order, at every depth: how the JSON was written must not matter. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
