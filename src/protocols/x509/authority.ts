import type { KeyObject } from 'node:crypto'
import { createHash, randomBytes } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import type { AltNames } from './alt-names.ts'
import type { Extension, ExtKeyUsage, KeyUsage } from './extensions.ts'
import {
  authorityConstraints,
  authorityKeyIdentifier,
  extKeyUsage,
  keyIdentifierOf,
  keyUsage,
  leafConstraints,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts'
import { generateRsaKey, keyPemOf, spkiOf } from './keys.ts'
import type { Name } from './names.ts'
import { nameOf, nameText, writeName } from './names.ts'
import type { Authority } from './open-authority.ts'
import { openAuthority } from './open-authority.ts'
import { signCertificate } from './signing.ts'

/** `years` from `now` (default: today); `keyBits` 2048 to 4096, by default 4096. */
export type AuthorityWish = Readonly<{ commonName: string; organization: string; years: number; keyBits?: number; now?: Date }>

export type CertificateWish = Readonly<{
  authority: Authority
  subject: Name
  /** Any kind that X.509 knows; SCEP wants RSA. */
  publicKey: KeyObject
  notBefore: Date
  /** Cut to the authority's own end. */
  notAfter: Date
  /** Hex, positive, at most 20 bytes; by default 128 random bits. */
  serial?: string
  extKeyUsage: ExtKeyUsage
  /** By default digitalSignature, for servers also keyEncipherment. */
  keyUsage?: readonly KeyUsage[]
  san?: AltNames
  extraExtensions?: readonly Extension[]
}>

export type IssuedCertificate = Readonly<{
  certificateDer: Uint8Array
  certificatePem: string
  /** Lower-case hex, as `readCertificate` gives it. */
  serial: string
  /** SHA-256 of the DER, lower-case hex. */
  fingerprint: string
  notBefore: Date
  notAfter: Date
  /** Such as `O=Example, CN=Mac 12`. */
  subject: string
}>

/** Certificates begin this long before they are made, for clocks that are slow. */
export const clockSkewMs = 10 * 60_000

/** Makes a self-signed authority: signs leaves only (pathlen 0), and may be the recipient of SCEP requests. */
export const createAuthority = async (wish: AuthorityWish): Promise<Authority> => {
  const { commonName, organization, years, keyBits = 4096, now = new Date() } = wish
  const { publicKey, privateKey } = await generateRsaKey(keyBits)
  const name = writeName(nameOf({ organization, commonName }))
  const key = spkiOf(publicKey)
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(now.getUTCFullYear() + years)
  const certificateDer = signCertificate(
    {
      serial: randomSerial(),
      issuer: name,
      subject: name,
      publicKey: key,
      notBefore: new Date(now.getTime() - clockSkewMs),
      notAfter,
      extensions: [
        authorityConstraints,
        keyUsage(['keyCertSign', 'cRLSign', 'digitalSignature', 'keyEncipherment']),
        subjectKeyIdentifier(keyIdentifierOf(key)),
      ],
    },
    privateKey,
  )
  return { certificatePem: pemOf(certificateDer), keyPem: keyPemOf(privateKey) }
}

/**
 * Issues a leaf certificate. Throws `ParseError` when the authority cannot be opened or the serial is none, and `RangeError` when the
 * authority ends before the certificate would begin.
 */
export const issueCertificate = (wish: CertificateWish): IssuedCertificate => {
  const authority = openAuthority(wish.authority)
  const notAfter = new Date(Math.min(wish.notAfter.getTime(), authority.notAfter.getTime()))
  if (notAfter <= wish.notBefore) throw new RangeError(`The certificate would end (${notAfter.toISOString()}) before it begins.`)
  const serial = checkedSerial(wish.serial ?? randomSerial())
  const publicKey = spkiOf(wish.publicKey)
  const certificateDer = signCertificate(
    {
      serial,
      issuer: authority.parts.subject.whole,
      subject: writeName(wish.subject),
      publicKey,
      notBefore: wish.notBefore,
      notAfter,
      extensions: [
        leafConstraints,
        keyUsage(wish.keyUsage ?? defaultUsages[wish.extKeyUsage]),
        extKeyUsage(wish.extKeyUsage),
        ...subjectAltName(wish.san ?? {}, wish.subject.length === 0),
        subjectKeyIdentifier(keyIdentifierOf(publicKey)),
        authorityKeyIdentifier(authority.keyIdentifier),
        ...(wish.extraExtensions ?? []),
      ],
    },
    authority.key,
  )
  const fingerprint = createHash('sha256').update(certificateDer).digest('hex')
  const certificatePem = pemOf(certificateDer)
  return {
    certificateDer,
    certificatePem,
    serial,
    fingerprint,
    notBefore: wish.notBefore,
    notAfter,
    subject: nameText(wish.subject),
  }
}

/** Makes an RSA key (2048 bits by default) and issues its certificate. Throws like `issueCertificate`. */
export const createIdentity = async (
  wish: Omit<CertificateWish, 'publicKey'> & Readonly<{ keyBits?: number }>,
): Promise<IssuedCertificate & Readonly<{ keyPem: string }>> => {
  const { publicKey, privateKey } = await generateRsaKey(wish.keyBits ?? 2048)
  return { ...issueCertificate({ ...wish, publicKey }), keyPem: keyPemOf(privateKey) }
}

const defaultUsages: Readonly<Record<ExtKeyUsage, readonly KeyUsage[]>> = {
  clientAuth: ['digitalSignature'],
  serverAuth: ['digitalSignature', 'keyEncipherment'],
}

/** 128 random bits; the first is 0 and the first byte is not, so that the number is positive and always as long. */
export const randomSerial = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

const checkedSerial = (serial: string): string => {
  const digits = serial.toLowerCase()
  if (!/^(?!0*$)(?![89a-f][0-9a-f]{39})([0-9a-f]{2}){1,20}$/.test(digits))
    throw new ParseError('serial', `${serial} is no positive serial number of at most 20 bytes.`)
  return digits.replace(/^(00)+/, '')
}

/** A certificate in PEM. */
export const pemOf = (certificateDer: Uint8Array): string => {
  const lines =
    Buffer.from(certificateDer)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
