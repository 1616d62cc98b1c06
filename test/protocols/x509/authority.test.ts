import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import forge from 'node-forge'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import type { AltNames } from '../../../src/protocols/x509/alt-names.ts'
import type { CertificateWish, IssuedCertificate } from '../../../src/protocols/x509/authority.ts'
import { createAuthority, createIdentity, issueCertificate } from '../../../src/protocols/x509/authority.ts'
import { isIssuedBy, readCertificate } from '../../../src/protocols/x509/certificate.ts'
import { pushExtensions } from '../../../src/protocols/x509/extensions.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { Authority } from '../../../src/protocols/x509/open-authority.ts'

const now = new Date()
const day = 24 * 60 * 60_000
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe('A certificate authority', function () {
  this.timeout(60_000)

  let authority: Authority
  let identity: IssuedCertificate & Readonly<{ keyPem: string }>
  const subject = nameOf({ organization: 'Example, Inc.', commonName: 'Mac Ä 12' })
  const wish = () =>
    ({ authority, subject, notBefore: now, notAfter: new Date(now.getTime() + 365 * day), extKeyUsage: 'clientAuth' }) as const

  const issue = (more: Partial<CertificateWish> = {}) =>
    issueCertificate({ ...wish(), publicKey: createPublicKey(identity.keyPem), ...more })

  before(async () => {
    authority = await createAuthority({ commonName: 'Devices', organization: 'Example', years: 10, keyBits: 2048, now })
    identity = await createIdentity(wish())
  })

  it('signs leaves and lists of revoked ones, and is good for ten years', () => {
    const certificate = new X509Certificate(authority.certificatePem)
    assert.equal(certificate.ca, true)
    assert.equal(certificate.verify(certificate.publicKey), true)
    assert.equal(new Date(certificate.validTo).getUTCFullYear(), now.getUTCFullYear() + 10)
    const twin = forge.pki.certificateFromPem(authority.certificatePem)
    assert.deepEqual(pick(twin.getExtension('basicConstraints'), ['cA', 'pathLenConstraint', 'critical']), [true, 0, true])
    const usages = ['keyCertSign', 'cRLSign', 'digitalSignature', 'keyEncipherment', 'nonRepudiation', 'dataEncipherment']
    assert.deepEqual(pick(twin.getExtension('keyUsage'), usages), [true, true, true, true, false, false])
    assert.notEqual(twin.getExtension('subjectKeyIdentifier'), null)
  })

  it('gives a device an identity whose facts read back as they were given', () => {
    const facts = readCertificate(identity.certificatePem)
    assert.deepEqual(facts, readCertificate(identity.certificateDer))
    assert.deepEqual(facts.subject, subject)
    assert.equal(facts.subjectText, 'O=Example\\, Inc., CN=Mac Ä 12')
    assert.equal(facts.subjectText, identity.subject)
    assert.equal(facts.serial, identity.serial)
    assert.match(facts.serial, /^[4-7][0-9a-f]{31}$/)
    assert.equal(facts.fingerprint, identity.fingerprint)
    assert.equal(facts.topic, null)
    assert.equal(facts.notBefore.getTime(), Math.floor(now.getTime() / 1000) * 1000)
    assert.equal(facts.notAfter.getTime(), Math.floor(identity.notAfter.getTime() / 1000) * 1000)
  })

  it('makes leaves that cannot sign others, in the eyes of another reader too', () => {
    const twin = forge.pki.certificateFromPem(identity.certificatePem)
    assert.deepEqual(pick(twin.getExtension('basicConstraints'), ['cA', 'critical']), [false, true])
    assert.deepEqual(pick(twin.getExtension('keyUsage'), ['digitalSignature', 'keyEncipherment', 'keyCertSign']), [
      true,
      false,
      false,
    ])
    assert.deepEqual(pick(twin.getExtension('extKeyUsage'), ['clientAuth', 'serverAuth']), [true, undefined])
    assert.equal(twin.serialNumber, identity.serial)
    assert.equal(new X509Certificate(identity.certificateDer).ca, false)
  })

  it('makes server certificates for names and addresses', () => {
    const san = { dns: ['mdm.example.com', 'localhost'], ip: ['127.0.0.1', '::1', '2001:db8::a:0:0:1', '::ffff:10.0.0.1'] }
    const { certificatePem } = issue({ extKeyUsage: 'serverAuth', san })
    const certificate = new X509Certificate(certificatePem)
    assert.equal(certificate.checkHost('mdm.example.com'), 'mdm.example.com')
    for (const address of san.ip) assert.equal(certificate.checkIP(address), address)
    assert.equal(certificate.checkIP('127.0.0.2'), undefined)
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  })

  it('makes push certificates whose topic and environments a push client finds', () => {
    const topic = 'com.apple.mgmt.External.6f1b'
    const { certificatePem } = issue({
      subject: nameOf({ userId: topic, commonName: 'APSP:6f1b' }),
      extraExtensions: pushExtensions,
    })
    assert.equal(readCertificate(certificatePem).topic, topic)
    const twin = forge.pki.certificateFromPem(certificatePem)
    assert.notEqual(twin.getExtension({ id: '1.2.840.113635.100.6.3.1' } as never), null)
    assert.notEqual(twin.getExtension({ id: '1.2.840.113635.100.6.3.2' } as never), null)
  })

  it('never lets a leaf outlive it, nor begin after its own end', () => {
    const end = readCertificate(authority.certificatePem).notAfter
    const late = issue({ notAfter: new Date(end.getTime() + day) })
    assert.equal(late.notAfter.getTime(), end.getTime())
    assert.equal(readCertificate(late.certificateDer).notAfter.getTime(), end.getTime())
    assert.throws(
      () => issue({ notBefore: new Date(end.getTime() + day), notAfter: new Date(end.getTime() + 2 * day) }),
      RangeError,
    )
  })

  it('writes years from 2050 on as generalized time', async () => {
    const long = await createAuthority({
      commonName: 'Long',
      organization: 'Example',
      years: 40,
      keyBits: 2048,
      now: new Date('2026-01-02T03:04:05Z'),
    })
    assert.equal(readCertificate(long.certificatePem).notAfter.toISOString(), '2066-01-02T03:04:05.000Z')
    assert.equal(readCertificate(long.certificatePem).notBefore.toISOString(), '2026-01-02T02:54:05.000Z')
  })

  it('takes a serial number that it is given, and refuses what is none', () => {
    assert.equal(issue({ serial: '00C0FFEE' }).serial, 'c0ffee')
    assert.equal(readCertificate(issue({ serial: 'C0FFEE' }).certificateDer).serial, 'c0ffee')
    for (const serial of ['', '0', '00', 'xyz', '-1', 'f'.repeat(40), 'a'.repeat(42)])
      assert.throws(
        () => issue({ serial }),
        (error) => error instanceof ParseError && error.field === 'serial',
        serial,
      )
  })

  it('certifies keys of other kinds too', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const certificate = new X509Certificate(issue({ publicKey }).certificateDer)
    assert.equal(certificate.publicKey.asymmetricKeyType, 'ec')
    assert.equal(isIssuedBy(certificate, [new X509Certificate(authority.certificatePem)]), true)
  })

  it('knows its own certificates from those of a namesake', async () => {
    const namesake = await createAuthority({ commonName: 'Devices', organization: 'Example', years: 10, keyBits: 2048, now })
    const certificate = new X509Certificate(identity.certificateDer)
    const [own, other] = [new X509Certificate(authority.certificatePem), new X509Certificate(namesake.certificatePem)]
    for (let repeated = 0; repeated < 2; repeated++) {
      assert.equal(isIssuedBy(certificate, [own]), true)
      assert.equal(isIssuedBy(certificate, [other]), false)
      assert.equal(isIssuedBy(certificate, [other, own]), true)
      assert.equal(isIssuedBy(certificate, [certificate]), false)
      assert.equal(isIssuedBy(certificate, []), false)
    }
  })

  it('says what is wrong with parts that do not make an authority', () => {
    const refused = (broken: Authority, field: string) =>
      assert.throws(
        () => issue({ authority: broken }),
        (error) => error instanceof ParseError && error.field === field,
      )
    refused({ ...authority, keyPem: identity.keyPem }, 'authority')
    refused({ ...authority, keyPem: 'nonsense' }, 'authority')
    refused({ ...authority, certificatePem: 'nonsense' }, 'certificate')
    refused({ certificatePem: identity.certificatePem, keyPem: identity.keyPem }, 'authority')
  })

  it('refuses addresses that are none, and keys of odd sizes', async () => {
    for (const ip of ['300.1.1.1', 'localhost', 'fe80::1%eth0', ''])
      assert.throws(
        () => issue({ san: { ip: [ip] } satisfies AltNames }),
        (error) => error instanceof ParseError && error.field === 'san',
      )
    await assert.rejects(async () => createIdentity({ ...wish(), keyBits: 1024 }), RangeError)
    await assert.rejects(async () => createIdentity({ ...wish(), keyBits: 16_384 }), RangeError)
  })

  it('reads no certificate out of anything else', () => {
    const truncations = Array.from({ length: 40 }, (_, index) => identity.certificateDer.subarray(0, index * 17))
    for (const bytes of [
      ...truncations,
      new Uint8Array(),
      Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      '',
      'x',
    ])
      assert.throws(() => readCertificate(bytes), ParseError)
  })

  it('is trusted by OpenSSL, as a client and as a server', function () {
    if (!hasOpenssl) this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'authority-'))
    try {
      const [ca, leaf, server] = [join(folder, 'ca.pem'), join(folder, 'leaf.pem'), join(folder, 'server.pem')]
      writeFileSync(ca, authority.certificatePem)
      writeFileSync(leaf, identity.certificatePem)
      writeFileSync(server, issue({ extKeyUsage: 'serverAuth', san: { dns: ['mdm.example.com'] } }).certificatePem)
      const verify = (...options: readonly string[]) =>
        spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', ca, ...options]).status
      assert.equal(verify('-purpose', 'sslclient', leaf), 0)
      assert.notEqual(verify('-purpose', 'sslserver', leaf), 0)
      assert.equal(verify('-purpose', 'sslserver', '-verify_hostname', 'mdm.example.com', server), 0)
      assert.notEqual(verify('-purpose', 'sslserver', '-verify_hostname', 'other.example.com', server), 0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const pick = (extension: unknown, names: readonly string[]): readonly unknown[] =>
  names.map((name) => (extension as Readonly<Record<string, unknown>>)[name])
