import { ParseError } from '../../kernel/parse-error.ts'
import { toDefinite } from '../ber.ts'
import { context, derItemsOf, derTag, expectDer, readDer, readDerItems, type Der } from '../der.ts'
import { oids } from './oids.ts'

/** A CMS SignedData (RFC 5652 §5.1) taken apart; nothing is verified yet. */
export type SignedData = Readonly<{
  /** The whole encoded object identifier of the content's type. */
  contentType: Uint8Array
  /** Null when the signature is detached. */
  content: Uint8Array | null
  /** X.509 certificates in DER. */
  certificates: readonly Uint8Array[]
  signerInfos: readonly Der[]
}>

/**
 * Takes a SignedData apart. Indefinite lengths are taken, because Apple's encoder streams. Throws `ParseError` (field `signature`).
 */
export const readSignedData = (bytes: Uint8Array): SignedData =>
  asSignature(() => readParts(bytes[1] === indefinite ? toDefinite(bytes) : bytes))

/** Gives what the ASN.1 reader finds wrong the field `signature`. */
export const asSignature = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw error instanceof ParseError ? new ParseError('signature', error.message) : error
  }
}

const indefinite = 0x80

const readParts = (bytes: Uint8Array): SignedData => {
  const [type, wrapped] = derItemsOf(readDer(bytes), derTag.sequence, 'The CMS structure')
  const kind = expectDer(type, derTag.oid, 'The CMS type').whole
  if (isSame(kind, oids.envelopedData)) throw new ParseError('signature', 'The CMS structure is encrypted, and not only signed.')
  if (!isSame(kind, oids.signedData)) {
    throw new ParseError('signature', 'The CMS structure is not SignedData.')
  }
  const inside = expectDer(wrapped, context(0), 'The SignedData').content
  const [, , encapsulated, ...rest] = derItemsOf(readDer(inside), derTag.sequence, 'The SignedData')
  const [contentType, content] = derItemsOf(encapsulated, derTag.sequence, 'The encapsulated content')
  const certificates = rest.find(({ tag }) => tag === context(0))
  return {
    contentType: expectDer(contentType, derTag.oid, "The content's type").whole,
    content: content === undefined ? null : octets(expectDer(content, context(0), 'The content')),
    certificates: certificates === undefined ? [] : certificatesIn(certificates),
    signerInfos: derItemsOf(rest.at(-1), derTag.set, 'The list of signers'),
  }
}

const octets = (explicit: Der): Uint8Array => expectDer(readDer(explicit.content), derTag.octetString, 'The content').content

/** Other kinds than X.509 have context tags; nothing here uses them. */
const certificatesIn = (list: Der): readonly Uint8Array[] =>
  readDerItems(list.content)
    .filter(({ tag }) => tag === derTag.sequence)
    .map(({ whole }) => whole)

/** Whether two byte strings are equal; not for secrets. */
export const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
