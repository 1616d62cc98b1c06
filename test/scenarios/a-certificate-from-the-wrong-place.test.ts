import assert from 'node:assert/strict'
import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { Identity } from '../../src/simulators/apple/identity.ts'
import type { DeviceRequest } from '../../src/simulators/apple/network.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D007'

/** The ways to show a certificate with a message. */
const ways: Readonly<Record<string, (body: Uint8Array, identity: Identity) => Pick<DeviceRequest, 'headers' | 'identity'>>> = {
  'a signature in Mdm-Signature': (body, identity) => ({
    headers: { 'mdm-signature': Buffer.from(signDetached(body, identity)).toString('base64') },
  }),
  'a client certificate': (_, identity) => ({ identity }),
  'a header as in RFC 9440': (_, { certificateDer }) => ({
    headers: { 'client-cert': `:${Buffer.from(certificateDer).toString('base64')}:` },
  }),
  'a header as nginx writes it': (_, { certificatePem }) => ({ headers: { 'client-cert': encodeURIComponent(certificatePem) } }),
}

const headers = ['a header as in RFC 9440', 'a header as nginx writes it']

/** What the server is told, and the ways that then count. */
const sources: readonly Readonly<{ told: Readonly<Record<string, string>>; good: readonly string[]; story: string }>[] = [
  {
    story: 'a server that wants signatures',
    told: { MUSTER_DEVICE_IDENTITY: 'mdm-signature' },
    good: ['a signature in Mdm-Signature'],
  },
  { story: 'a server that wants client certificates', told: { MUSTER_DEVICE_IDENTITY: 'tls' }, good: ['a client certificate'] },
  {
    story: 'a server behind a proxy',
    told: { MUSTER_DEVICE_IDENTITY: 'header', MUSTER_TRUST_PROXY: '127.0.0.1' },
    good: headers,
  },
  {
    story: 'a server behind a proxy elsewhere',
    told: { MUSTER_DEVICE_IDENTITY: 'header', MUSTER_TRUST_PROXY: '10.1.2.3' },
    good: [],
  },
]

describe('A certificate that comes from the wrong place', function () {
  this.timeout(60_000)
  let keyPair: KeyPair

  before(async () => {
    keyPair = await generateRsaKey(2048)
  })

  for (const { story, told, good } of sources) {
    describe(`on ${story}`, () => {
      let server: TestServer
      let mac: RawMac

      before(async () => {
        server = await startServer({ environment: told })
        mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'mac', keyPair)
      })
      after(() => server?.stop())

      const send = async (way: string, message: PlistDict, type = 'application/x-apple-aspen-mdm-checkin'): Promise<number> => {
        const body = Buffer.from(writePlist(message))
        const shown = ways[way]?.(body, mac.identity)
        const request = { method: 'PUT', url: `${server.url}/mdm/apple/mdm`, body } as const
        return (await server.network.send({ ...request, ...shown, headers: { 'content-type': type, ...shown?.headers } })).status
      }
      const authenticate = () => ({ MessageType: 'Authenticate', Topic: mac.topic, UDID: udid, ProductName: 'Mac14,7' })
      const events = async (): Promise<number> => {
        const text = "select count(*)::int as n from event_log.events where stream not like 'security-%'"
        return (await sqlOn<{ n: number }>(server.databaseUrl, text))[0]?.n ?? -1
      }

      for (const way of Object.keys(ways).filter((one) => !good.includes(one)))
        it(`counts for nothing as ${way}`, async () => {
          const before = await events()
          assert.equal(await send(way, authenticate()), 400)
          assert.equal(await send(way, { UDID: udid, Status: 'Idle' }, 'application/x-apple-aspen-mdm'), 400)
          assert.equal(await events(), before)
        })

      for (const way of good)
        it(`counts as ${way}`, async () => {
          assert.equal(await send(way, authenticate()), 200)
          const update = { MessageType: 'TokenUpdate', Topic: mac.topic, UDID: udid, Token: Buffer.alloc(32, 1), PushMagic: 'm' }
          assert.equal(await send(way, update), 200)
          assert.equal(await send(way, { UDID: udid, Status: 'Idle' }, 'application/x-apple-aspen-mdm'), 200)
        })
    })
  }
})
