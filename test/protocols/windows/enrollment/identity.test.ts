import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { ParseError } from '../../../../src/kernel/parse-error.ts'
import { readDeviceCsr, readRenewal, writeDeviceCsr } from '../../../../src/protocols/windows/enrollment/device-csr.ts'
import {
  thumbprintOf,
  writeProvisioningDocument,
  writeRenewalDocument,
} from '../../../../src/protocols/windows/enrollment/provisioning.ts'
import { readProvisioning } from '../../../../src/protocols/windows/enrollment/read-response.ts'
import { signAttached } from '../../../../src/protocols/cms/sign.ts'
import { createAuthority, createIdentity } from '../../../../src/protocols/x509/authority.ts'
import type { Authority } from '../../../../src/protocols/x509/open-authority.ts'
import { nameOf } from '../../../../src/protocols/x509/names.ts'
import type { KeyPair } from '../../../../src/protocols/x509/keys.ts'
import { generateRsaKey, spkiOf } from '../../../../src/protocols/x509/keys.ts'

const deviceId = '0123456789ABCDEF0123456789ABCDEF'
const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof ParseError && error.field === 'BinarySecurityToken' && pattern.test(error.message)

describe('The identity of a Windows device', function () {
  this.timeout(30_000)
  let keyPair: KeyPair
  let authority: Authority

  before(async () => {
    ;[keyPair, authority] = await Promise.all([
      generateRsaKey(2048),
      createAuthority({ commonName: 'Test', organization: 'Example', years: 1, keyBits: 2048 }),
    ])
  })

  it('is asked for with a name that its own string type forbids, and either hash', () => {
    for (const hash of ['sha1', 'sha256'] as const) {
      const { publicKey } = readDeviceCsr(writeDeviceCsr({ deviceId, keyPair, hash }))
      assert.ok(spkiOf(publicKey).equals(spkiOf(keyPair.publicKey)))
    }
  })

  it('is given to no weak key, no foreign signature, and nothing that is no request', () => {
    const csr = writeDeviceCsr({ deviceId, keyPair, hash: 'sha256' })
    const weak = writeDeviceCsr({ deviceId, keyPair: generateKeyPairSync('rsa', { modulusLength: 1024 }), hash: 'sha256' })
    assert.throws(() => readDeviceCsr(weak), refused(/2048 bits/))
    const last = csr.length - 1
    assert.throws(
      () => readDeviceCsr(Buffer.concat([csr.subarray(0, last), Buffer.of((csr[last] ?? 0) ^ 1)])),
      refused(/not signed/),
    )
    assert.throws(() => readDeviceCsr(Buffer.from('hello')), refused(/./))
    assert.throws(() => readDeviceCsr(csr.subarray(0, 100)), refused(/./))
  })

  it('is renewed by a request that the old one signed', async () => {
    const identity = await createIdentity({
      ...{ authority, subject: nameOf({ commonName: deviceId }), extKeyUsage: 'clientAuth' },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 60_000) },
    })
    const signed = signAttached(writeDeviceCsr({ deviceId, keyPair, hash: 'sha256' }), identity)
    const { fingerprint, publicKey } = readRenewal(signed)
    assert.equal(fingerprint, new X509Certificate(identity.certificatePem).fingerprint256.replaceAll(':', '').toLowerCase())
    assert.ok(spkiOf(publicKey).equals(spkiOf(keyPair.publicKey)))
    assert.throws(() => readRenewal(signed.subarray(0, 200)), refused(/./))
  })

  it('comes in a document with trust, address, credentials and schedule', () => {
    const [rootDer, certificateDer] = [Buffer.from('root'), Buffer.from('leaf')]
    const document = writeProvisioningDocument({
      ...{ rootDer, certificateDer, store: 'System', providerId: 'Muster', deviceId, deviceName: 'A & "B"' },
      ...{ managementUrl: 'https://mdm.example.com/api/mdm/microsoft/management', pollMinutes: 5, renewDaysBefore: 60 },
      ...{ serverSecret: 'secret-1', devicePassword: 'secret-2', nonce: Buffer.from('nonce') },
    })
    const { nonce, ...read } = readProvisioning(document)
    assert.deepEqual(read, {
      ...{ rootDer, certificateDer, store: 'System', providerId: 'Muster', name: deviceId, password: 'secret-2' },
      ...{ serverSecret: 'secret-1', pollMinutes: 5, managementUrl: 'https://mdm.example.com/api/mdm/microsoft/management' },
    })
    assert.equal(Buffer.from(nonce).toString(), 'nonce')
    assert.match(
      document,
      /<parm name="SSLCLIENTCERTSEARCHCRITERIA" value="Subject=CN%3d0123456789ABCDEF0123456789ABCDEF&amp;Stores=My%5CSystem"\/>/,
    )
    assert.match(document, /<characteristic type="PrivateKeyContainer"\/>/)
    assert.match(document, /value="A &amp; &quot;B&quot;" datatype="string"/)
    assert.ok(document.includes(`<characteristic type="${thumbprintOf(rootDer)}">`))
    assert.throws(
      () => readProvisioning(writeRenewalDocument({ certificateDer, store: 'System', providerId: 'Muster' })),
      ParseError,
    )
  })
})
