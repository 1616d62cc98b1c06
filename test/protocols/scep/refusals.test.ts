import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { context, der, derInteger, derNull, derOid, derSequence, derSetOf } from '../../../src/protocols/der.ts'
import { asciiValue, octetsValue } from '../../../src/protocols/scep/attributes.ts'
import { writeCertRep } from '../../../src/protocols/scep/cert-rep.ts'
import { createCsr, createSigner, readCertRep, writePkcsReq } from '../../../src/protocols/scep/client.ts'
import { writeEnvelopedData } from '../../../src/protocols/scep/enveloped-data.ts'
import type { FailInfo } from '../../../src/protocols/scep/failure.ts'
import { ScepFailure } from '../../../src/protocols/scep/failure.ts'
import { readPkiMessage } from '../../../src/protocols/scep/server.ts'
import { issuerAndSerialOf } from '../../../src/protocols/scep/signed-data.ts'
import { spkiOf } from '../../../src/protocols/x509/keys.ts'
import { nameOf, writeName } from '../../../src/protocols/x509/names.ts'
import { signStructure } from '../../../src/protocols/x509/signing.ts'
import { primitive } from '../../../src/protocols/x509/values.ts'
import type { Cast, OddMessage } from './messages.ts'
import { attributesOf, createCast, derOf, nonce, replaced, writeOddMessage } from './messages.ts'

