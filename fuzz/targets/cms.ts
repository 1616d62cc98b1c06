import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { verifyAttached } from '../../src/protocols/cms/verify-attached.ts'
import { verifyDetached } from '../../src/protocols/cms/verify-detached.ts'
import { unwrapSigned } from '../../src/protocols/cms/unwrap-signed.ts'
import { toDefinite } from '../../src/protocols/ber.ts'
import { der, derItemsOf, derTag, readDer } from '../../src/protocols/der.ts'
import { readCertificate } from '../../src/protocols/x509/certificate.ts'
import type { Random } from '../../src/simulators/random.ts'
import type { Target } from '../support/case.ts'
import { BrokenPromise } from '../support/case.ts'
import { readCast } from '../support/cast.ts'
import { idleReport } from '../support/goldens.ts'
import { mutatedDer } from '../support/mutate-der.ts'
import { mutated } from '../support/mutate.ts'
import { mustBeStorable } from '../support/storable.ts'

const { messages, rsa, ec } = readCast()
const { signatureRsa, signatureEc, signatureChained, attached, attachedEc, certificate, caCertificates } = messages
const all = [signatureRsa, signatureEc, signatureChained, attached, attachedEc, certificate, caCertificates]
const keys = [rsa, ec].map(({ certificatePem }) => new X509Certificate(certificatePem).publicKey)
const rsaKey = createPrivateKey(rsa.keyPem)

/** Signatures: only those that one of the two known keys made are taken, and none fits another content. */
export const cms: Target = {
  about: 'Mdm-Signature, signed documents and certificates: bytes and elements changed, some signed anew',
  make: (luck) => {
    const door = luck.pick(['detached', 'detached', 'detached', 'other-content', 'attached', 'unwrap', 'definite', 'certificate'])
    if (door === 'certificate') return { door, bytes: changed(certificate, luck) }
    if (door === 'attached' || door === 'unwrap') return { door, bytes: changed(luck.pick([attached, attachedEc]), luck) }
    if (door === 'detached' && luck.chance(0.25)) return { door, bytes: resigned(luck) }
    return { door, bytes: changed(luck.pick([signatureRsa, signatureRsa, signatureEc, signatureChained]), luck) }
  },
  doors: {
    detached: (bytes) => mustBeKnown(verifyDetached(bytes, idleReport).certificate),
    'other-content': (bytes) => {
      verifyDetached(bytes, Buffer.from('other content'))
      throw new BrokenPromise('A signature fits another content than it was made for.')
    },
    attached: (bytes) => mustBeKnown(verifyAttached(bytes).certificate),
    unwrap: (bytes) => unwrapSigned(bytes),
    definite: (bytes) => readDer(toDefinite(bytes)),
    certificate: (bytes) => mustBeStorable(readCertificate(bytes)),
  },
}

const changed = (bytes: Uint8Array, luck: Random): Uint8Array =>
  luck.chance(0.4) ? mutated(bytes, luck, all) : mutatedDer(bytes, luck, all)

const mustBeKnown = ({ publicKey }: X509Certificate): void => {
  if (!keys.some((key) => key.equals(publicKey))) throw new BrokenPromise('A signature is taken that nobody can have made.')
}

/** With signed attributes that are odd, and a signature that is right. */
const resigned = (luck: Random): Uint8Array => {
  const outer = derItemsOf(readDer(signatureRsa), derTag.sequence, 'The message')
  const body = derItemsOf(readDer(outer[1]?.content ?? new Uint8Array()), derTag.sequence, 'The body')
  const info = derItemsOf(derItemsOf(body.at(-1), derTag.set, 'The signers')[0], derTag.sequence, 'The signer')
  const asSet = der(derTag.set, info[3]?.content ?? new Uint8Array())
  const attributes = Buffer.from(mutatedDer(asSet, luck, all))
  attributes[0] = derTag.set
  const signature = der(derTag.octetString, sign('sha256', attributes, rsaKey))
  attributes[0] = 0xa0
  const parts = info.map(({ whole }, at) => (at === 3 ? attributes : at === info.length - 1 ? signature : whole))
  const signers = der(derTag.set, der(derTag.sequence, ...parts))
  const signed = der(derTag.sequence, ...body.slice(0, -1).map(({ whole }) => whole), signers)
  return der(derTag.sequence, outer[0]?.whole ?? new Uint8Array(), der(0xa0, signed))
}
