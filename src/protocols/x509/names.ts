import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { derItemsOf, derOid, derSequence, derSetOf, derTag } from '../der.ts'
import { readOid, readText, stringTag, writeText } from './values.ts'

export type NameAttribute = Readonly<{ oid: string; value: string }>

/** A distinguished name, in the order of its encoding. Attributes that shared one RDN stand one after the other. */
export type Name = readonly NameAttribute[]

const oids = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  state: '2.5.4.8',
  street: '2.5.4.9',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  dnQualifier: '2.5.4.46',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
  email: '1.2.840.113549.1.9.1',
} as const

export type NameField = keyof typeof oids

/** A name from its parts, in the order given: `nameOf({ organization: 'Example', commonName: 'Mac 12' })`. */
export const nameOf = (parts: Readonly<Partial<Record<NameField, string>>>): Name =>
  Object.entries(parts).map(([field, value]) => ({ oid: oids[field as NameField], value }))

/** The first value that a name has for a field; null when it has none. */
export const valueIn = (name: Name, field: NameField): string | null => name.find(({ oid }) => oid === oids[field])?.value ?? null

/** True for attributes of a known type that have a value, and a country's two letters where that is their type. */
export const isKnownAttribute = ({ oid, value }: NameAttribute): boolean =>
  shortNames.has(oid) && (oid === oids.country ? /^[A-Za-z]{2}$/.test(value) : value !== '')

const maxAttributes = 32

/** Reads a Name. Throws `ParseError` on malformed bytes, values that are no text, and more than 32 attributes. */
export const readName = (element: Der | undefined, what: string): Name => {
  const name = derItemsOf(element, derTag.sequence, what).flatMap((rdn) =>
    derItemsOf(rdn, derTag.set, `A part of ${what}`).map(readAttribute),
  )
  if (name.length > maxAttributes) throw new ParseError('der', `${what} has more than ${String(maxAttributes)} attributes.`)
  return name
}

/** Writes a Name, one RDN per attribute. */
export const writeName = (name: Name): Buffer =>
  derSequence(
    ...name.map((attribute) => derSetOf(derSequence(derOid(attribute.oid), writeText(tagOf(attribute), attribute.value)))),
  )

/** A name for people and for comparing: `O=Example, CN=Mac 12`. Commas, pluses, equals signs and backslashes in values are escaped. */
export const nameText = (name: Name): string =>
  name.map(({ oid, value }) => `${shortNames.get(oid) ?? oid}=${value.replaceAll(/[\\,+=]/g, '\\$&')}`).join(', ')

const shortNames: ReadonlyMap<string, string> = new Map([
  [oids.commonName, 'CN'],
  [oids.surname, 'SN'],
  [oids.serialNumber, 'serialNumber'],
  [oids.country, 'C'],
  [oids.locality, 'L'],
  [oids.state, 'ST'],
  [oids.street, 'street'],
  [oids.organization, 'O'],
  [oids.organizationalUnit, 'OU'],
  [oids.title, 'title'],
  [oids.givenName, 'GN'],
  [oids.dnQualifier, 'dnQualifier'],
  [oids.userId, 'UID'],
  [oids.domainComponent, 'DC'],
  [oids.email, 'emailAddress'],
])

const readAttribute = (element: Der): NameAttribute => {
  const [type, value] = derItemsOf(element, derTag.sequence, 'An attribute of a name')
  return { oid: readOid(type, "A name attribute's type"), value: readText(value, "A name attribute's value") }
}

/** The string types that RFC 5280 appendix A asks for, where the value allows it; UTF8String for all the rest. */
const tagOf = ({ oid, value }: NameAttribute): number => {
  if (printables.has(oid) && /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)) return stringTag.printable
  if (ia5s.has(oid) && /^[ -~]*$/.test(value)) return stringTag.ia5
  return derTag.utf8String
}

const printables: ReadonlySet<string> = new Set([oids.country, oids.serialNumber, oids.dnQualifier])
const ia5s: ReadonlySet<string> = new Set([oids.email, oids.domainComponent])
