import type { PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import type { Random } from '../../src/simulators/random.ts'

/** A list in XML as odd as XML allows, and now and then odder: comments, sections, references, spaces, strange declarations. */
export const oddXml = (value: PlistValue, luck: Random): Uint8Array => {
  const body = `<plist${luck.chance(0.95) ? ' version="1.0"' : luck.pick(oddAttributes)}>${elementOf(value, luck)}</plist>`
  const head = `${luck.chance(0.93) ? '<?xml version="1.0" encoding="UTF-8"?>\n' : luck.pick(oddDeclarations)}${luck.chance(0.6) ? '' : luck.pick(doctypes)}`
  const text = `${head}${body}${luck.chance(0.96) ? '\n' : luck.pick(oddEnds)}`
  return luck.chance(0.98) ? Buffer.from(text) : Buffer.from(text, luck.pick(['utf16le', 'latin1']))
}

const elementOf = (value: PlistValue, luck: Random): string => {
  if (typeof value === 'string') return leaf('string', escaped(value, luck), luck)
  if (typeof value === 'boolean')
    return luck.chance(0.9) ? `<${String(value)}/>` : leaf(String(value), luck.pick(['', ' ', 'x']), luck)
  if (typeof value === 'bigint') return leaf('integer', String(value), luck)
  if (typeof value === 'number') return leaf(Number.isSafeInteger(value) ? 'integer' : 'real', numeral(value, luck), luck)
  if (value instanceof Date) return leaf('date', value.toISOString().replace(/\.\d+/, ''), luck)
  if (value instanceof Uint8Array) return leaf('data', base64Of(value, luck), luck)
  if (!isDict(value)) return around('array', value.map((item) => `${gap(luck)}${elementOf(item, luck)}`).join(''), luck)
  const entries = Object.entries(value).map(
    ([key, entry]) => `${gap(luck)}${leaf('key', escaped(key, luck), luck)}${gap(luck)}${elementOf(entry, luck)}`,
  )
  return around('dict', entries.join(''), luck)
}

const leaf = (name: string, text: string, luck: Random): string => {
  if (text === '' && luck.chance(0.5)) return `<${name}${luck.pick(['/', ' /', '\n/'])}>`
  return `<${name}${luck.chance(0.997) ? '' : luck.pick(oddAttributes)}>${text}</${name}${luck.chance(0.99) ? '' : ' \n'}>`
}

const around = (name: string, inner: string, luck: Random): string =>
  inner === '' && luck.chance(0.5) ? `<${name}/>` : `<${name}>${inner}${gap(luck)}</${luck.chance(0.995) ? name : 'dict'}>`

const gap = (luck: Random): string =>
  luck.chance(0.97)
    ? ''
    : luck.pick(['\n', '\t \r\n', '<!-- a -->', '<!---->', '<!-- a -- b -->', 'x', '&#32;', '<![CDATA[ ]]>', '<?a b?>'])

/** What a character may be written as. */
const escaped = (text: string, luck: Random): string => {
  if (luck.chance(0.05)) return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  const written = Array.from(text, (character) => {
    if (character === '&') return luck.pick(['&amp;', '&#38;', '&#x26;'])
    if (character === '<') return luck.pick(['&lt;', '&#60;', '&#x3C;'])
    if (character === '>' || luck.chance(0.02)) return `&#${String(character.codePointAt(0))};`
    return character
  }).join('')
  return luck.chance(0.99) ? written : written + luck.pick(oddReferences)
}

const numeral = (value: number, luck: Random): string => {
  if (luck.chance(0.05)) return luck.pick(oddNumerals)
  return luck.chance(0.9) ? String(value) : ` ${String(value)}\n`
}

const base64Of = (bytes: Uint8Array, luck: Random): string => {
  const text = Buffer.from(bytes).toString('base64')
  if (luck.chance(0.1)) return text.replaceAll(/.{7}/g, '$&\n\t')
  return luck.chance(0.95)
    ? text
    : luck.pick([text.slice(1), text.replace('=', ''), `${text}=`, text.replaceAll('A', '-'), `=${text}`])
}

const oddAttributes = [
  '',
  ' version="1.0" x="y"',
  ' version=1.0',
  ' a="1" a="2"',
  ' xmlns="x"',
  ' version="&amp;"',
  ' version',
  ' /',
] as const
const oddDeclarations = [
  '',
  '\uFEFF',
  '<?xml version="1.1"?>',
  '<?xml version="1.0" encoding="UTF-16"?>',
  ' <?xml version="1.0"?>',
  '<?xml?>',
  '<?xml version="1.0" encoding="us-ascii" standalone="yes"?>',
] as const
const doctypes = [
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n',
  '<!DOCTYPE plist SYSTEM "file:///etc/passwd">',
  '<!DOCTYPE plist [<!ENTITY a "b">]>',
  '<!DOCTYPE plist>',
  '<!DOCTYPE html>',
  '<!DOCTYPE plist SYSTEM "]>',
] as const
const oddEnds = ['', '<!-- end -->', '<plist/>', 'x', '\u0000', '<?a?>', '</plist>', '&#10;'] as const
const oddReferences = [
  '&#0;',
  '&#xD800;',
  '&#xFFFF;',
  '&#x110000;',
  '&#99999999999;',
  '&apos;',
  '&quot;',
  '&unknown;',
  '&',
  '&#;',
  '&#x;',
  ']]>',
  '&gt',
] as const
const oddNumerals = [
  '0x1F',
  '-0x8000000000000000',
  '+7',
  '1e999',
  '-inf',
  'NaN',
  'infinity',
  '',
  '1.',
  '.5',
  '0x',
  '--1',
  '1_000',
  '٣',
  '99999999999999999999999999999999999999999',
] as const
