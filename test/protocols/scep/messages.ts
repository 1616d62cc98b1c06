import { createHash, createPrivateKey, sign } from 'node:crypto'
import { context, der, derInteger, derNull, derOid, derSequence, derSetOf, derTag } from '../../../src/protocols/der.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { AttributeValue } from '../../../src/protocols/scep/attributes.ts'
import { asciiValue, octetsValue, writeAttributes } from '../../../src/protocols/scep/attributes.ts'
import type { Signer } from '../../../src/protocols/scep/client.ts'
import { createSigner } from '../../../src/protocols/scep/client.ts'
import { issuerAndSerialOf } from '../../../src/protocols/scep/signed-data.ts'
import type { KeyPair } from '../../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../../src/protocols/x509/keys.ts'
import type { Authority } from '../../../src/protocols/x509/open-authority.ts'

export const nonce = Buffer.alloc(16, 7)

/** An authority, and a device with a key and a signer. Keys are costly: make the cast once per file. */
export type Cast = Readonly<{
  authority: Authority
  caCertificateDer: Uint8Array
  other: Authority
  keyPair: KeyPair
  signer: Signer
}>

export const createCast = async (): Promise<Cast> => {
  const [authority, other, keyPair] = await Promise.all([
    createAuthority({ commonName: 'Devices', organization: 'Example', years: 10, keyBits: 2048 }),
    createAuthority({ commonName: 'Devices before', organization: 'Example', years: 10, keyBits: 2048 }),
    generateRsaKey(2048),
  ])
  return { authority, caCertificateDer: derOf(authority.certificatePem), other, keyPair, signer: createSigner({ keyPair }) }
}

export const derOf = (pem: string): Buffer => Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64')

/** An identity that the authority has issued, as the signer of a renewal. */
export const createIssuedSigner = async (authority: Authority): Promise<Signer> => {
  const notBefore = new Date()
  const notAfter = new Date(notBefore.getTime() + 86_400_000)
  const issued = await createIdentity({
    authority,
    subject: nameOf({ commonName: 'Mac 12' }),
    notBefore,
    notAfter,
    extKeyUsage: 'clientAuth',
  })
  return { certificateDer: issued.certificateDer, privateKey: createPrivateKey(issued.keyPem) }
}

/** The attributes of a good PKCSReq, with some replaced (or left out, by null). */
export const attributesOf = (changes: Readonly<Record<string, Uint8Array | null>> = {}): readonly AttributeValue[] => {
  const all = { messageType: asciiValue('19'), transactionId: asciiValue('T-1'), senderNonce: octetsValue(nonce), ...changes }
  return Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value] as AttributeValue]))
}

export type OddMessage = Readonly<{
  content: Uint8Array
  signer: Signer
  attributes?: readonly AttributeValue[]
  digest?: Readonly<{ name: string; oid: string }>
  signatureOid?: string
  /** What messageDigest claims; by default the truth. */
  claimedDigest?: Uint8Array
  contentType?: string
  certificates?: readonly Uint8Array[]
  signers?: number
}>

/** Writes signed data as odd as wished: with weak digests, false claims, no certificates, many signers. */
export const writeOddMessage = (odd: OddMessage): Buffer => {
  const { content, signer, attributes = attributesOf(), digest = { name: 'sha256', oid: '2.16.840.1.101.3.4.2.1' } } = odd
  const actual = createHash(digest.name).update(content).digest()
  const type = derOid(odd.contentType ?? '1.2.840.113549.1.7.1')
  const signed = writeAttributes([
    ['contentType', type],
    ['messageDigest', octetsValue(odd.claimedDigest ?? actual)],
    ...attributes,
  ])
  const algorithm = derSequence(derOid(digest.oid), derNull)
  const info = derSequence(
    derInteger(1),
    issuerAndSerialOf(signer.certificateDer),
    algorithm,
    Buffer.concat([Uint8Array.of(context(0)), signed.subarray(1)]),
    derSequence(derOid(odd.signatureOid ?? '1.2.840.113549.1.1.1'), derNull),
    octetsValue(sign(digest.name, signed, signer.privateKey)),
  )
  const parts = [
    derInteger(1),
    derSetOf(algorithm),
    derSequence(type, der(context(0), octetsValue(content))),
    der(context(0), ...(odd.certificates ?? [signer.certificateDer])),
    der(derTag.set, ...Array<Uint8Array>(odd.signers ?? 1).fill(info)),
  ]
  return derSequence(derOid('1.2.840.113549.1.7.2'), der(context(0), derSequence(...parts)))
}

/** A copy with one run of bytes replaced by another of the same length. The run must be there. */
export const replaced = (bytes: Uint8Array, from: Uint8Array, to: Uint8Array): Buffer => {
  const copy = Buffer.from(bytes)
  const at = copy.indexOf(from)
  if (at === -1 || from.length !== to.length) throw new Error('The bytes to replace are not there.')
  copy.set(to, at)
  return copy
}
