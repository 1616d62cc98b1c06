import assert from 'node:assert/strict'
import { createAuthority, createIdentity } from '../../src/protocols/x509/authority.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import { openCertificate } from '../../src/protocols/x509/certificate.ts'
import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { Authority } from '../../src/protocols/x509/open-authority.ts'
import type { Identity } from '../../src/simulators/apple/identity.ts'
import { gzipSync } from 'node:zlib'
import { authorityOf } from '../support/authority.ts'
import { eventually } from '../support/eventually.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D008'
const checkInType = 'application/x-apple-aspen-mdm-checkin'
const reportType = 'application/x-apple-aspen-mdm; charset=UTF-8'

describe('Bad input at the device edge', function () {
  this.timeout(60_000)
  let server: TestServer
  let mac: RawMac
  let golden: Readonly<Record<'Authenticate' | 'TokenUpdate' | 'Idle' | 'Acknowledged', PlistDict>>

  before(async () => {
    server = await startServer()
    mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'mac')
    const from = { Topic: mac.topic, UDID: udid }
    golden = {
      Authenticate: {
        MessageType: 'Authenticate',
        ...from,
        SerialNumber: 'C02XL0GYJGH5',
        ProductName: 'Mac14,7',
        DeviceName: 'Ada’s',
      },
      TokenUpdate: { MessageType: 'TokenUpdate', ...from, Token: Buffer.alloc(32, 7), PushMagic: 'magic' },
      Idle: { UDID: udid, Status: 'Idle' },
      Acknowledged: { UDID: udid, Status: 'Acknowledged', CommandUUID: 'none', QueryResponses: { OSVersion: '15.1' } },
    }
    assert.equal((await mac.send(golden.Authenticate)).status, 200)
    assert.equal((await mac.send(golden.TokenUpdate)).status, 200)
  })
  after(() => server?.stop())

  type Sent = Readonly<{ type?: string; as?: Identity; headers?: Readonly<Record<string, string>>; signature?: string }>

  const send = async (body: Uint8Array, { type = checkInType, as = mac.identity, headers, signature }: Sent = {}) => {
    const signed = signature ?? Buffer.from(signDetached(body, as)).toString('base64')
    const url = `${server.url}/mdm/apple/mdm`
    return server.network.send({
      method: 'PUT',
      url,
      body,
      headers: { 'content-type': type, 'mdm-signature': signed, ...headers },
    })
  }
  const written = (message: PlistDict): Buffer => Buffer.from(writePlist(message))
  const countOf = async (where: string): Promise<number> => {
    const rows = await sqlOn<{ n: number }>(server.databaseUrl, `select count(*)::int as n from event_log.events where ${where}`)
    return rows[0]?.n ?? -1
  }
  const facts = () => countOf("stream not like 'security-%'")

  it('is refused wherever a message is cut off', async () => {
    const before = await countOf('true')
    for (const [name, message] of Object.entries(golden)) {
      const whole = written(message)
      const type = 'MessageType' in message ? checkInType : reportType
      for (let end = 0; end < whole.lastIndexOf('</plist>'); end += 50) {
        const { status, body } = await send(whole.subarray(0, end), { type })
        assert.deepEqual({ status, body: body.length }, { status: 400, body: 0 }, `${String(end)} bytes of ${name}`)
      }
    }
    assert.equal(await countOf('true'), before)
  })

  it('is refused whatever it is', async () => {
    const before = await countOf('true')
    const idle = written(golden.Idle)
    const dict = (inner: string): Buffer => Buffer.from(`<plist version="1.0"><dict>${inner}</dict></plist>`)
    const udidKey = `<key>UDID</key><string>${udid}</string>`
    const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${String(n + 1)} "${`&l${String(n)};`.repeat(10)}">`).join('')
    const cases: Readonly<Record<string, readonly [Uint8Array, Sent?]>> = {
      'a report as a check-in': [idle, { type: checkInType }],
      'a check-in as a report': [written(golden.TokenUpdate), { type: reportType }],
      'a check-in of an unheard-of type': [written(golden.TokenUpdate), { type: 'text/html' }],
      'a JSON text': [Buffer.from('{"Status": "Idle"}'), { type: 'application/json' }],
      'a binary property list that is none': [
        Buffer.concat([Buffer.from('bplist00'), Buffer.alloc(64, 0xff)]),
        { type: reportType },
      ],
      'a list without a dictionary': [Buffer.from('<plist version="1.0"><array/></plist>'), { type: reportType }],
      'a status in lower case': [dict(`${udidKey}<key>Status</key><string>idle</string>`), { type: reportType }],
      'an answer to no command': [dict(`${udidKey}<key>Status</key><string>Acknowledged</string>`), { type: reportType }],
      'a key that stands twice': [dict(`${udidKey}${udidKey}<key>Status</key><string>Idle</string>`), { type: reportType }],
      'a UDID that is a number': [
        dict('<key>UDID</key><integer>1</integer><key>Status</key><string>Idle</string>'),
        { type: reportType },
      ],
      'a UDID that is endless': [
        dict(`<key>UDID</key><string>${'A'.repeat(5000)}</string><key>Status</key><string>Idle</string>`),
        { type: reportType },
      ],
      'a push token of a megabyte': [written({ ...golden.TokenUpdate, Token: Buffer.alloc(1024 * 1024) })],
      'a topic that is not ours': [written({ ...golden.Authenticate, Topic: 'com.apple.mgmt.External.other' })],
      'entities that unfold to a billion laughs': [
        Buffer.from(
          `<!DOCTYPE plist [<!ENTITY l0 "ha">${laughs}]><plist version="1.0"><dict><key>UDID</key><string>&l9;</string></dict></plist>`,
        ),
        { type: reportType },
      ],
      'an entity from a file': [
        Buffer.from(
          '<!DOCTYPE plist [<!ENTITY f SYSTEM "file:///etc/passwd">]><plist version="1.0"><string>&f;</string></plist>',
        ),
        { type: reportType },
      ],
      'a million dictionaries': [
        Buffer.from(`<plist version="1.0"><array>${'<dict/>'.repeat(1_000_000)}</array></plist>`),
        { type: reportType },
      ],
      'a few bytes that unpack to 20 MB': [
        gzipSync(Buffer.alloc(20 * 1024 * 1024, 0x20)),
        { headers: { 'content-encoding': 'gzip' } },
      ],
      'bytes that only claim to be packed': [idle, { headers: { 'content-encoding': 'gzip' } }],
      'bytes that are packed in no known way': [idle, { headers: { 'content-encoding': 'zstd-of-tomorrow' } }],
    }
    for (const [what, [body, sent]] of Object.entries(cases)) {
      const { status, body: said } = await send(body, sent)
      assert.deepEqual({ status, said: said.toString() }, { status: 400, said: '' }, what)
    }
    assert.equal(await countOf('true'), before)
  })

  it('is refused when the signature is rubbish, and recorded once a minute at most', async () => {
    const before = await facts()
    const recorded = await countOf("stream like 'security-%'")
    const body = written(golden.Idle)
    const good = Buffer.from(signDetached(body, mac.identity))
    const cut = Array.from({ length: 8 }, (_, n) => good.subarray(0, Math.floor((good.length * n) / 8)))
    const bent = [20, 200, 600, good.length - 10].map((at) => {
      const copy = Buffer.from(good)
      copy[at] = (copy[at] ?? 0) ^ 0xff
      return copy
    })
    const rubbish = ['', 'not base64!', ...[...cut, ...bent].map((bytes) => bytes.toString('base64'))]
    for (const signature of rubbish)
      assert.equal((await send(body, { type: reportType, signature })).status, 400, signature.slice(0, 40))
    await eventually('the refusal is on record', async () => (await countOf("stream like 'security-%'")) > recorded)
    // The clock may pass a full minute meanwhile, once.
    assert.ok((await countOf("stream like 'security-%'")) - recorded <= 2)
    assert.equal(await facts(), before)
  })

  it('is refused from certificates that are expired, not valid yet, from elsewhere, or never bound', async () => {
    const ours = await authorityOf(server)
    const foreign = await createAuthority({ commonName: 'Muster device CA', organization: 'Muster', years: 1, keyBits: 2048 })
    const day = 86_400_000
    const identity = async (authority: Authority, from: number, to: number): Promise<Identity> => {
      const life = { notBefore: new Date(Date.now() + from * day), notAfter: new Date(Date.now() + to * day) }
      const issued = await createIdentity({
        authority,
        subject: nameOf({ commonName: 'Mac' }),
        ...life,
        extKeyUsage: 'clientAuth',
      })
      return { ...issued, certificateDer: openCertificate(issued.certificatePem).raw }
    }
    const cases = {
      expired: await identity(ours, -2, -1),
      'not valid yet': await identity(ours, 1, 2),
      'from an authority of the same name': await identity(foreign, -1, 1),
      'of the right authority, but never bound': await identity(ours, -1, 1),
    }
    const before = await facts()
    for (const [what, as] of Object.entries(cases)) {
      assert.equal((await send(written(golden.Idle), { type: reportType, as })).status, 400, what)
      assert.equal((await send(written(golden.TokenUpdate), { as })).status, 400, what)
      assert.equal((await send(written({ ...golden.TokenUpdate, MessageType: 'CheckOut' }), { as })).status, 400, what)
    }
    assert.equal(await facts(), before)
  })

  it('cannot take a device away through its user, and answers a user politely', async () => {
    const user = { UserID: '5D1A0000-0000-4000-8000-000000000501', UserShortName: 'ada', UserLongName: 'Ada' }
    const before = await facts()
    assert.equal((await send(written({ MessageType: 'CheckOut', Topic: mac.topic, UDID: udid, ...user }))).status, 400)
    assert.equal((await send(written({ ...golden.Authenticate, ...user }))).status, 400)
    assert.equal((await send(written({ MessageType: 'UserAuthenticate', UDID: udid, ...user }))).status, 410)
    assert.equal(await facts(), before)
  })

  it('shows nobody where it broke', async () => {
    for (const [method, path] of [
      ['GET', '/mdm/apple/%E0%A4%A'],
      ['PUT', '/mdm/apple/nothing-here'],
      ['POST', '/mdm/apple/mdm'],
    ] as const) {
      const { status, body } = await server.network.send({ method, url: `${server.url}${path}` })
      assert.ok(status === 400 || status === 404, `${path}: ${String(status)}`)
      assert.doesNotMatch(body.toString(), /node_modules|\.ts/)
    }
  })

  it('leaves the device as it was: it is served as always', async () => {
    assert.equal((await send(written(golden.Idle), { type: reportType })).status, 200)
    const report = written({ ...golden.Acknowledged, CommandUUID: 'of another server' })
    const unknown = () => countOf("type = 'UnknownCommandReported'")
    for (const _ of [1, 2, 3]) assert.equal((await send(report, { type: reportType })).status, 200)
    assert.equal(await unknown(), 1)
  })
})
