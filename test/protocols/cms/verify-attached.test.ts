import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { signAttached, signDetached } from '../../../src/protocols/cms/sign.ts'
import { leadsTo, verifyAttached } from '../../../src/protocols/cms/verify-attached.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { selfSigned } from './identities.ts'

const content = Buffer.from('<plist/>')
const opened = (pem: string) => new X509Certificate(pem)

describe('A CMS signature that brings its content', () => {
  it('gives the content and who signed it', () => {
    const signer = selfSigned('rsa')
    const verified = verifyAttached(signAttached(content, signer))
    assert.deepEqual(Buffer.from(verified.content), content)
    assert.equal(verified.certificate.fingerprint256, opened(signer.certificatePem).fingerprint256)
    assert.deepEqual(verified.others, [])
  })

  it('is refused when a byte of the content changed, or the content is missing', () => {
    const bytes = Buffer.from(signAttached(content, selfSigned('ec')))
    bytes[bytes.indexOf('<plist/>') + 1] = 0x50
    const isRefused = (error: unknown) => error instanceof ParseError && error.field === 'signature'
    assert.throws(() => verifyAttached(bytes), isRefused)
    assert.throws(() => verifyAttached(signDetached(content, selfSigned('rsa'))), isRefused)
    assert.throws(() => verifyAttached(Buffer.from('<plist/>')), isRefused)
    assert.throws(() => verifyAttached(Buffer.alloc(0)), isRefused)
  })

  describe('leads to an authority', () => {
    const now = new Date('2026-03-01T00:00:00Z')
    const wish = { organization: 'Test', keyBits: 2048, years: 10, now }

    it('directly or not at all; dates do not matter', async () => {
      const root = await createAuthority({ ...wish, commonName: 'Root' })
      const other = await createAuthority({ ...wish, commonName: 'Other' })
      const device = await createIdentity({
        authority: root,
        subject: nameOf({ commonName: 'device' }),
        notBefore: new Date('2020-01-01T00:00:00Z'),
        notAfter: new Date('2021-01-01T00:00:00Z'),
        extKeyUsage: 'clientAuth',
      })
      const signed = verifyAttached(signAttached(content, { ...device, chainPem: root.certificatePem }))
      assert.equal(signed.others.length, 1)
      assert.equal(leadsTo([opened(root.certificatePem)], signed), true)
      assert.equal(leadsTo([opened(other.certificatePem)], signed), false)
      assert.equal(leadsTo([], signed), false)
      // The authority that it brought along is no anchor because it came along.
      const stranger = verifyAttached(signAttached(content, selfSigned('rsa')))
      assert.equal(leadsTo([opened(root.certificatePem)], stranger), false)
    })
  })
})
