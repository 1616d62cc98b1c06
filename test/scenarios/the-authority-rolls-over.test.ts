import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Connection } from '../../src/client/connection.ts'
import { openConnection } from '../../src/client/connection.ts'
import type { Muster } from '../../src/compose.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { readCaCert } from '../../src/protocols/scep/ca.ts'
import { fingerprintOf, isIssuedBy, openCertificate } from '../../src/protocols/x509/certificate.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { openProfile } from '../../src/simulators/apple/profile.ts'
import { eventually } from '../support/eventually.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { joinServer, startServer } from '../support/server.ts'

const udidOf = (digit: number): string => `AAAA1111-0000-4000-8000-00000000A00${String(digit)}`

describe('The authority rolls over while devices are enrolled', function () {
  this.timeout(60_000)
  let server: TestServer
  let node: Muster
  let admin: Connection
  let keyPair: KeyPair
  let early: RawMac
  let late: RawMac

  const enroll = async (mac: RawMac, udid: string, url = server.url): Promise<readonly number[]> => {
    const ids = { UDID: udid, Topic: mac.topic }
    const token = { MessageType: 'TokenUpdate', Token: randomBytes(32), PushMagic: 'magic' }
    return [
      (await mac.send({ ...ids, MessageType: 'Authenticate', ProductName: 'Mac14,7' })).status,
      (await mac.send({ ...ids, ...token })).status,
      await idle(mac, udid, url),
    ]
  }
  const idle = async (mac: RawMac, udid: string, url: string): Promise<number> =>
    (await mac.send({ UDID: udid, Status: 'Idle' }, { checkIn: false, at: url })).status
  const newMac = async (seed: string): Promise<RawMac> =>
    rawMac(server.network, server.url, await server.client.enrollmentProfile(), seed, keyPair)

  before(async () => {
    keyPair = await generateRsaKey(2048)
    server = await startServer()
    node = await joinServer(server, ['api'])
    admin = openConnection({ url: server.url, token: server.token, ca: server.caPem })
    early = await newMac('early')
    assert.deepEqual(await enroll(early, udidOf(1)), [200, 200, 200])
  })
  after(async () => {
    admin?.close()
    await node?.stop()
    await server?.stop()
  })

  it('goes on serving those who came before, and enrolls new ones under the new authority, without a restart', async () => {
    await admin.json({ method: 'POST', path: '/certificates/authority/rollovers', json: {} })
    assert.equal(await idle(early, udidOf(1), server.url), 200)
    late = await newMac('late')
    assert.deepEqual(await enroll(late, udidOf(2)), [200, 200, 200])
    const { authorities } = await admin.json<{ authorities: { certificate: string; standing: string }[] }>({
      method: 'GET',
      path: '/certificates/authorities',
    })
    const [old, now] = authorities.map(({ certificate }) => openCertificate(certificate))
    assert.ok(old !== undefined && now !== undefined)
    assert.deepEqual(
      authorities.map(({ standing }) => standing),
      ['previous', 'issuer'],
    )
    assert.equal(isIssuedBy(openCertificate(early.identity.certificateDer), [old]), true)
    assert.equal(isIssuedBy(openCertificate(late.identity.certificateDer), [now]), true)
  })

  it('is known to every process within seconds', () =>
    eventually('the other process serves the new device', async () => (await idle(late, udidOf(2), node.url)) === 200))

  it('keeps the certificate of the server under the authority that every device knows', async () => {
    // The network of devices trusts the first authority alone.
    const reply = await server.network.send({ method: 'GET', url: `${server.url}/healthz` })
    assert.equal(reply.status, 200)
  })

  it('hands out its certificates at the path of other servers too', async () => {
    for (const path of ['/mdm/apple/scep', '/scep']) {
      const { status, body } = await server.network.send({ method: 'GET', url: `${server.url}${path}?operation=GetCACert` })
      assert.equal(status, 200)
      assert.equal(readCaCert(body).length, 2)
    }
  })

  it('lets in nobody whose certificate was revoked, in any process, and puts it on record', async () => {
    const fingerprint = fingerprintOf(openCertificate(late.identity.certificateDer))
    await admin.json({ method: 'POST', path: `/certificates/${fingerprint}/revocations`, json: {} })
    assert.equal(await idle(late, udidOf(2), server.url), 400)
    await eventually('the other process refuses it', async () => (await idle(late, udidOf(2), node.url)) === 400)
    assert.equal(await idle(early, udidOf(1), server.url), 200)
    await eventually('the refusal is on record', async () => {
      const { activities } = await server.client.activities({ per_page: 50 })
      return activities.some(({ event }) => event === 'DeviceRefused')
    })
  })
})

describe('The authority rolls over on a server that wants client certificates', function () {
  this.timeout(60_000)
  let server: TestServer

  before(async () => {
    server = await startServer({ environment: { MUSTER_DEVICE_IDENTITY: 'tls' } })
  })
  after(() => server?.stop())

  it('asks for those of the new authority too, without a restart, and its profiles name both', async () => {
    const admin = openConnection({ url: server.url, token: server.token, ca: server.caPem })
    await admin.json({ method: 'POST', path: '/certificates/authority/rollovers', json: {} })
    admin.close()
    const profile = await server.client.enrollmentProfile()
    const anchors = openProfile(profile).payloads.filter(({ PayloadType }) => PayloadType === 'com.apple.security.root')
    assert.equal(anchors.length, 2)
    const mac = await rawMac(server.network, server.url, profile, 'tls')
    const message = { MessageType: 'Authenticate', Topic: mac.topic, UDID: udidOf(3), ProductName: 'Mac14,7' }
    const { status } = await server.network.send({
      method: 'PUT',
      url: `${server.url}/mdm/apple/mdm`,
      identity: mac.identity,
      headers: { 'content-type': 'application/x-apple-aspen-mdm-checkin' },
      body: Buffer.from(writePlist(message)),
    })
    assert.equal(status, 200)
  })
})
