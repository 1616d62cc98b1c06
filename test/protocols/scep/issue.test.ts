import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import forge from 'node-forge'
import { createCsr } from '../../../src/protocols/scep/client.ts'
import type { CertificationRequest } from '../../../src/protocols/scep/csr.ts'
import { readCsr } from '../../../src/protocols/scep/csr.ts'
import { identityContents } from '../../../src/protocols/scep/issue.ts'
import type { IssuedCertificate } from '../../../src/protocols/x509/authority.ts'
import { issueCertificate } from '../../../src/protocols/x509/authority.ts'
import { readCertificate } from '../../../src/protocols/x509/certificate.ts'
import type { KeyUsage } from '../../../src/protocols/x509/extensions.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { Cast } from './messages.ts'
import { createCast } from './messages.ts'

const now = new Date('2026-03-04T05:06:07Z')

describe('The identity that a device gets', function () {
  this.timeout(60_000)

  let cast: Cast
  let plain: CertificationRequest

  before(async () => {
    cast = await createCast()
    plain = await requestWith({})
  })

  const requestWith = async (wish: Readonly<{ keyUsage?: readonly KeyUsage[] }>): Promise<CertificationRequest> =>
    readCsr(
      (await createCsr({ subject: nameOf({ commonName: 'Mac 12' }), challenge: null, keyPair: cast.keyPair, ...wish })).csrDer,
    )

  const issue = (csr: CertificationRequest): IssuedCertificate =>
    issueCertificate({ authority: cast.authority, ...identityContents(csr, { now }) })

  it('begins ten minutes ago and ends in a year', () => {
    const contents = identityContents(plain, { now })
    assert.equal(contents.notBefore.toISOString(), '2026-03-04T04:56:07.000Z')
    assert.equal(contents.notAfter.toISOString(), '2027-03-04T05:06:07.000Z')
    assert.equal(identityContents(plain, { now, days: 30 }).notAfter.toISOString(), '2026-04-03T05:06:07.000Z')
  })

  it('is never an authority, whatever the device asks for', async () => {
    const csr = await requestWith({ keyUsage: ['keyCertSign', 'cRLSign', 'keyEncipherment'] })
    assert.deepEqual(csr.keyUsage, ['keyEncipherment', 'keyCertSign', 'cRLSign'])
    assert.deepEqual(identityContents(csr, { now }).keyUsage, ['digitalSignature', 'keyEncipherment'])
    const certificate = new X509Certificate(issue(csr).certificateDer)
    assert.equal(certificate.ca, false)
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    const usage = forge.pki.certificateFromPem(certificate.toString()).getExtension('keyUsage')
    assert.equal((usage as Readonly<Record<string, unknown>>)['keyCertSign'], false)
  })

  it('may sign but not encrypt, unless it asks to', () => {
    assert.deepEqual(identityContents(plain, { now }).keyUsage, ['digitalSignature'])
  })

  it('keeps names that are known, and loses the others', () => {
    const subject = [
      ...nameOf({ country: 'DE', organization: 'Exämple', serialNumber: 'C02_ä', email: 'ä@example.com', userId: 'u1' }),
      { oid: '1.2.3.4', value: 'odd' },
      { oid: '2.5.4.6', value: 'Germany' },
      { oid: '2.5.4.3', value: '' },
    ]
    const kept = subject.slice(0, 5)
    assert.deepEqual(identityContents({ ...plain, subject }, { now }).subject, kept)
    assert.deepEqual(readCertificate(issue({ ...plain, subject }).certificateDer).subject, kept)
  })

  it('has a name even when the device gives none', () => {
    const subject = [{ oid: '1.2.3.4', value: 'odd' }]
    assert.deepEqual(identityContents({ ...plain, subject }, { now }).subject, nameOf({ commonName: 'Device' }))
    assert.deepEqual(identityContents({ ...plain, subject: [] }, { now, fallbackName: 'x' }).subject, nameOf({ commonName: 'x' }))
  })

  it('keeps alternative names that a certificate can hold', () => {
    const san = {
      dns: ['mac.example.com', 'bücher.example', 'a b'],
      email: ['a@example.com'],
      principal: ['ä@example.com'],
      uri: [''],
      ip: ['::1'],
    }
    const kept = { dns: ['mac.example.com'], email: ['a@example.com'], principal: ['ä@example.com'], uri: [], ip: ['::1'] }
    assert.deepEqual(identityContents({ ...plain, san }, { now }).san, kept)
    const text = new X509Certificate(issue({ ...plain, san }).certificateDer).subjectAltName ?? ''
    assert.match(text, /DNS:mac\.example\.com/)
    assert.match(text, /email:a@example\.com/)
    assert.match(text, /IP Address:0:0:0:0:0:0:0:1/)
    assert.equal(new X509Certificate(issue(plain).certificateDer).subjectAltName, undefined)
  })
})
