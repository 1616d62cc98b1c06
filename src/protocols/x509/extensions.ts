import { createHash } from 'node:crypto'
import type { Der } from '../der.ts'
import { der, derInteger, derItemsOf, derOid, derSequence, derTag, expectDer, readDer } from '../der.ts'
import type { AltNames } from './alt-names.ts'
import { hasNoAltNames, writeAltNames } from './alt-names.ts'
import { primitive, readBits, readOid, writeBits } from './values.ts'

/** `value` is the DER inside the extension's octet string. */
export type Extension = Readonly<{ oid: string; critical?: boolean; value: Uint8Array }>

export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign'
export type ExtKeyUsage = 'clientAuth' | 'serverAuth'

export const extensionOids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const

/** Marks a push certificate for both of Apple's push environments; clients tell by these where it may be used. */
export const pushExtensions: readonly Extension[] = ['1.2.840.113635.100.6.3.1', '1.2.840.113635.100.6.3.2'].map((oid) => ({
  oid,
  value: Uint8Array.of(derTag.null, 0),
}))

/** An authority that may sign certificates of devices and servers, but no further authority. */
export const authorityConstraints: Extension = {
  oid: extensionOids.basicConstraints,
  critical: true,
  value: derSequence(der(derTag.boolean, Uint8Array.of(0xff)), derInteger(0)),
}

export const leafConstraints: Extension = { oid: extensionOids.basicConstraints, critical: true, value: derSequence() }

export const keyUsage = (usages: readonly KeyUsage[]): Extension => ({
  oid: extensionOids.keyUsage,
  critical: true,
  value: writeUsageBits(usages),
})

export const extKeyUsage = (usage: ExtKeyUsage): Extension => ({
  oid: extensionOids.extKeyUsage,
  value: derSequence(derOid(purposes[usage])),
})

/** Critical when the subject is empty (RFC 5280 §4.2.1.6); none when there is no name. */
export const subjectAltName = (names: AltNames, subjectIsEmpty: boolean): readonly Extension[] =>
  hasNoAltNames(names) ? [] : [{ oid: extensionOids.subjectAltName, critical: subjectIsEmpty, value: writeAltNames(names) }]

export const subjectKeyIdentifier = (keyIdentifier: Uint8Array): Extension => ({
  oid: extensionOids.subjectKeyIdentifier,
  value: der(derTag.octetString, keyIdentifier),
})

export const authorityKeyIdentifier = (keyIdentifier: Uint8Array): Extension => ({
  oid: extensionOids.authorityKeyIdentifier,
  value: derSequence(der(primitive(0), keyIdentifier)),
})

/** SHA-1 of the key's bits, as RFC 5280 §4.2.1.2 proposes: a name for a key, not a protection. `publicKey` is a SubjectPublicKeyInfo. */
export const keyIdentifierOf = (publicKey: Uint8Array): Uint8Array => {
  const [, bits] = derItemsOf(readDer(publicKey), derTag.sequence, 'The public key')
  return createHash('sha1').update(readBits(bits, "The public key's bits")).digest()
}

export const writeExtensions = (extensions: readonly Extension[]): Buffer => derSequence(...extensions.map(writeExtension))

/** Reads an Extensions sequence. Throws `ParseError`. */
export const readExtensions = (element: Der | undefined): readonly Extension[] =>
  derItemsOf(element, derTag.sequence, 'The list of extensions').map((item) => {
    const parts = derItemsOf(item, derTag.sequence, 'An extension')
    const critical = parts[1]?.tag === derTag.boolean && parts[1].content[0] !== 0
    const { content } = expectDer(parts.at(-1), derTag.octetString, "An extension's value")
    return { oid: readOid(parts[0], "An extension's type"), critical, value: content }
  })

/** The usages named in a KeyUsage value; bits without a name here are left out. Throws `ParseError`. */
export const readUsageBits = (value: Uint8Array): readonly KeyUsage[] => {
  const { content } = expectDer(readDer(value), derTag.bitString, 'The key usage')
  const bits = content[1] ?? 0
  return Object.entries(usageBits)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([usage]) => usage as KeyUsage)
}

const purposes: Readonly<Record<ExtKeyUsage, string>> = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' }

const usageBits: Readonly<Record<KeyUsage, number>> = {
  digitalSignature: 0x80,
  keyEncipherment: 0x20,
  keyCertSign: 0x04,
  cRLSign: 0x02,
}

const writeUsageBits = (usages: readonly KeyUsage[]): Buffer => {
  const bits = usages.reduce((sum, usage) => sum | usageBits[usage], 0)
  const unused = [0, 1, 2, 3, 4, 5, 6, 7].find((shift) => ((bits >> shift) & 1) === 1)
  return unused === undefined ? writeBits(Uint8Array.of()) : writeBits(Uint8Array.of(bits), unused)
}

const writeExtension = ({ oid, critical = false, value }: Extension): Buffer =>
  derSequence(derOid(oid), ...(critical ? [der(derTag.boolean, Uint8Array.of(0xff))] : []), der(derTag.octetString, value))
