import { ParseError } from '../../kernel/parse-error.ts'
import type { Der } from '../der.ts'
import { der, derItemsOf, derOid, derSequence, derSetOf, derTag, expectDer, readDerItems } from '../der.ts'
import { readOid, stringTag, writeText } from '../x509/values.ts'
import type { Transaction } from './failure.ts'

const arc = '2.16.840.1.113733.1.9'

/** Attributes that are signed with a PKI message. */
export const attributeOids = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  messageType: `${arc}.2`,
  pkiStatus: `${arc}.3`,
  failInfo: `${arc}.4`,
  senderNonce: `${arc}.5`,
  recipientNonce: `${arc}.6`,
  transactionId: `${arc}.7`,
  failInfoText: '1.3.6.1.5.5.7.24.1',
} as const

export type AttributeName = keyof typeof attributeOids

/** First values by OID. */
export type Attributes = ReadonlyMap<string, Der>

/** An attribute to be signed: its name and its one value in DER. */
export type AttributeValue = readonly [AttributeName, Uint8Array]

/** Reads the content of a SET OF Attribute. Throws `ParseError`, also when one type comes twice. */
export const readAttributes = (content: Uint8Array): Attributes => {
  const attributes = new Map<string, Der>()
  for (const item of readDerItems(content)) {
    const [type, values] = derItemsOf(item, derTag.sequence, 'An attribute')
    const oid = readOid(type, "An attribute's type")
    const [value] = derItemsOf(values, derTag.set, `The values of attribute ${oid}`)
    if (value === undefined || attributes.has(oid)) throw new ParseError('attributes', `Attribute ${oid} has not one value.`)
    attributes.set(oid, value)
  }
  return attributes
}

export const writeAttributes = (attributes: readonly AttributeValue[]): Buffer =>
  derSetOf(...attributes.map(([name, value]) => derSequence(derOid(attributeOids[name]), derSetOf(value))))

/** The attributes by which a reply finds its request. Throws `ParseError` when one is missing, empty or of no sensible length. */
export const readTransaction = (attributes: Attributes): Transaction => ({
  transactionId: readAscii(attributes, 'transactionId'),
  senderNonce: readNonce(attributes, 'senderNonce'),
})

/** One of the decimal numbers that SCEP writes as text. Throws `ParseError`. */
export const readNumber = (attributes: Attributes, name: AttributeName): number => {
  const text = readAscii(attributes, name)
  if (!/^\d{1,4}$/.test(text)) throw new ParseError(name, `The attribute ${name} is no number.`)
  return Number(text)
}

/** RFC 8894 wants 16 bytes; some clients send others, which are echoed as they are. */
export const readNonce = (attributes: Attributes, name: AttributeName): Uint8Array => {
  const { content } = expectDer(attributes.get(attributeOids[name]), derTag.octetString, `The attribute ${name}`)
  if (content.length === 0 || content.length > 64) throw new ParseError(name, `The attribute ${name} has not 1 to 64 bytes.`)
  return content
}

/** PrintableString where its alphabet suffices, else UTF8String. */
export const asciiValue = (text: string): Buffer =>
  writeText(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? stringTag.printable : derTag.utf8String, text)

export const octetsValue = (bytes: Uint8Array): Buffer => der(derTag.octetString, bytes)

const readAscii = (attributes: Attributes, name: AttributeName): string => {
  const value = attributes.get(attributeOids[name])
  if (value === undefined) throw new ParseError(name, `The attribute ${name} is missing.`)
  const text = Buffer.from(value.content).toString('latin1')
  if (!asciiTags.has(value.tag) || !/^[ -~]{1,255}$/.test(text))
    throw new ParseError(name, `The attribute ${name} is no text of 1 to 255 ASCII characters.`)
  return text
}

const asciiTags: ReadonlySet<number> = new Set([derTag.printableString, derTag.utf8String, stringTag.ia5, stringTag.t61])
