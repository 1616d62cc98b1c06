import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { musterClient } from '../../src/client/muster-client.ts'
import type { MusterClient } from '../../src/client/muster-client.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { createAuthority, createIdentity } from '../../src/protocols/x509/authority.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { eventually } from '../support/eventually.ts'
import type { MusterProcess } from '../support/muster-process.ts'
import { musterProcess } from '../support/muster-process.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D001'
const other = 'AAAA1111-0000-4000-8000-00000000D002'

describe('A device that lies or is lied about', function () {
  this.timeout(60_000)
  let server: MusterProcess
  let client: MusterClient
  let network: Network
  let mac: RawMac
  let thief: RawMac

  const events = async (): Promise<number> => (await client.statistics()).events
  const authenticate = (id: string, topic = mac.topic): PlistDict => ({
    MessageType: 'Authenticate',
    Topic: topic,
    UDID: id,
    SerialNumber: `S${id.slice(-4)}`,
    ProductName: 'Mac14,7',
    DeviceName: 'A Mac',
  })
  const tokenUpdate = (id: string): PlistDict => ({
    MessageType: 'TokenUpdate',
    Topic: mac.topic,
    UDID: id,
    Token: randomBytes(32),
    PushMagic: 'magic',
  })

  before(async () => {
    server = await musterProcess({ MUSTER_LOG_LEVEL: 'fatal' })
    client = musterClient({ url: server.url, token: server.token, ca: server.caPem })
    network = deviceNetwork({ ca: server.caPem })
    mac = await rawMac(network, server.url, await client.enrollmentProfile(), 'mac')
    thief = await rawMac(network, server.url, await client.enrollmentProfile(), 'thief')
    assert.equal((await mac.send(authenticate(udid))).status, 200)
    assert.equal((await mac.send(tokenUpdate(udid))).status, 200)
  })
  after(async () => {
    client.close()
    network.close()
    await server.close()
  })

  it('is refused with 400, never 401, when its certificate is not the one of its enrollment', async () => {
    const idle = { UDID: udid, Status: 'Idle' }
    assert.equal((await mac.send(idle, { checkIn: false })).status, 200)
    assert.equal((await thief.send(idle, { checkIn: false })).status, 400, 'a certificate that never authenticated')
    assert.equal((await mac.send({ UDID: other, Status: 'Idle' }, { checkIn: false })).status, 400, 'a UDID of somebody else')
    assert.equal((await mac.send(authenticate(other))).status, 400, 'a certificate that is in use')
    assert.equal((await mac.send(tokenUpdate(other))).status, 400)
    await eventually('the refusal is on record', async () => {
      const { activities } = await client.activities({ per_page: 100 })
      return activities.some(({ event }) => event === 'DeviceRefused')
    })
  })

  it('is refused when the signature is missing, of another body, or of a foreign authority', async () => {
    const authority = await createAuthority({ commonName: 'Foreign', organization: 'Foreign', years: 1, keyBits: 2048 })
    const life = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 86_400_000) }
    const foreign = await createIdentity({ authority, subject: nameOf({ commonName: 'x' }), ...life, extKeyUsage: 'clientAuth' })
    const message = authenticate(other)
    assert.equal((await mac.send(message, { as: null })).status, 400)
    assert.equal((await mac.send(message, { as: foreign })).status, 400)
    assert.equal((await mac.send(message, { signed: Buffer.from('another body') })).status, 400)
    const hosts = await client.hosts.list()
    assert.deepEqual(
      hosts.hosts.map(({ uuid }) => uuid),
      [udid],
    )
  })

  it('cannot append anything with a message that makes no sense', async () => {
    const golden = Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>MessageType</key><string>CheckOut</string><key>UDID</key><string>${udid}</string></dict></plist>`,
    )
    const plist = (inner: string): Buffer => Buffer.from(`<?xml version="1.0"?>${inner}`)
    const cases: Readonly<Record<string, Buffer>> = {
      nothing: Buffer.alloc(0),
      'no plist': Buffer.from('hello'),
      garbage: randomBytes(5000),
      'a wrong type': plist(
        '<plist><dict><key>MessageType</key><string>Surprise</string><key>UDID</key><string>x</string></dict></plist>',
      ),
      'no ids': plist('<plist><dict><key>MessageType</key><string>CheckOut</string></dict></plist>'),
      'a colon in the UDID': plist(
        '<plist><dict><key>MessageType</key><string>CheckOut</string><key>UDID</key><string>a:b</string></dict></plist>',
      ),
      'a DTD with entities': plist('<!DOCTYPE plist [<!ENTITY a "aaaa">]><plist><dict><key>&a;</key><true/></dict></plist>'),
      'deep nesting': plist(`<plist>${'<array>'.repeat(5000)}${'</array>'.repeat(5000)}</plist>`),
      'too much': Buffer.concat([golden.subarray(0, 60), Buffer.alloc(17 * 1024 * 1024, 0x20), golden.subarray(60)]),
      ...Object.fromEntries([40, 90, 120, 150, 190].map((cut) => [`${String(cut)} bytes of a message`, golden.subarray(0, cut)])),
    }
    const before = await events()
    for (const [what, body] of Object.entries(cases)) {
      assert.equal((await mac.send(body)).status, 400, what)
      assert.equal((await mac.send(body, { checkIn: false })).status, 400, `${what}, as a report`)
    }
    assert.equal(await events(), before)
  })

  it('may report a command that nobody sent: recorded once, and answered', async () => {
    const report = { UDID: udid, Status: 'Acknowledged', CommandUUID: 'nobody-sent-this' }
    for (const _ of [1, 2]) assert.equal((await mac.send(report, { checkIn: false })).status, 200)
    const reported = async (): Promise<number> => {
      const { activities } = await client.activities({ per_page: 100 })
      return activities.filter(({ event }) => event === 'UnknownCommandReported').length
    }
    await eventually('the report is on record', async () => (await reported()) > 0)
    assert.equal(await reported(), 1)
  })

  it('is told 410 for a user that nobody manages here', async () => {
    assert.equal((await mac.send({ MessageType: 'UserAuthenticate', UDID: udid, UserID: 'U-1' })).status, 410)
  })

  it('leaves, and may come back', async () => {
    const checkOut = { MessageType: 'CheckOut', Topic: mac.topic, UDID: udid }
    for (const _ of [1, 2]) assert.equal((await mac.send(checkOut)).status, 200)
    assert.equal((await mac.send(authenticate(udid))).status, 200)
    assert.equal((await mac.send(tokenUpdate(udid))).status, 200)
  })
})
