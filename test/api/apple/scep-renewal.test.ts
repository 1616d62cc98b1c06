import assert from 'node:assert/strict'
import { certificate } from '../../../src/domain/certificates/certificate.ts'
import type { Identity } from '../../../src/domain/enrollment/commands.ts'
import { host } from '../../../src/domain/host/host.ts'
import { hostIdOf } from '../../../src/domain/host/host-id.ts'
import { createCsr, createSigner } from '../../../src/protocols/scep/client.ts'
import type { FailInfo } from '../../../src/protocols/scep/failure.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { fingerprintOf, openCertificate } from '../../../src/protocols/x509/certificate.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { Authority } from '../../../src/protocols/x509/open-authority.ts'
import { testCause } from '../../support/app.ts'
import type { ScepRig } from './scep-rig.ts'
import { macName, signerOf, startScep } from './scep-rig.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D0E1'
const hostId = hostIdOf(udid)
const topic = 'com.apple.mgmt.External.test'
const sealed = { keyId: 'key', nonce: 'nonce', sealed: 'sealed' }
const dayMs = 24 * 60 * 60 * 1000

describe('A device that renews its certificate by the authority alone', function () {
  this.timeout(60_000)
  let rig: ScepRig

  beforeEach(async () => {
    rig = await startScep()
  })
  afterEach(() => rig.stop())

  const bind = (fingerprint: string) =>
    rig.app.execute(certificate, fingerprint, { type: 'BindCertificate', data: { hostId, enrollmentId: udid } }, testCause())

  /** A host enrolled with this certificate. */
  const enrolled = async (fingerprint: string): Promise<void> => {
    const { state } = await bind(fingerprint)
    const identity: Identity = { certificate: fingerprint, notAfter: state.notAfter, terms: null }
    const arrival = {
      hardwareId: udid,
      enrollmentId: udid,
      kind: 'device',
      platform: 'darwin',
      facts: {},
      topic,
      identity,
    } as const
    await rig.app.execute(host, hostId, { type: 'Authenticate', data: arrival }, testCause())
    const token = { channel: 'device', enrollmentId: udid, topic, tokenFingerprint: 'bb', push: sealed } as const
    const rest = { awaitingConfiguration: null, user: null, unlockToken: null, identity }
    await rig.app.execute(host, hostId, { type: 'UpdateToken', data: { ...token, ...rest } }, testCause())
  }

  const isRefused = async (asking: Parameters<ScepRig['ask']>[0], failInfo: FailInfo, text: RegExp): Promise<void> => {
    const answer = await rig.ask({ messageType: 'RenewalReq', ...asking })
    assert.ok(answer.status === 'failure', 'The request was granted.')
    assert.equal(answer.failInfo, failInfo)
    assert.match(answer.text ?? '', text)
  }

  it('needs no challenge, and its new certificate speaks for it at once', async () => {
    const signer = await rig.enroll()
    await enrolled(signer.fingerprint)
    const answer = await rig.ask({ messageType: 'RenewalReq', signer })
    assert.ok(answer.status === 'success')
    const fingerprint = fingerprintOf(openCertificate(answer.certificateDer))
    assert.notEqual(fingerprint, signer.fingerprint)
    const { state } = await rig.app.load(certificate, fingerprint)
    assert.deepEqual([state.hostId, state.enrollmentId], [hostId, udid])
    const { enrollment } = (await rig.app.load(host, hostId)).state
    assert.deepEqual([enrollment.certificate, enrollment.epoch, enrollment.stage], [fingerprint, 1, 'enrolled'])
  })

  it('gets the same certificate when it asks again, and nothing happens twice', async () => {
    const signer = await rig.enroll()
    await enrolled(signer.fingerprint)
    const { csrDer } = await createCsr({ subject: macName, challenge: null, keyPair: rig.keyPair })
    const first = await rig.ask({ messageType: 'RenewalReq', signer, csrDer })
    const events = (await rig.app.log.readAll({ after: null, limit: 1000 })).length
    assert.deepEqual(await rig.ask({ messageType: 'RenewalReq', signer, csrDer }), first)
    assert.equal((await rig.app.log.readAll({ after: null, limit: 1000 })).length, events)
  })

  it('is bound when it asks again, though the server died before it bound the certificate', async () => {
    const signer = await rig.enroll()
    const { csrDer } = await createCsr({ subject: macName, challenge: null, keyPair: rig.keyPair })
    const unbound = await rig.ask({ messageType: 'RenewalReq', signer, csrDer })
    assert.ok(unbound.status === 'success')
    const fingerprint = fingerprintOf(openCertificate(unbound.certificateDer))
    assert.equal((await rig.app.load(certificate, fingerprint)).state.enrollmentId, null)
    await enrolled(signer.fingerprint)
    await rig.ask({ messageType: 'RenewalReq', signer, csrDer })
    assert.equal((await rig.app.load(certificate, fingerprint)).state.enrollmentId, udid)
  })

  it("does not get the certificate that another's request was granted", async () => {
    const [mine, theirs] = [await rig.enroll(), await rig.enroll()]
    await enrolled(theirs.fingerprint)
    const { csrDer } = await createCsr({ subject: macName, challenge: null, keyPair: rig.keyPair })
    const first = await rig.ask({ messageType: 'RenewalReq', signer: mine, csrDer })
    const second = await rig.ask({ messageType: 'RenewalReq', signer: theirs, csrDer })
    assert.ok(first.status === 'success' && second.status === 'success')
    assert.notDeepEqual(first.certificateDer, second.certificateDer)
  })

  it('renews what an authority before this one issued', async () => {
    const signer = await rig.enroll()
    await rig.rollOver()
    assert.equal((await rig.ask({ messageType: 'RenewalReq', signer })).status, 'success')
  })

  it('is refused with a certificate of another authority, and with one that it made itself', async () => {
    const other = await createAuthority({ commonName: 'Other', organization: 'Example', years: 1, keyBits: 2048 })
    await isRefused({ signer: signerOf(await identityOf(other)) }, 'badCertId', /not issued by this server/)
    await isRefused({ signer: createSigner({ keyPair: rig.keyPair }) }, 'badCertId', /not issued by this server/)
  })

  it('is refused with a certificate that the authority signed and the log does not know', async () => {
    const { issuer } = rig.trust.authorities()
    await isRefused({ signer: signerOf(await identityOf(issuer)) }, 'badCertId', /not known/)
  })

  it('is refused with a certificate that was revoked', async () => {
    const signer = await rig.enroll()
    const revoke = { type: 'RevokeCertificate', data: { because: 'asked' } } as const
    await rig.app.execute(certificate, signer.fingerprint, revoke, testCause())
    await isRefused({ signer }, 'badCertId', /was revoked/)
  })

  it('is refused with a certificate that has expired', async () => {
    const signer = await rig.enroll()
    rig.advance(366 * dayMs)
    await isRefused({ signer }, 'badTime', /not valid at this time/)
  })

  it('is refused under another name, challenge or not', async () => {
    const signer = await rig.enroll()
    const subject = nameOf({ organization: 'Example', commonName: 'Mac 13' })
    await isRefused({ signer, subject, challenge: await rig.challenge() }, 'badRequest', /another subject/)
    const odd = [...macName, { oid: '1.2.3.4', value: 'dropped' }]
    assert.equal((await rig.ask({ messageType: 'RenewalReq', signer, subject: odd })).status, 'success')
  })
})

const identityOf = (authority: Authority) =>
  createIdentity({
    authority,
    subject: macName,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2027-01-01T00:00:00Z'),
    extKeyUsage: 'clientAuth',
  })
