import { ParseError } from '../../kernel/parse-error.ts'
import { storable } from '../../kernel/text.ts'

/** One reason why a declaration is not in force. `about` are the texts in its details: identifiers of other declarations, paths, types. */
export type StatusReason = Readonly<{ code: string; description: string; about: readonly string[] }>

/** What a device says of one declaration. */
export type DeclarationStatus = Readonly<{
  kind: 'activation' | 'configuration' | 'asset' | 'management'
  identifier: string
  serverToken: string
  active: boolean
  valid: 'valid' | 'invalid' | 'unknown'
  reasons: readonly StatusReason[]
}>

/**
 * A status report: `declarations` is null when it says nothing of them; `items` are the other status items by their dotted names, single
 * values only. `full` reports replace everything that was told before.
 * https://developer.apple.com/documentation/devicemanagement/statusreport
 */
export type StatusReport = Readonly<{
  declarations: readonly DeclarationStatus[] | null
  items: Readonly<Record<string, string | number | boolean>>
  full: boolean
}>

const mostItems = 500
const mostDeclarations = 5000
const mostDepth = 8

/** Reads the JSON of a status report. Throws `ParseError` naming the key at fault; keys that it does not know are passed over. */
export const readStatusReport = (bytes: Uint8Array): StatusReport => {
  const report = dictIn(parsed(bytes), 'Data')
  const statusItems = dictIn(report['StatusItems'] ?? {}, 'StatusItems')
  const management = isDict(statusItems['management']) ? statusItems['management'] : {}
  const declarations = management['declarations']
  return {
    declarations: isDict(declarations) ? declarationsIn(declarations) : null,
    items: Object.fromEntries(flattened(statusItems, '', 0).slice(0, mostItems)),
    full: report['FullReport'] === true,
  }
}

type Dict = Readonly<Record<string, unknown>>

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw new ParseError('Data', 'Data is no well-formed JSON.')
  }
}

const declarationsIn = (declarations: Dict): readonly DeclarationStatus[] =>
  (['activation', 'configuration', 'asset', 'management'] as const)
    .flatMap((kind) => {
      const list = declarations[kind === 'management' ? kind : `${kind}s`]
      return Array.isArray(list) ? (list as readonly unknown[]).map((status) => ({ kind, status })) : []
    })
    .slice(0, mostDeclarations)
    .flatMap(({ kind, status }): readonly DeclarationStatus[] => {
      if (!isDict(status)) return []
      const identifier = textIn(status, 'identifier')
      if (identifier === '') return []
      const valid = textIn(status, 'valid')
      return [
        {
          kind,
          identifier: storable(identifier, 255),
          serverToken: storable(textIn(status, 'server-token'), 255),
          active: status['active'] === true,
          valid: valid === 'valid' || valid === 'invalid' ? valid : 'unknown',
          reasons: reasonsIn(status['reasons'] ?? status['Reasons']),
        },
      ]
    })

/** Devices write the keys of reasons in either case. */
const reasonsIn = (reasons: unknown): readonly StatusReason[] =>
  Array.isArray(reasons)
    ? (reasons as readonly unknown[])
        .slice(0, 16)
        .filter(isDict)
        .map((reason) => ({
          code: storable(textIn(reason, 'code') || textIn(reason, 'Code'), 255),
          description: storable(textIn(reason, 'description') || textIn(reason, 'Description'), 1024),
          about: textsIn(reason['details'] ?? reason['Details']),
        }))
    : []

/** At the first depth. */
const textsIn = (details: unknown): readonly string[] =>
  isDict(details)
    ? Object.values(details)
        .filter((value) => typeof value === 'string')
        .slice(0, 16)
        .map((text) => storable(text, 255))
    : []

/** Lists are left out: those that matter have readers of their own. */
const flattened = (value: Dict, path: string, depth: number): readonly (readonly [string, string | number | boolean])[] =>
  Object.entries(value).flatMap(([key, inner]) => {
    const name = path === '' ? storable(key, 255) : `${path}.${storable(key, 255)}`
    if (name === 'management') return []
    if (typeof inner === 'string') return [[name, storable(inner, 1024)] as const]
    if (typeof inner === 'number' || typeof inner === 'boolean') return [[name, inner] as const]
    return isDict(inner) && depth < mostDepth ? flattened(inner, name, depth + 1) : []
  })

const dictIn = (value: unknown, field: string): Dict => {
  if (!isDict(value)) throw new ParseError(field, `${field} is no JSON object.`)
  return value
}

const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value)

const textIn = (value: Dict, key: string): string => {
  const text = value[key]
  return typeof text === 'string' ? text : ''
}
