import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { context, der, derInteger, derNull, derOid, derSequence, derSetOf, derTag } from '../../../src/protocols/der.ts'
import type { SigningIdentity } from '../../../src/protocols/cms/sign.ts'

/** A self-signed identity, valid from 2020 to 2049. */
export const selfSigned = (type: 'rsa' | 'ec', serial = 7, name = 'Muster test'): SigningIdentity => {
  const { privateKey, publicKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = certificateFor(privateKey, publicKey, { type, serial, name })
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${
      certificate
        .toString('base64')
        .match(/.{1,64}/g)
        ?.join('\n') ?? ''
    }\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const certificateFor = (
  privateKey: KeyObject,
  publicKey: KeyObject,
  { type, serial, name }: Readonly<{ type: 'rsa' | 'ec'; serial: number; name: string }>,
): Buffer => {
  const algorithm =
    type === 'rsa' ? derSequence(derOid('1.2.840.113549.1.1.11'), derNull) : derSequence(derOid('1.2.840.10045.4.3.2'))
  const subject = derSequence(derSetOf(derSequence(derOid('2.5.4.3'), der(derTag.utf8String, Buffer.from(name)))))
  const time = (text: string) => der(derTag.utcTime, Buffer.from(text))
  const body = derSequence(
    der(context(0), derInteger(2)),
    derInteger(serial),
    algorithm,
    subject,
    derSequence(time('200101000000Z'), time('491231235959Z')),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  return derSequence(body, algorithm, der(derTag.bitString, Uint8Array.of(0), sign('sha256', body, privateKey)))
}
