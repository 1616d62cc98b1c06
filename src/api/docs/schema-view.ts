import type { Html } from '../page.ts'
import { html, joined } from '../page.ts'
import type { JsonSchema } from './openapi.ts'

type Properties = Readonly<Record<string, JsonSchema>>

/** What a value may be, for people: a few words, and below them the fields of what has some. */
export const schemaView = (schema: JsonSchema): Html => {
  const { anyOf } = schema
  if (isSchemas(anyOf)) return joined(anyOf.map(schemaView), html`<p>or</p>`)
  return fieldsView(schema) ?? html`<p>${words(schema)}</p>`
}

/** In a few words: `text, at most 255 characters`. */
export const words = (schema: JsonSchema): Html => {
  const { $ref, anyOf, items, type } = schema
  if (typeof $ref === 'string') return linkTo($ref)
  if (isSchemas(anyOf)) return joined(anyOf.map(words), ' or ')
  if (isSchema(items)) return html`list of ${words(items)}${bounds(schema, 'Items', 'entries')}`
  if (type === 'null') return html`<code>null</code>`
  return html`${named(schema)}${bounds(schema, 'Length', 'characters')}${numbers(schema)}${usually(schema)}`
}

/** The fields of an object, or of the objects in a list; null when it has none of its own. */
const fieldsView = (schema: JsonSchema): Html | null => {
  const { anyOf, items } = schema
  const properties = schema['properties'] as Properties | undefined
  if (isSchema(items)) return fieldsView(items)
  if (isSchemas(anyOf)) {
    const views = anyOf.flatMap((one) => fieldsView(one) ?? [])
    return views.length === 0 ? null : joined(views, html`<p>or</p>`)
  }
  if (properties === undefined) return null
  const required = (schema['required'] ?? []) as readonly string[]
  const rows = Object.entries(properties).map(([name, field]) => fieldView(name, field, required.includes(name)))
  return rows.length === 0
    ? html`<p>No fields.</p>`
    : html`<ul class="fields">
        ${joined(rows)}
      </ul>`
}

/** A field or a parameter: its name, what it may be, what it means. */
export const fieldView = (name: string, schema: JsonSchema, required: boolean): Html => {
  const { description } = schema
  const told = typeof description === 'string' ? html` ${prose(description)}` : ''
  return html`<li>
    <code>${name}</code>
    <span class="type">${words(schema)}${required || 'default' in schema ? '' : ', optional'}</span
    >${told}${fieldsView(schema) ?? ''}
  </li>`
}

/** Text in which `code` stands between backticks. */
export const prose = (text: string): Html =>
  joined(text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`)))

const linkTo = (ref: string): Html => {
  const name = ref.slice(ref.lastIndexOf('/') + 1)
  return html`<a href="#schema-${name}">${name}</a>`
}

const named = (schema: JsonSchema): Html => {
  const { const: only, enum: choice, format, type, pattern } = schema
  if (only !== undefined) return valueView(only)
  if (Array.isArray(choice)) {
    return joined(choice.map(valueView), ', ')
  }
  const name = typeof format === 'string' ? (formats[format] ?? format) : (types[String(type)] ?? 'anything')
  return typeof pattern === 'string' ? html`${name} like <code>${pattern}</code>` : html`${name}`
}

const types: Readonly<Record<string, string>> = {
  ...{ string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false', object: 'object', array: 'list' },
}

const formats: Readonly<Record<string, string>> = {
  ...{ 'date-time': 'time (ISO 8601)', uuid: 'UUID', uri: 'URL', base64: 'base64' },
}

const bounds = (schema: JsonSchema, what: 'Length' | 'Items', unit: string): string => {
  const [least, most] = [numberIn(schema, `min${what}`), numberIn(schema, `max${what}`)]
  if (least !== null && most !== null) return `, ${least} to ${most} ${unit}`
  if (most !== null) return `, at most ${most} ${unit}`
  return least === null ? '' : `, at least ${least} ${unit}`
}

const numbers = (schema: JsonSchema): string => {
  const [least, most] = [numberIn(schema, 'minimum'), numberIn(schema, 'maximum')]
  return `${least === null ? '' : ` from ${least}`}${most === null ? '' : ` to ${most}`}`
}

const numberIn = (schema: JsonSchema, key: string): string | null =>
  typeof schema[key] === 'number' ? String(schema[key]) : null

const usually = (schema: JsonSchema): Html | string =>
  'default' in schema ? html`, ${valueView(schema['default'])} unless told` : ''

/** Texts stand for themselves: that is how queries have them. */
const valueView = (value: unknown): Html =>
  html`<code>${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}</code>`

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value)

const isSchemas = (value: unknown): value is readonly JsonSchema[] => Array.isArray(value)
