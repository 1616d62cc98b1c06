import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { newAuthority } from '../../../src/api/authority.ts'
import { certificate } from '../../../src/domain/certificates/certificate.ts'
import type { EnrollmentTerms } from '../../../src/domain/enrollment/terms.ts'
import { server, theServer } from '../../../src/domain/server/server.ts'
import { writeCaCaps } from '../../../src/protocols/scep/ca.ts'
import { createCsr, createSigner } from '../../../src/protocols/scep/client.ts'
import { fingerprintOf, isIssuedBy, openCertificate } from '../../../src/protocols/x509/certificate.ts'
import { generateRsaKey } from '../../../src/protocols/x509/keys.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { testCause } from '../../support/app.ts'
import { writeEnvelopedData } from '../../../src/protocols/scep/enveloped-data.ts'
import { writeOddMessage } from '../../protocols/scep/messages.ts'
import type { ScepRig } from './scep-rig.ts'
import { macName, startScep } from './scep-rig.ts'

const terms: EnrollmentTerms = {
  identifier: 'com.example.mdm',
  serverUrl: 'https://mdm.example.com/mdm',
  checkInUrl: null,
  topic: 'com.apple.mgmt.External.test',
  accessRights: 8191,
  capabilities: [],
  account: null,
  teamId: '7',
  renews: null,
}

const dayMs = 24 * 60 * 60 * 1000

describe('The authority, as devices reach it', function () {
  this.timeout(60_000)
  let rig: ScepRig

  before(async () => {
    rig = await startScep()
  })
  after(() => rig.stop())

  const stateOf = async (certificateDer: Uint8Array) =>
    (await rig.app.load(certificate, fingerprintOf(openCertificate(certificateDer)))).state

  it('says what it can do, and who it is', async () => {
    const caps = await rig.get('operation=GetCACaps&message=')
    assert.equal(await caps.text(), writeCaCaps({ renewal: true }))
    assert.match(caps.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal((await rig.get('operation=GetCACert&message=AnyName')).headers.get('content-type'), 'application/x-x509-ca-cert')
    assert.equal((await rig.authorities()).length, 1)
  })

  it('gives a certificate for a challenge, by POST and by GET, and keeps on which terms', async () => {
    for (const by of ['POST', 'GET'] as const) {
      const answer = await rig.ask({ challenge: await rig.app.challenges.issue(60_000, terms), by })
      assert.ok(answer.status === 'success')
      const state = await stateOf(answer.certificateDer)
      assert.deepEqual([state.issued, state.terms], [true, terms])
      assert.equal(isIssuedBy(openCertificate(answer.certificateDer), rig.trust.authorities().trusted), true)
    }
  })

  it('gives the same certificate to the same request, and another to another', async () => {
    const challenge = await rig.challenge()
    const { csrDer } = await createCsr({ subject: macName, challenge, keyPair: rig.keyPair })
    const [first, again] = [await rig.ask({ csrDer }), await rig.ask({ csrDer })]
    assert.deepEqual(again, first)
    const other = await rig.ask({ csrDer, transactionId: 'another' })
    assert.ok(other.status === 'failure' && other.failInfo === 'badRequest')
    assert.equal(other.text, 'The challenge is used.')
  })

  it('refuses whoever has no challenge, or one that is unknown or has expired', async () => {
    const refused = async (challenge: string | null, text: string) =>
      assert.deepEqual(await rig.ask({ challenge }), { status: 'failure', failInfo: 'badRequest', text })
    await refused(null, 'The request has no challenge.')
    await refused('guessed', 'The challenge is unknown.')
    const late = await rig.app.challenges.issue(1_000, null)
    rig.advance(2_000)
    await refused(late, 'The challenge is expired.')
  })

  it('certifies keys on curves for a signer of RSA, in the encryption that was asked in', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const answer = await rig.ask({ challenge: await rig.challenge(), key, contentAlgorithm: 'des-ede3-cbc' })
    assert.ok(answer.status === 'success')
    assert.equal(openCertificate(answer.certificateDer).checkPrivateKey(key.privateKey), true)
  })

  it('answers 400 to what is no message, at once', async () => {
    assert.equal((await rig.post(new Uint8Array())).status, 400)
    assert.equal((await rig.post(Uint8Array.from(Buffer.from('<html>')))).status, 400)
    for (const query of [
      'operation=PKIOperation',
      'operation=PKIOperation&message=',
      'operation=Other',
      '',
      'operation=toString',
    ])
      assert.equal((await rig.get(query)).status, 400, query)
    assert.equal((await rig.get('operation=GetNextCACert')).status, 400)
  })

  it('takes SHA-1 from nobody unless it is told to [case J13]', async () => {
    const old = await startScep({ allowSha1: true, staticChallenge: 'a secret for all' })
    try {
      const message = async ({ authorities, keyPair }: ScepRig) => {
        const { csrDer } = await createCsr({ subject: macName, challenge: 'a secret for all', keyPair })
        const [ca] = await authorities()
        assert.ok(ca !== undefined)
        return Uint8Array.from(
          writeOddMessage({
            content: writeEnvelopedData(csrDer, ca, 'des-ede3-cbc'),
            signer: createSigner({ keyPair }),
            digest: { name: 'sha1', oid: '1.3.14.3.2.26' },
          }),
        )
      }
      const isRefused = async (one: ScepRig) =>
        Buffer.from(await (await one.post(await message(one))).arrayBuffer()).includes('signature algorithm is not accepted')
      assert.deepEqual([await isRefused(rig), await isRefused(old)], [true, false])
      assert.match(await (await old.get('operation=GetCACaps')).text(), /^SHA-1\nDES3$/m)
    } finally {
      await old.stop()
    }
  })
})