describe('A SCEP request that is not right', function () {
  this.timeout(60_000)

  let cast: Cast
  let csrDer: Uint8Array
  let envelope: Uint8Array
  let good: Uint8Array

  before(async () => {
    cast = await createCast()
    csrDer = (await createCsr({ subject: nameOf({ commonName: 'Mac 12' }), challenge: 'secret', keyPair: cast.keyPair })).csrDer
    envelope = writeEnvelopedData(csrDer, cast.caCertificateDer, 'aes-128-cbc')
    good = writePkcsReq({ csrDer, caCertificateDer: cast.caCertificateDer, signer: cast.signer }).message
  })

  const read = (message: Uint8Array, allowSha1 = false) => readPkiMessage(message, { authorities: [cast.authority], allowSha1 })

  const odd = (change: Partial<OddMessage> = {}): Buffer => writeOddMessage({ content: envelope, signer: cast.signer, ...change })

  const failureOf = async (message: Uint8Array): Promise<ScepFailure> => {
    const failure = await read(message).then(
      () => null,
      (error: unknown) => error,
    )
    assert.ok(failure instanceof ScepFailure, String(failure))
    return failure
  }

  const isRefused = async (message: Uint8Array, failInfo: FailInfo, text: RegExp): Promise<void> => {
    const failure = await failureOf(message)
    assert.equal(failure.failInfo, failInfo)
    assert.match(failure.text, text)
    assert.equal(failure.transactionId, 'T-1')
    assert.deepEqual(Buffer.from(failure.senderNonce), nonce)
  }

  const isNoMessage = (message: Uint8Array, field?: string) =>
    assert.rejects(read(message), (error) => error instanceof ParseError && (field === undefined || error.field === field))

  const sealed = (csr: Uint8Array): Buffer => odd({ content: writeEnvelopedData(csr, cast.caCertificateDer, 'aes-128-cbc') })

  it('would be taken if it were right', async () => {
    assert.equal((await read(odd())).csr.challenge, 'secret')
  })

  it('is answered in words that its sender can read', async () => {
    const sent = writePkcsReq({ csrDer, caCertificateDer: derOf(cast.other.certificatePem), signer: cast.signer })
    const failure = await failureOf(sent.message)
    const reply = writeCertRep({ authority: cast.authority, request: failure, result: failure })
    const answer = await readCertRep(reply, { sent, caCertificateDer: cast.caCertificateDer })
    assert.deepEqual(answer, { status: 'failure', failInfo: 'badCertId', text: failure.text })
  })

  it('is told that another authority is addressed', async () => {
    const content = writeEnvelopedData(csrDer, derOf(cast.other.certificatePem), 'aes-128-cbc')
    await isRefused(odd({ content }), 'badCertId', /not addressed/)
  })

  it('is told that its signature does not match', async () => {
    const message = odd()
    message.writeUInt8((message.at(-1) ?? 0) ^ 1, message.length - 1)
    await isRefused(message, 'badMessageCheck', /signature does not match/)
  })

  it('is told that its digest does not match', async () => {
    await isRefused(odd({ claimedDigest: Buffer.alloc(32) }), 'badMessageCheck', /signature does not match/)
    await isRefused(odd({ claimedDigest: Buffer.alloc(4) }), 'badMessageCheck', /signature does not match/)
    await isRefused(
      replaced(odd(), envelope, replaced(envelope, envelope.subarray(-4), Buffer.alloc(4))),
      'badMessageCheck',
      /signature/,
    )
  })

  it('is told that attributes were altered', async () => {
    const message = replaced(
      odd({ attributes: attributesOf({ transactionId: asciiValue('T-2') }) }),
      Buffer.from('T-2'),
      Buffer.from('T-1'),
    )
    await isRefused(message, 'badMessageCheck', /signature/)
  })

  it('is told that content of another type than data was signed', async () => {
    await isRefused(odd({ contentType: '1.2.840.113549.1.7.3' }), 'badMessageCheck', /signature/)
  })

  it("is told that its signer's certificate is missing or another's", async () => {
    await isRefused(odd({ certificates: [] }), 'badMessageCheck', /does not carry/)
    await isRefused(
      odd({ certificates: [createSigner({ keyPair: cast.keyPair }).certificateDer] }),
      'badMessageCheck',
      /does not carry/,
    )
    await isRefused(odd({ certificates: [derSequence(derNull)] }), 'badMessageCheck', /cannot be read/)
  })

  it('is refused MD5, SHA-1 unless it is allowed, and signatures that are no PKCS #1 v1.5', async () => {
    const sha1 = { name: 'sha1', oid: '1.3.14.3.2.26' }
    await isRefused(odd({ digest: { name: 'md5', oid: '1.2.840.113549.2.5' } }), 'badAlg', /signature algorithm/)
    await isRefused(odd({ digest: sha1 }), 'badAlg', /signature algorithm/)
    await isRefused(odd({ signatureOid: '1.2.840.113549.1.1.4' }), 'badAlg', /signature algorithm/)
    await isRefused(odd({ signatureOid: '1.2.840.113549.1.1.10' }), 'badAlg', /signature algorithm/)
    await isRefused(odd({ signatureOid: '1.2.840.113549.1.1.13' }), 'badAlg', /signature algorithm/)
    assert.equal((await read(odd({ digest: sha1 }), true)).transactionId, 'T-1')
    const sha512 = { name: 'sha512', oid: '2.16.840.1.101.3.4.2.3' }
    assert.equal((await read(odd({ digest: sha512, signatureOid: '1.2.840.113549.1.1.13' }))).transactionId, 'T-1')
  })

  it('is refused keys that are weak or of other kinds, in the signer and in the request', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const curved = generateKeyPairSync('ec', { namedCurve: 'P-521' })
    const edwards = generateKeyPairSync('ed25519')
    await isRefused(odd({ signer: createSigner({ keyPair: weak }) }), 'badAlg', /signer's key/)
    const { csrDer: weakCsr } = await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge: null, keyPair: weak })
    await isRefused(sealed(weakCsr), 'badAlg', /request's key/)
    const mixed = { publicKey: curved.publicKey, privateKey: cast.keyPair.privateKey }
    const { csrDer: curvedCsr } = await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge: null, keyPair: mixed })
    await isRefused(sealed(curvedCsr), 'badAlg', /request's key/)
    const { csrDer: edwardsCsr } = await createCsr({
      subject: nameOf({ commonName: 'Mac' }),
      challenge: null,
      keyPair: { publicKey: edwards.publicKey, privateKey: cast.keyPair.privateKey },
    })
    await isRefused(sealed(edwardsCsr), 'badAlg', /request's key/)
  })

  it('is told that its inner request was not signed with its own key, or with what', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const mixed = { publicKey: cast.keyPair.publicKey, privateKey: other.privateKey }
    const { csrDer: foreign } = await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge: null, keyPair: mixed })
    await isRefused(sealed(foreign), 'badMessageCheck', /does not match its key/)
    const curves = [
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ] as const
    const crossed = { publicKey: curves[0].publicKey, privateKey: curves[1].privateKey }
    const { csrDer: curved } = await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge: null, keyPair: crossed })
    await isRefused(sealed(curved), 'badMessageCheck', /does not match its key/)
    // A key on a curve, and a signature that only RSA makes.
    const confused = { publicKey: curves[0].publicKey, privateKey: cast.keyPair.privateKey }
    const { csrDer: odder } = await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge: null, keyPair: confused })
    await isRefused(sealed(odder), 'badAlg', /request's signature algorithm/)
    const sha256WithRsa = derOid('1.2.840.113549.1.1.11')
    await isRefused(
      sealed(replaced(csrDer, sha256WithRsa, derOid('1.2.840.113549.1.1.4'))),
      'badAlg',
      /request's signature algorithm/,
    )
    await isRefused(
      sealed(replaced(csrDer, sha256WithRsa, derOid('1.2.840.113549.1.1.5'))),
      'badAlg',
      /request's signature algorithm/,
    )
  })

  it('may lack a challenge, which is for others to judge', async () => {
    const info = derSequence(
      derInteger(0),
      writeName(nameOf({ commonName: 'Mac' })),
      spkiOf(cast.keyPair.publicKey),
      der(context(0)),
    )
    const { csr } = await read(sealed(signStructure(info, cast.keyPair.privateKey)))
    assert.equal(csr.challenge, null)
    assert.deepEqual(csr.keyUsage, [])
  })

  it('is refused single DES, RC2, other key encryption and lengths that cannot be [case J13]', async () => {
    const altered = (algorithm: string, iv: number, encrypted: number, keyAlgorithm = '1.2.840.113549.1.1.1') => {
      const key = derSequence(derOid(keyAlgorithm), derNull)
      const recipient = derSequence(
        derInteger(0),
        issuerAndSerialOf(cast.caCertificateDer),
        key,
        octetsValue(Buffer.alloc(256, 1)),
      )
      const algorithmId = derSequence(derOid(algorithm), octetsValue(Buffer.alloc(iv)))
      const content = derSequence(derOid('1.2.840.113549.1.7.1'), algorithmId, der(primitive(0), Buffer.alloc(encrypted)))
      const parts = derSequence(derInteger(0), derSetOf(recipient), content)
      return odd({ content: derSequence(derOid('1.2.840.113549.1.7.3'), der(context(0), parts)) })
    }
    const aes = '2.16.840.1.101.3.4.1.2'
    await isRefused(altered('1.3.14.3.2.7', 8, 16), 'badAlg', /content encryption/)
    await isRefused(altered('1.2.840.113549.3.2', 8, 16), 'badAlg', /content encryption/)
    await isRefused(altered(aes, 16, 16, '1.2.840.113549.1.1.7'), 'badAlg', /key encryption/)
    await isRefused(altered(aes, 8, 16), 'badRequest', /envelope cannot be read/)
    await isRefused(altered(aes, 16, 0), 'badRequest', /envelope cannot be read/)
    await isRefused(altered(aes, 16, 17), 'badRequest', /envelope cannot be read/)
    await isRefused(odd({ content: Buffer.from('no envelope') }), 'badRequest', /envelope cannot be read/)
    await isRefused(odd({ content: derSequence() }), 'badRequest', /envelope cannot be read/)
  })

  it('learns nothing of why an envelope did not open', async () => {
    // The encrypted key is the envelope's one run of 256 bytes, after `04 82 01 00`; the encrypted content ends it.
    const at = Buffer.from(envelope).indexOf(Buffer.from('04820100', 'hex')) + 4
    const withByte = (index: number, value: number) =>
      Uint8Array.from(envelope, (byte, position) => (position === index ? value : byte))
    const randomKey = withByte(at + 100, (envelope[at + 100] ?? 0) ^ 1)
    const hugeKey = Uint8Array.from(envelope, (byte, position) => (position >= at && position < at + 256 ? 255 : byte))
    const badPadding = withByte(envelope.length - 1, (envelope.at(-1) ?? 0) ^ 1)
    const badContent = withByte(envelope.length - 200, (envelope.at(-200) ?? 0) ^ 1)
    const wrongLength = writeEnvelopedData(csrDer, cast.caCertificateDer, 'aes-256-cbc')
    const asShorter = replaced(wrongLength, derOid('2.16.840.1.101.3.4.1.42'), derOid('2.16.840.1.101.3.4.1.2'))
    const noCsr = writeEnvelopedData(Buffer.from('nonsense'), cast.caCertificateDer, 'aes-128-cbc')
    for (const content of [randomKey, hugeKey, badPadding, asShorter, noCsr])
      await isRefused(odd({ content }), 'badMessageCheck', /^The request in the envelope cannot be read\.$/)
    assert.equal((await failureOf(odd({ content: badContent }))).failInfo, 'badMessageCheck')
  })

  it('is refused by its kind when that is not served, with the reason', async () => {
    const ofType = (messageType: string) => odd({ attributes: attributesOf({ messageType: asciiValue(messageType) }) })
    for (const messageType of ['3', '18', '99']) await isRefused(ofType(messageType), 'badRequest', /not supported/)
    await isRefused(ofType('20'), 'badRequest', /granted or refused at once/)
    await isRefused(ofType('21'), 'badCertId', /those who request them/)
    await isRefused(ofType('22'), 'badCertId', /no list of revoked certificates/)
  })

  it('has no answer when it names no transaction', async () => {
    const without = (change: Readonly<Record<string, Uint8Array | null>>) => odd({ attributes: attributesOf(change) })
    await isNoMessage(without({ transactionId: null }), 'transactionId')
    await isNoMessage(without({ transactionId: asciiValue('') }), 'transactionId')
    await isNoMessage(without({ transactionId: asciiValue('x'.repeat(256)) }), 'transactionId')
    await isNoMessage(without({ transactionId: octetsValue(nonce) }), 'transactionId')
    await isNoMessage(without({ messageType: null }), 'messageType')
    await isNoMessage(without({ messageType: asciiValue('PKCSReq') }), 'messageType')
    await isNoMessage(without({ senderNonce: null }))
    await isNoMessage(without({ senderNonce: octetsValue(Buffer.alloc(0)) }), 'senderNonce')
    await isNoMessage(without({ senderNonce: octetsValue(Buffer.alloc(65)) }), 'senderNonce')
    await isNoMessage(
      odd({ attributes: [...attributesOf(), ...attributesOf({ transactionId: asciiValue('T-2') })] }),
      'attributes',
    )
  })

  it('has no answer when it has no signer, or many', async () => {
    await isNoMessage(odd({ signers: 0 }), 'signerInfos')
    await isNoMessage(odd({ signers: 2 }), 'signerInfos')
  })

  it('has no answer when it is no message at all', async () => {
    await isNoMessage(new Uint8Array(), 'message')
    await isNoMessage(Buffer.alloc(65 * 1024), 'message')
    await isNoMessage(Buffer.from('operation=PKIOperation'), 'der')
    await isNoMessage(csrDer)
    await isNoMessage(cast.caCertificateDer)
    await isNoMessage(Buffer.concat([good, Buffer.alloc(1)]), 'der')
    await isNoMessage(Buffer.alloc(60_000, Buffer.from('3080', 'hex')), 'der')
    await isNoMessage(Buffer.alloc(60_000, Buffer.from('a080', 'hex')), 'der')
  })

  it('is bad input wherever it is cut off', async () => {
    for (let length = 0; length < good.length; length += 11) await isNoMessage(good.subarray(0, length))
  })

  it('is bad input, refused, or the same request, whichever byte is altered', async () => {
    const { csr } = await read(good)
    for (let at = 0; at < good.length; at += 13) {
      const altered = Uint8Array.from(good, (byte, position) => (position === at ? byte ^ 0x41 : byte))
      const outcome: unknown = await read(altered).catch((error: unknown) => error)
      if (outcome instanceof ParseError || outcome instanceof ScepFailure) continue
      // What nobody signs: versions, the list of digests, the self-signed certificate's own signature.
      assert.equal((outcome as Awaited<ReturnType<typeof read>>).csr.hash, csr.hash, `byte ${String(at)}`)
    }
  })

  it('is not blamed for an authority that the server itself cannot open', async () => {
    const broken = { certificatePem: cast.authority.certificatePem, keyPem: 'nonsense' }
    await assert.rejects(
      readPkiMessage(good, { authorities: [broken] }),
      (error) => error instanceof Error && !(error instanceof ParseError) && !(error instanceof ScepFailure),
    )
  })
})
