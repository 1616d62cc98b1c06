import forge from 'node-forge'
import { ParseError } from '../../kernel/parse-error.ts'

/** A push certificate exported from a keychain takes a few KB; a file with many more iterations or bags is no such thing. */
const maxBytes = 64 * 1024

/**
 * The certificate and private key in a PKCS#12 file (`.p12`), as Keychain Access exports a push certificate. `node:crypto` cannot open
 * these. Throws `ParseError` for a wrong password, a damaged file, and a file without exactly one key and its certificate.
 */
export const readPkcs12 = (bytes: Uint8Array, password: string): Readonly<{ certificatePem: string; keyPem: string }> => {
  if (bytes.length > maxBytes)
    throw new ParseError('p12', `The file has ${String(bytes.length)} bytes, more than ${String(maxBytes)}.`)
  const { pki } = forge
  const p12 = open(bytes, password)
  const bagsOf = (type: string) => p12.getBags({ bagType: type })[type] ?? []
  const keys = [pki.oids['pkcs8ShroudedKeyBag'], pki.oids['keyBag']].flatMap((oid) => bagsOf(oid ?? ''))
  const [key] = keys
  if (keys.length === 1 && key?.key == null)
    throw new ParseError(
      'p12',
      'The private key in the file is no RSA key. Apple issues push certificates for RSA keys alone, so this is the file of another certificate.',
    )
  if (keys.length !== 1 || key?.key == null)
    throw new ParseError('p12', `The file holds ${String(keys.length)} private keys, not one.`)
  const privateKey = key.key
  const certificates = bagsOf(pki.oids['certBag'] ?? '').flatMap(({ cert }) => (cert === undefined ? [] : [cert]))
  const own = certificates.find(({ publicKey }) => (publicKey as forge.pki.rsa.PublicKey).n.equals(privateKey.n))
  if (own === undefined) throw new ParseError('p12', 'The file holds no certificate for its private key.')
  return { certificatePem: pki.certificateToPem(own), keyPem: pki.privateKeyToPem(privateKey) }
}

const open = (bytes: Uint8Array, password: string): forge.pkcs12.Pkcs12Pfx => {
  const read = () => forge.asn1.fromDer(Buffer.from(bytes).toString('binary'))
  try {
    return forge.pkcs12.pkcs12FromAsn1(read(), password)
  } catch {
    if (/[^\0-\x7f]/.test(password)) return openInUtf8(read, password)
    throw new ParseError('p12', 'The file is no PKCS#12 file, or the password is wrong.')
  }
}

/**
 * AES files take the password in UTF-8, while the sum over the file takes it in UTF-16, https://www.rfc-editor.org/rfc/rfc8018#section-3 and
 * https://www.rfc-editor.org/rfc/rfc7292#appendix-B.1. The library gives both the same text: so the sum is left out, and whether the password is
 * right is told by the key that must come out of it and belong to a certificate.
 */
const openInUtf8 = (read: () => forge.asn1.Asn1, password: string): forge.pkcs12.Pkcs12Pfx => {
  try {
    const pfx = read()
    if (Array.isArray(pfx.value)) pfx.value = pfx.value.slice(0, 2)
    return forge.pkcs12.pkcs12FromAsn1(pfx, Buffer.from(password).toString('latin1'))
  } catch {
    throw new ParseError('p12', 'The file is no PKCS#12 file, or the password is wrong.')
  }
}
