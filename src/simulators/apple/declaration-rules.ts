import { DeviceFailure } from './failure.ts'

export type Item = Readonly<{ Identifier: string; ServerToken: string }>
export type Items = Readonly<{
  DeclarationsToken: string
  Declarations: Readonly<Record<(typeof lists)[number], readonly Item[]>>
}>
export type Tokens = Readonly<{ SyncTokens: Readonly<{ DeclarationsToken: string }> }>
export type Delivered = Readonly<{ Type: string; Identifier: string; ServerToken: string }>

export const lists = ['Activations', 'Configurations', 'Assets', 'Management'] as const

/** Reads the answer to `tokens`. https://developer.apple.com/documentation/devicemanagement/tokensresponse */
export const tokensIn = (body: Uint8Array): Tokens => {
  const tokens = dictIn(dictIn(jsonIn(body), 'The answer')['SyncTokens'], 'SyncTokens')
  mustBeAText(tokens['DeclarationsToken'], 'DeclarationsToken')
  // RFC 3339, and without fractions of a second.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(tokens['Timestamp']))) refuse('The Timestamp is not as Apple wants it.')
  return { SyncTokens: { DeclarationsToken: String(tokens['DeclarationsToken']) } }
}

/** Reads the answer to `declaration-items`. https://developer.apple.com/documentation/devicemanagement/declarationitemsresponse */
export const itemsIn = (body: Uint8Array): Items => {
  const answer = dictIn(jsonIn(body), 'The answer')
  mustBeAText(answer['DeclarationsToken'], 'DeclarationsToken')
  const declarations = dictIn(answer['Declarations'], 'Declarations')
  const seen = new Set<string>()
  for (const list of lists) {
    const items: unknown = declarations[list]
    if (!Array.isArray(items)) return refuse(`${list} is no list.`)
    for (const item of items) {
      const { Identifier, ServerToken } = dictIn(item, `An item of ${list}`)
      mustBeShort(Identifier, 'Identifier')
      mustBeShort(ServerToken, 'ServerToken')
      if (seen.has(String(Identifier))) refuse(`The Identifier ${String(Identifier)} was announced twice.`)
      seen.add(String(Identifier))
    }
  }
  return answer as Items
}

/**
 * Reads a declaration that was announced as `item` of a kind. https://developer.apple.com/documentation/devicemanagement/declarationbase
 */
export const declarationIn = (body: Uint8Array, kind: string, item: Item): Delivered => {
  const declaration = dictIn(jsonIn(body), 'The declaration')
  const { Type, Identifier, ServerToken, Payload, ...others } = declaration
  if (Identifier !== item.Identifier || ServerToken !== item.ServerToken)
    refuse(`The declaration ${item.Identifier} is not the one that was announced.`)
  const [other] = Object.keys(others)
  if (other !== undefined) refuse(`The declaration ${item.Identifier} has a key ${other}.`)
  mustBeAText(Type, 'Type')
  if (!String(Type).startsWith(`com.apple.${kind}.`)) refuse(`A ${String(Type)} came as one of kind ${kind}.`)
  dictIn(Payload, 'Payload')
  return declaration as Delivered
}

type Dict = Readonly<Record<string, unknown>>

const jsonIn = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return refuse('The server answered with no JSON.')
  }
}

const dictIn = (value: unknown, what: string): Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Dict) : refuse(`${what} is no JSON object.`)

const mustBeAText = (value: unknown, what: string): void => {
  if (typeof value !== 'string' || value === '') refuse(`${what} is missing or empty.`)
}

/** Apple allows 64 octets. */
const mustBeShort = (value: unknown, what: string): void => {
  mustBeAText(value, what)
  if (typeof value === 'string' && Buffer.byteLength(value) > 64) refuse(`${what} has more than 64 octets.`)
}

const refuse = (reason: string): never => {
  throw new DeviceFailure('bad-reply', reason)
}
