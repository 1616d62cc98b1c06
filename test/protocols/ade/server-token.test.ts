import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { openServerToken, readServerToken } from '../../../src/protocols/ade/server-token.ts'
import type { TokenIdentity } from '../../../src/protocols/ade/token-identity.ts'
import { createTokenIdentity } from '../../../src/protocols/ade/token-identity.ts'
import { readCertificate } from '../../../src/protocols/x509/certificate.ts'

const json = JSON.stringify({
  consumer_key: `CK_${'48dd68d198350f51258e885ce9a5c37a'.repeat(2)}`,
  consumer_secret: 'CS_98d4',
  access_token: 'AT_O8844',
  access_secret: 'AS_c31afd7a',
  access_token_expiry: '2026-11-30T10:00:00Z',
})
const expected = {
  consumerKey: `CK_${'48dd68d198350f51258e885ce9a5c37a'.repeat(2)}`,
  consumerSecret: 'CS_98d4',
  accessToken: 'AT_O8844',
  accessSecret: 'AS_c31afd7a',
  expiresAt: '2026-11-30T10:00:00.000Z',
}
const mime = 'Content-Type: text/plain;charset=UTF-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
const marked = `${mime}-----BEGIN MESSAGE-----\r\n${json.replaceAll(/.{60}/g, '$&\r\n')}\r\n-----END MESSAGE-----\r\n`

describe('A server token as it comes from Apple', () => {
  let identity: TokenIdentity
  let folder: string

  before(async () => {
    identity = await createTokenIdentity('MDM of Example', new Date())
    folder = mkdtempSync(join(tmpdir(), 'token-'))
    writeFileSync(join(folder, 'cert.pem'), identity.certificatePem)
  })
  after(() => {
    rmSync(folder, { recursive: true })
  })

  const sealed = (content: string, ...options: readonly string[]): Buffer => {
    writeFileSync(join(folder, 'content'), content)
    const [to, from, key] = ['out', 'content', 'cert.pem'].map((name) => join(folder, name))
    // A recipient whose key is encrypted in another way must be named by an option.
    const recipient = options.some((option) => option.startsWith('rsa_')) ? ['-recip', String(key)] : [String(key)]
    const [before, after] = recipient.length === 2 ? [recipient, []] : [[], recipient]
    execFileSync('openssl', [
      'cms',
      '-encrypt',
      '-binary',
      '-in',
      String(from),
      '-out',
      String(to),
      ...before,
      ...options,
      ...after,
    ])
    return readFileSync(String(to))
  }
  /** Apple's header, with a line broken where none may be. */
  const asApple = (der: Buffer, newline = '\r\n'): Buffer =>
    Buffer.from(
      [
        ...['Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-', 'data'],
        ...['Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename="smime.p7m"', ''],
        ...(der.toString('base64').match(/.{1,76}/g) ?? []),
        '',
      ].join(newline),
    )

  for (const [form, options] of Object.entries({
    'AES-128 and indefinite lengths': ['-aes128', '-stream', '-outform', 'DER'],
    'AES-128 and definite lengths': ['-aes128', '-outform', 'DER'],
    'AES-256': ['-aes256', '-stream', '-outform', 'DER'],
    'triple DES': ['-des3', '-stream', '-outform', 'DER'],
    'a recipient named by its key': ['-aes128', '-keyid', '-outform', 'DER'],
    'OAEP with SHA-1': ['-aes128', '-keyopt', 'rsa_padding_mode:oaep', '-outform', 'DER'],
    'OAEP with SHA-256': [
      ...['-aes256', '-stream', '-keyopt', 'rsa_padding_mode:oaep', '-keyopt', 'rsa_oaep_md:sha256', '-outform', 'DER'],
    ],
  }))
    it(`opens with ${form}, bare, and under Apple's broken header with either kind of line end`, () => {
      const der = sealed(marked, ...options)
      assert.equal(der[1] === 0x80, options.includes('-stream'), 'OpenSSL made the form that is meant')
      assert.deepEqual(openServerToken(der, identity), expected)
      assert.deepEqual(openServerToken(asApple(der), identity), expected)
      assert.deepEqual(openServerToken(asApple(der, '\n'), identity), expected)
    })

  it('opens in the forms that OpenSSL writes itself: S/MIME and PEM', () => {
    assert.deepEqual(openServerToken(sealed(marked, '-aes128', '-stream', '-outform', 'SMIME'), identity), expected)
    assert.deepEqual(openServerToken(sealed(marked, '-aes128', '-outform', 'PEM'), identity), expected)
  })

  it('is read with and without markers, header and line breaks', () => {
    const broken = json.replaceAll(/.{33}/g, '$&\n')
    for (const content of [json, marked, marked.replaceAll('\r', ''), `${mime}${json}`, `${mime}${broken}`, broken])
      assert.deepEqual(readServerToken(content), expected)
  })

  it('for another certificate is refused with what to do', async () => {
    const other = await createTokenIdentity('Other', new Date())
    assert.throws(() => openServerToken(sealed(marked, '-aes128', '-outform', 'DER'), other), /made for another certificate/)
  })

  it('that was cut off anywhere, altered, or is something else is refused with a sentence', () => {
    const der = sealed(marked, '-aes128', '-stream', '-outform', 'DER')
    const whole = asApple(der)
    for (let end = 0; end < whole.length - 20; end += 41)
      assert.throws(() => openServerToken(whole.subarray(0, end), identity), ParseError, `cut at ${String(end)}`)
    for (let at = 0; at < der.length; at += 97) {
      const altered = Buffer.from(der)
      altered[at] = (altered[at] ?? 0) ^ 0x55
      try {
        openServerToken(altered, identity)
      } catch (error) {
        assert.ok(error instanceof ParseError, `altered at ${String(at)}: ${String(error)}`)
      }
    }
    assert.throws(() => openServerToken(Buffer.from('<html>Sign in</html>'), identity), /no server token/)
    assert.throws(() => openServerToken(new Uint8Array(), identity), /empty/)
    assert.throws(() => openServerToken(Buffer.alloc(70_000, 'A'), identity), /at most 65536/)
    assert.throws(() => openServerToken(Buffer.from(identity.certificatePem), identity), ParseError)
  })

  it('that lacks a word, or has a wrong one, is refused with its name and without its secrets', () => {
    const without = (key: string) => JSON.stringify({ ...(JSON.parse(json) as object), [key]: undefined })
    for (const key of ['consumer_key', 'consumer_secret', 'access_token', 'access_secret', 'access_token_expiry'])
      assert.throws(() => readServerToken(without(key)), { field: key, message: `${key} is missing.` })
    assert.throws(
      () => readServerToken(json.replace('2026-11-30T10:00:00Z', 'soon')),
      ({ field, message }: ParseError) => field === 'access_token_expiry' && !message.includes('CS_98d4'),
    )
    assert.throws(() => readServerToken(`${mime}-----BEGIN MESSAGE-----\r\n{"consumer`), /cut off/)
  })

  it('is sealed for a certificate of ten years that signs itself', () => {
    const { notBefore, notAfter, subjectText } = readCertificate(identity.certificatePem)
    assert.equal(subjectText, 'CN=MDM of Example')
    assert.equal(notAfter.getUTCFullYear() - new Date(notBefore.getTime() + 600_000).getUTCFullYear(), 10)
  })
})