describe('An authority with a challenge for all', function () {
  this.timeout(60_000)
  let rig: ScepRig

  before(async () => {
    rig = await startScep({ staticChallenge: 'a secret for all' })
  })
  after(() => rig.stop())

  it('grants it to any number of devices, on no terms, and still takes one-time challenges', async () => {
    for (const commonName of ['Mac 1', 'Mac 2']) {
      const answer = await rig.ask({ challenge: 'a secret for all', subject: nameOf({ commonName }) })
      assert.ok(answer.status === 'success')
      const fingerprint = fingerprintOf(openCertificate(answer.certificateDer))
      assert.equal((await rig.app.load(certificate, fingerprint)).state.terms, null)
    }
    assert.equal((await rig.ask({ challenge: await rig.challenge() })).status, 'success')
    assert.equal((await rig.ask({ challenge: 'a secret for al' })).status, 'failure')
    assert.equal((await rig.ask({ challenge: '' })).status, 'failure')
  })
})

describe('A roll-over of the authority', function () {
  this.timeout(60_000)
  let rig: ScepRig
  let old: Uint8Array

  before(async () => {
    rig = await startScep()
    const [first] = await rig.authorities()
    assert.ok(first !== undefined)
    old = first
  })
  after(() => rig.stop())

  it('is announced beforehand: the next authority is trusted, signed for and named', async () => {
    const data = await newAuthority(rig.app, { organization: 'Example', keyBits: 2048, number: 2 })
    await rig.app.execute(server, theServer, { type: 'PrepareAuthority', data }, testCause())
    await rig.trust.refresh()
    assert.equal((await rig.authorities()).length, 1)
    const next = await rig.get('operation=GetNextCACert')
    assert.deepEqual([next.status, next.headers.get('content-type')], [200, 'application/x-x509-next-ca-cert'])
    assert.match(await (await rig.get('operation=GetCACaps')).text(), /^GetNextCACert$/m)
    assert.equal(rig.trust.authorities().trusted.length, 2)
    await rig.app.execute(server, theServer, { type: 'RollOverAuthority', data: { to: data.fingerprint } }, testCause())
    await rig.trust.refresh()
  })

  it('hands out both authorities for two days, the new one first', async () => {
    const both = await rig.authorities()
    assert.equal(both.length, 2)
    assert.deepEqual(Buffer.from(both[1] ?? []), Buffer.from(old))
  })

  it('issues by the new authority, whichever the device knows, and answers by the one that it knows', async () => {
    const trusted = rig.trust.authorities().trusted
    for (const caCertificateDer of [old, (await rig.authorities())[0] ?? old]) {
      const answer = await rig.ask({ challenge: await rig.challenge(), caCertificateDer })
      assert.ok(answer.status === 'success')
      const issued = openCertificate(answer.certificateDer)
      assert.equal(isIssuedBy(issued, [openCertificate(rig.trust.authorities().issuer.certificatePem)]), true)
      assert.equal(isIssuedBy(issued, trusted), true)
    }
    const refused = await rig.ask({ challenge: 'wrong', caCertificateDer: old })
    assert.equal(refused.status, 'failure')
  })

  it('is over after two days for those who ask, and never for those who know the old one', async () => {
    rig.advance(2 * dayMs)
    assert.equal((await rig.authorities()).length, 1)
    assert.equal((await rig.ask({ challenge: await rig.challenge(), caCertificateDer: old })).status, 'success')
  })

  it('is overdue when the authority has ended: nothing is issued any more, and the log says why', async () => {
    rig.advance(9.99 * 365 * dayMs)
    const last = await rig.ask({ challenge: await rig.challenge() })
    assert.ok(last.status === 'success')
    const end = openCertificate(rig.trust.authorities().issuer.certificatePem).validTo
    assert.equal(openCertificate(last.certificateDer).validTo, end)
    rig.advance(30 * dayMs)
    const answer = await rig.ask({ challenge: await rig.challenge() })
    assert.ok(answer.status === 'failure' && answer.failInfo === 'badTime')
    assert.ok(rig.lines.some(({ level, message }) => level === 'error' && message.includes('roll over')))
  })
})

describe('What the log says of refused requests', function () {
  this.timeout(60_000)

  it('names no challenge', async () => {
    const rig = await startScep({ staticChallenge: 'a secret for all' })
    try {
      const keyPair = await generateRsaKey(2048)
      await rig.ask({ challenge: 'a guess at the secret', key: keyPair })
      await rig.ask({ challenge: 'a secret for all', key: keyPair })
      const logged = JSON.stringify(rig.lines) + JSON.stringify(await rig.app.log.readAll({ after: null, limit: 100 }))
      for (const secret of ['a guess at the secret', 'a secret for all']) {
        assert.ok(!logged.includes(secret))
        assert.ok(!logged.includes(createHash('sha256').update(secret).digest('hex')))
      }
    } finally {
      await rig.stop()
    }
  })
})
