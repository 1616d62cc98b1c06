import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readCaCert } from '../../src/protocols/scep/ca.ts'
import type { CertRepAnswer, SentRequest } from '../../src/protocols/scep/client.ts'
import { createCsr, createSigner, readCertRep, writePkcsReq } from '../../src/protocols/scep/client.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import { enrollmentSettingsOf } from '../../src/simulators/apple/enrollment.ts'
import { factsOf } from '../../src/simulators/apple/facts.ts'
import { openProfile } from '../../src/simulators/apple/profile.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'

describe('A request for a certificate', function () {
  this.timeout(60_000)
  let server: TestServer
  let keyPair: KeyPair
  let otherKeyPair: KeyPair
  let caCertificateDer: Uint8Array

  before(async () => {
    server = await startServer()
    ;[keyPair, otherKeyPair] = await Promise.all([generateRsaKey(2048), generateRsaKey(2048)])
    const { body } = await server.network.send({ method: 'GET', url: `${server.url}/mdm/apple/scep?operation=GetCACert` })
    caCertificateDer = readCaCert(body)[0] ?? Buffer.alloc(0)
  })
  after(() => server?.stop())

  const scep = (body: Uint8Array, query = 'operation=PKIOperation') =>
    server.network.send({
      method: 'POST',
      url: `${server.url}/mdm/apple/scep?${query}`,
      headers: { 'content-type': 'application/x-pki-message' },
      body,
    })
  const newChallenge = async (): Promise<string> => {
    const profile = openProfile(await server.client.enrollmentProfile())
    return enrollmentSettingsOf(profile, factsOf('scep', 'mac')).scep.challenge
  }
  const asked = async (
    challenge: string,
    wish: Readonly<{ keys?: KeyPair; messageType?: 'RenewalReq'; csrDer?: Uint8Array }> = {},
  ): Promise<SentRequest & Readonly<{ csrDer: Uint8Array }>> => {
    const { keys = keyPair, csrDer: given, ...rest } = wish
    const made = given ?? (await createCsr({ subject: nameOf({ commonName: 'Mac' }), challenge, keyPair: keys })).csrDer
    return { ...writePkcsReq({ csrDer: made, caCertificateDer, signer: createSigner({ keyPair: keys }), ...rest }), csrDer: made }
  }
  const answerTo = async (sent: SentRequest): Promise<CertRepAnswer> => {
    const { status, body } = await scep(sent.message)
    assert.equal(status, 200)
    return readCertRep(body, { sent, caCertificateDer })
  }
  const refused = async (sent: SentRequest): Promise<void> => {
    const { status } = await answerTo(sent)
    assert.equal(status, 'failure')
  }
  const granted = async (sent: SentRequest): Promise<Uint8Array> => {
    const answer = await answerTo(sent)
    assert.ok(answer.status === 'success', JSON.stringify(answer))
    return answer.certificateDer
  }
  const issued = async (): Promise<number> => {
    const text = "select count(*)::int as n from event_log.events where type = 'CertificateIssued'"
    return (await sqlOn<{ n: number }>(server.databaseUrl, text))[0]?.n ?? -1
  }

  it('is granted once, and the same again when its answer was lost', async () => {
    const challenge = await newChallenge()
    const first = await asked(challenge)
    const certificate = await granted(first)
    assert.deepEqual(await granted(first), certificate, 'the same bytes again')
    assert.deepEqual(
      await granted(await asked(challenge, { csrDer: first.csrDer })),
      certificate,
      'the same request in a new envelope',
    )
    assert.equal(await issued(), 1)
  })

  it('is refused when another has used its challenge', async () => {
    const challenge = await newChallenge()
    await granted(await asked(challenge))
    const before = await issued()
    await refused(await asked(challenge, { keys: otherKeyPair }))
    assert.equal(await issued(), before)
  })

  it('is refused with a challenge that nobody gave out, or none', async () => {
    const before = await issued()
    for (const challenge of ['guess', '', randomBytes(24).toString('base64url'), 'x'.repeat(200)])
      await refused(await asked(challenge))
    assert.equal(await issued(), before)
  })

  it('is refused politely when it is a renewal, and its challenge is not used up', async () => {
    const challenge = await newChallenge()
    await refused(await asked(challenge, { messageType: 'RenewalReq' }))
    await granted(await asked(challenge))
  })

  it('is refused when it is damaged on its way', async () => {
    const before = await issued()
    const { message } = await asked(await newChallenge())
    for (let at = 0; at < message.length; at += Math.ceil(message.length / 24)) {
      const { status, body } = await scep(message.subarray(0, at))
      assert.equal(status, 400, `${String(at)} of ${String(message.length)} bytes`)
      assert.doesNotMatch(body.toString(), /node_modules|\.ts/)
      const bent = Buffer.from(message)
      bent[at] = (bent[at] ?? 0) ^ 0xff
      const reply = await scep(bent)
      assert.ok(reply.status === 400 || reply.status === 200, `byte ${String(at)} bent: ${String(reply.status)}`)
    }
    assert.equal(await issued(), before)
  })

  it('is no request at all', async () => {
    const get = (query: string) => server.network.send({ method: 'GET', url: `${server.url}/mdm/apple/scep${query}` })
    for (const query of ['', '?operation=', '?operation=Surprise', '?operation=constructor', '?operation=PKIOperation'])
      assert.equal((await get(query)).status, 400, query)
    assert.equal((await get('?operation=PKIOperation&message=%FF%FF')).status, 400)
    assert.equal((await get('?operation=PKIOperation&message=a&message=b')).status, 400)
    for (const body of [Buffer.alloc(0), randomBytes(1000), Buffer.alloc(70_000, 0x30)])
      assert.equal((await scep(body)).status, 400)
    const large = await scep(Buffer.alloc(3 * 1024 * 1024, 0x30))
    assert.ok(large.status === 400 || large.status === 413, String(large.status))
    assert.doesNotMatch(large.body.toString(), /node_modules|\.ts/)
  })
})
