import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { startApns } from '../../src/simulators/apns.ts'
import type { Apns } from '../../src/simulators/apns.ts'
import { eventually } from '../support/eventually.ts'
import type { Pair } from '../support/push-certificates.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../support/push-certificates.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { historyOf, hostIdOn, typesIn } from '../support/story.ts'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const key = 'a key for the tools'
const topic = 'com.apple.mgmt.External.nano'
const udid = 'AAAA1111-0000-4000-8000-00000000D0A0'
const newcomer = 'AAAA1111-0000-4000-8000-00000000D0A1'

type Told = Readonly<{
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
  json: Readonly<Record<string, unknown>>
}>

describe("NanoMDM's tools against Muster", function () {
  this.timeout(60_000)
  let server: TestServer
  let apns: Apns
  let pushPair: Pair
  let folder = ''
  const told: Told[] = []
  let refuse = true
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (refuse) return void response.writeHead(503).end()
      const body = Buffer.concat(chunks)
      told.push({ headers: request.headers as Told['headers'], body, json: JSON.parse(body.toString()) as Told['json'] })
      response.end()
    })
  })

  const tool = (method: string, path: string, body?: Uint8Array | string, password: string | null = key) =>
    server.network.send({
      method: method as 'PUT',
      url: `${server.url}${path}`,
      headers: password === null ? {} : { authorization: `Basic ${Buffer.from(`nanomdm:${password}`).toString('base64')}` },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      tries: 1,
    })
  const jsonOf = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString()) as Readonly<Record<string, never>>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-nano-'))
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const authority = testAuthority('Apple')
    const apnsCertificate = testServerCertificate(authority)
    apns = await startApns({
      serverCertificatePem: apnsCertificate.certificatePem,
      serverKeyPem: apnsCertificate.keyPem,
      clientCaPem: authority.certificatePem,
    })
    await writeFile(join(folder, 'apple.pem'), authority.certificatePem)
    pushPair = testPushCertificate(authority, topic)
    server = await startServer({
      environment: {
        MUSTER_NANOMDM_KEY: key,
        MUSTER_APNS_URL: `https://localhost:${String(apns.port)}`,
        MUSTER_APNS_CA: join(folder, 'apple.pem'),
        MUSTER_WEBHOOK_URL: `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`,
        MUSTER_WEBHOOK_KEY: 'signs the webhook',
        MUSTER_RETROACTIVE_ASSOCIATION: 'on',
      },
    })
  })
  after(async () => {
    await server.stop()
    await apns.stop()
    receiver.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('lets nobody in without the key, but for the version', async () => {
    assert.equal(jsonOf((await tool('GET', '/version', undefined, null)).body)['version'], '0.1.0')
    for (const password of [null, 'wrong', '']) assert.equal((await tool('GET', '/v1/pushcert', undefined, password)).status, 401)
    assert.equal((await tool('GET', '/v1/pushcert', undefined, server.token)).status, 404)
  })

  it('takes the push certificate and its key in one body, and shows it for its own topic alone [case E1]', async () => {
    const { status, body } = await tool('PUT', '/v1/pushcert', `${pushPair.certificatePem}\n${pushPair.keyPem}`)
    assert.deepEqual([status, jsonOf(body)['topic']], [200, topic])
    assert.equal(jsonOf((await tool('GET', '/v1/pushcert')).body)['topic'], topic)
    assert.equal(jsonOf((await tool('GET', `/v1/pushcert?topic=${topic}`)).body)['topic'], topic)
    const other = await tool('GET', '/v1/pushcert?topic=com.apple.mgmt.External.other')
    assert.deepEqual([other.status, 'topic' in jsonOf(other.body)], [404, false], 'another topic is not answered with ours')
    assert.equal((await tool('PUT', '/v1/pushcert', 'nonsense')).status, 400)
  })

  const authenticate = (id: string): PlistDict => ({
    MessageType: 'Authenticate',
    UDID: id,
    Topic: topic,
    ProductName: 'Mac14,7',
    OSVersion: '15.1',
    SerialNumber: `C02${id.slice(-4)}`,
  })
  const tokenUpdate = (id: string, more: PlistDict = {}): PlistDict => ({
    MessageType: 'TokenUpdate',
    UDID: id,
    Topic: topic,
    Token: Buffer.from(id.slice(-12)),
    PushMagic: `magic of ${id}`,
    ...more,
  })

  it('brings devices over with their raw check-ins, as often as it is told', async () => {
    await eventually(
      'the topic is known',
      async () => (await tool('PUT', '/migration', writePlist(authenticate(udid)))).status === 200,
    )
    for (let again = 0; again < 2; again++) {
      assert.equal((await tool('PUT', '/migration', writePlist(authenticate(udid)))).status, 200)
      assert.equal((await tool('PUT', '/migration', writePlist(tokenUpdate(udid)))).status, 200)
    }
    const wrong = await tool('PUT', '/migration', writePlist({ ...authenticate(udid), Topic: 'com.apple.mgmt.External.other' }))
    assert.equal(wrong.status, 400)
    const user = { UserID: '5D1A0000-0000-4000-8000-000000000501', UserShortName: 'ada', UserLongName: 'Ada' }
    assert.equal((await tool('PUT', '/migration', writePlist(tokenUpdate(udid, user)))).status, 200)
    const id = await hostIdOn(server.client, { udid })
    await eventually('the host is enrolled', async () => (await server.client.hosts.get(id)).mdm.connected_to_fleet)
    const types = typesIn(await historyOf(server.client, { udid }))
    assert.equal(types.filter((type) => type === 'EnrollmentStarted').length, 1)
    assert.equal(types.filter((type) => type === 'ChannelOpened').length, 2)
  })

  it('pushes to devices and users, and says what became of each', async () => {
    const users = `${udid}:5D1A0000-0000-4000-8000-000000000501`
    const { status, body } = await tool('PUT', `/v1/push/${udid},${users},NOBODY`)
    const answers = jsonOf(body)['status'] as unknown as Readonly<Record<string, Readonly<Record<string, string>>>>
    assert.equal(status, 207)
    assert.deepEqual(Object.keys(answers[udid] ?? {}), ['push_result'])
    assert.deepEqual(Object.keys(answers[users] ?? {}), ['push_result'])
    assert.deepEqual(Object.keys(answers['NOBODY'] ?? {}), ['push_error'])
    assert.ok(apns.pushes().filter(({ magic }) => magic === `magic of ${udid}`).length >= 2)
    assert.equal((await tool('GET', '/v1/push/NOBODY')).status, 500)
  })

  it('queues raw commands, and tells who did not get them', async () => {
    const command = writePlist({ CommandUUID: 'nano-1', Command: { RequestType: 'ProfileList' } })
    const { status, body } = await tool('PUT', `/v1/enqueue/${udid},NOBODY?nopush=1`, command)
    const reply = jsonOf(body) as unknown as Readonly<Record<string, unknown>> & { status: Readonly<Record<string, object>> }
    assert.deepEqual(
      [status, reply['command_uuid'], reply['request_type'], reply['no_push']],
      [207, 'nano-1', 'ProfileList', true],
    )
    assert.deepEqual(Object.keys(reply.status['NOBODY'] ?? {}), ['command_error'])
    assert.equal((await server.client.commands.results('nano-1'))[0]?.status, 'Pending')
    assert.equal((await tool('PUT', `/v1/enqueue/${udid}`, '<plist/>')).status, 400)
    assert.equal((await tool('PUT', `/v1/enqueue/${udid}`, command)).status, 200)
  })

  it('knows a device that was brought over by the first certificate that it shows, at the path of its old server, and by no other', async () => {
    const keyPair = await generateRsaKey(2048)
    const enroll = (seed: string) =>
      server.client.enrollmentProfile().then((profile) => rawMac(server.network, server.url, profile, seed, keyPair))
    const [device, other] = [await enroll('brought over'), await enroll('somebody else')]
    const idle = { UDID: udid, Status: 'Idle' }
    const first = await device.send(idle, { checkIn: false, path: '/mdm' })
    assert.equal(first.status, 200)
    assert.match(Buffer.from(first.body).toString(), /DeclarativeManagement/)
    assert.equal((await other.send(idle, { checkIn: false })).status, 400)
    assert.ok(typesIn(await historyOf(server.client, { udid })).includes('IdentityRenewed'))
    const acknowledge = (CommandUUID: string) =>
      device.send({ UDID: udid, Status: 'Acknowledged', CommandUUID }, { checkIn: false, path: '/mdm/connect' })
    const declaring = /<key>CommandUUID<\/key><string>([^<]+)</.exec(Buffer.from(first.body).toString())?.[1] ?? ''
    assert.match(Buffer.from((await acknowledge(declaring)).body).toString(), /nano-1/)
    assert.equal((await acknowledge('nano-1')).status, 200)
    assert.equal((await device.send(tokenUpdate(udid, { Token: Buffer.from('newer') }))).status, 200)
  })

  it('takes certificates and terms along when they are known, so that nothing is left to the first contact', async () => {
    const fingerprint = createHash('sha256').update('a certificate of the old server').digest('hex')
    const call = (message: PlistDict) =>
      server.network.send({
        method: 'PUT' as const,
        url: `${server.url}/api/v1/fleet/migration/checkin`,
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: Buffer.from(
          JSON.stringify({
            checkin: Buffer.from(writePlist(message)).toString('base64'),
            certificate: fingerprint,
            bootstrap_token: Buffer.from('bootstrap').toString('base64'),
            terms: { identifier: 'com.old.mdm', server_url: 'https://old.example.com/mdm' },
          }),
        ),
        tries: 1,
      })
    assert.equal((await call(authenticate(newcomer))).status, 200)
    assert.equal((await call(tokenUpdate(newcomer))).status, 200)
    const id = await hostIdOn(server.client, { udid: newcomer })
    const { certificate, server_url, escrowed } = await server.client.hosts.enrollment(id)
    assert.deepEqual(
      [certificate.fingerprint, server_url, escrowed.bootstrap_token],
      [fingerprint, 'https://old.example.com/mdm', true],
    )
  })

  it('tells a webhook of check-ins and results, in order, once the receiver is back, signed and without secrets', async () => {
    refuse = false
    await eventually('everything is told', () => told.some(({ json }) => json['topic'] === 'mdm.TokenUpdate'), 40_000)
    const topics = told.map(({ json }) => json['topic'])
    assert.deepEqual(topics, ['mdm.Connect', 'mdm.Connect', 'mdm.TokenUpdate'])
    for (const { headers, body } of told)
      assert.equal(headers['x-hmac-signature'], createHmac('sha256', 'signs the webhook').update(body).digest('base64'))
    const result = told[1]?.json['acknowledge_event'] as Readonly<Record<string, string>>
    assert.deepEqual([result['udid'], result['status'], result['command_uuid']], [udid, 'Acknowledged', 'nano-1'])
    const checkIn = told[2]?.json['checkin_event'] as Readonly<Record<string, string>>
    const raw = Buffer.from(checkIn['raw_payload'] ?? '', 'base64').toString()
    assert.ok(raw.includes('TokenUpdate') && !raw.includes('PushMagic') && !raw.includes('Token</key><data>'))
  })
})
