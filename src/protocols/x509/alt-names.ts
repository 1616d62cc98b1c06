import { isIP } from 'node:net'
import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { context, der, derItemsOf, derOid, derSequence, derTag, readDer, readDerItems } from '../der.ts'
import { primitive, readOid, readText, stringTag, writeText } from './values.ts'

/** The subject alternative names in use here. `principal` is Microsoft's user principal name. */
export type AltNames = Readonly<{
  dns?: readonly string[]
  ip?: readonly string[]
  email?: readonly string[]
  uri?: readonly string[]
  principal?: readonly string[]
}>

const tags = { other: context(0), email: primitive(1), dns: primitive(2), uri: primitive(6), ip: primitive(7) } as const
const principalName = '1.3.6.1.4.1.311.20.2.3'
const maxNames = 64

/** True when there is no name at all. */
export const hasNoAltNames = (names: AltNames): boolean => Object.values(names).every((values) => values.length === 0)

/** Writes a GeneralNames. Throws `ParseError` on an IP address that is none. */
export const writeAltNames = ({ dns = [], ip = [], email = [], uri = [], principal = [] }: AltNames): Buffer =>
  derSequence(
    ...dns.map((name) => writeText(tags.dns, name)),
    ...ip.map((address) => der(tags.ip, ipBytes(address))),
    ...email.map((address) => writeText(tags.email, address)),
    ...uri.map((address) => writeText(tags.uri, address)),
    ...principal.map((name) => der(tags.other, derOid(principalName), der(context(0), writeText(derTag.utf8String, name)))),
  )

/** Reads a GeneralNames; kinds that are not in use here are left out. Throws `ParseError` on malformed bytes and more than 64 names. */
export const readAltNames = (bytes: Uint8Array): AltNames => {
  const names = derItemsOf(readDer(bytes), derTag.sequence, 'The subject alternative name')
  if (names.length > maxNames) throw new ParseError('der', `There are more than ${String(maxNames)} subject alternative names.`)
  const textsOf = (tag: number) =>
    names.filter((name) => name.tag === tag).map((name) => readText({ ...name, tag: stringTag.ia5 }, 'An alternative name'))
  return {
    dns: textsOf(tags.dns),
    ip: names.filter(({ tag }) => tag === tags.ip).map(({ content }) => ipText(content)),
    email: textsOf(tags.email),
    uri: textsOf(tags.uri),
    principal: names.filter(({ tag }) => tag === tags.other).flatMap(principalIn),
  }
}

const principalIn = ({ content }: Der): readonly string[] => {
  const [type, value] = readDerItems(content)
  if (readOid(type, "An alternative name's type") !== principalName) return []
  return [readText(derItemsOf(value, context(0), 'A principal name')[0], 'A principal name')]
}

const ipText = (bytes: Uint8Array): string => {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) throw new ParseError('der', 'An IP address has neither 4 nor 16 bytes.')
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

const ipBytes = (address: string): Uint8Array => {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) throw new ParseError('san', `${address} is no IP address.`)
  if (version === 4) return Uint8Array.from(address.split('.').map(Number))
  // The URL parser leaves plain groups of hex digits, at most one run of them shortened to `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))
