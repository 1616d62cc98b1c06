import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { Apns } from '../../src/simulators/apns.ts'
import { startApns } from '../../src/simulators/apns.ts'
import { eventually } from '../support/eventually.ts'
import type { Pair } from '../support/push-certificates.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../support/push-certificates.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { historyOf, typesIn } from '../support/story.ts'

/** What each request is answered with was asked of NanoMDM v0.9.0 (with its memory) beside this server. */
const topic = 'com.apple.mgmt.External.nano'
const [one, two, three] = ['1', '2', '3'].map((digit) => `AAAA1111-0000-4000-8000-00000000E00${digit}`) as [
  string,
  string,
  string,
]
const uuid = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i

type Reply = Readonly<{ status: number; text: string; json: Readonly<Record<string, unknown>> }>

describe("NanoMDM's API, request for request", function () {
  this.timeout(90_000)
  let server: TestServer
  let apns: Apns
  let folder = ''
  let good: Pair
  let authority: Pair
  let unlocks = 0
  const unlocking = createServer((socket) => {
    unlocks++
    socket.destroy()
  })

  const call = (method: string, path: string, body: Uint8Array | string = '', headers: Readonly<Record<string, string>> = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const { hostname, port } = new URL(server.url)
      const authorization = `Basic ${Buffer.from('nanomdm:a key for the tools').toString('base64')}`
      const sent = { authorization, 'content-length': String(Buffer.byteLength(body)), ...headers }
      const asked = request({ hostname, port, method, path, headers: sent, ca: server.caPem }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          const json = text.startsWith('{') ? (JSON.parse(text) as Reply['json']) : {}
          resolve({ status: response.statusCode ?? 0, text, json })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
  const command = (id: string, RequestType = 'ProfileList', more: PlistDict = {}) =>
    writePlist({ CommandUUID: id, Command: { RequestType, ...more } })
  const bringOver = async (id: string): Promise<void> => {
    const first = { MessageType: 'Authenticate', UDID: id, Topic: topic, ProductName: 'Mac14,7', SerialNumber: id.slice(-4) }
    const token = {
      MessageType: 'TokenUpdate',
      UDID: id,
      Topic: topic,
      Token: Buffer.from(id.slice(-12)),
      PushMagic: `magic ${id}`,
    }
    assert.equal((await call('PUT', '/migration', writePlist(first))).status, 200)
    assert.equal((await call('PUT', '/migration', writePlist(token))).status, 200)
  }
  const outcomeOf = ({ json }: Reply, id: string) =>
    (json['status'] as Readonly<Record<string, Readonly<Record<string, string>> | undefined>> | undefined)?.[id]
  const waitingFor = async (id: string) =>
    (await server.client.commands.results(id)).map(({ request_type, status }) => [request_type, status])

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-request-'))
    authority = testAuthority('Apple')
    const certificate = testServerCertificate(authority)
    apns = await startApns({
      serverCertificatePem: certificate.certificatePem,
      serverKeyPem: certificate.keyPem,
      clientCaPem: authority.certificatePem,
    })
    await writeFile(join(folder, 'apple.pem'), authority.certificatePem)
    await new Promise<void>((resolve) => unlocking.listen(0, '127.0.0.1', resolve))
    server = await startServer({
      environment: {
        MUSTER_NANOMDM_KEY: 'a key for the tools',
        MUSTER_APNS_URL: `https://localhost:${String(apns.port)}`,
        MUSTER_APNS_CA: join(folder, 'apple.pem'),
        MUSTER_ESCROW_UNLOCK_URL: `https://127.0.0.1:${String((unlocking.address() as AddressInfo).port)}/`,
        MUSTER_DECLARATIONS: 'off',
      },
    })
    good = testPushCertificate(authority, topic)
  })
  after(async () => {
    await server.stop()
    await apns.stop()
    unlocking.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('[case J11] refuses with 400 whatever is no push certificate with its key, and takes one by any method, in any order', async () => {
    const other = testPushCertificate(authority, 'com.apple.mgmt.External.other')
    const noPush = testServerCertificate(authority)
    const bad = {
      nothing: '',
      nonsense: 'nonsense',
      'a certificate alone': good.certificatePem,
      'a key alone': good.keyPem,
      'the key of another': good.certificatePem + other.keyPem,
      'a certificate of another kind': noPush.certificatePem + noPush.keyPem,
      'one that has ended': testPushCertificate(authority, topic, new Date('2020-01-01')).certificatePem + good.keyPem,
      'a request for one': '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----',
    }
    for (const [what, body] of Object.entries(bad)) {
      const { status, json } = await call('PUT', '/v1/pushcert', body)
      assert.deepEqual([what, status, typeof json['error']], [what, 400, 'string'])
    }
    for (const body of [good.certificatePem + good.keyPem, `${good.keyPem}\n${good.certificatePem}`]) {
      const { status, json } = await call('POST', '/v1/pushcert', body)
      assert.deepEqual([status, json['topic']], [200, topic])
      assert.ok(Date.parse(String(json['not_after'])) > 0)
    }
    await eventually('the topic is known', async () => {
      const first = { MessageType: 'Authenticate', UDID: one, Topic: topic, ProductName: 'Mac14,7' }
      return (await call('PUT', '/migration', writePlist(first))).status === 200
    })
  })

  it('[case J6] finds each device for a push at the very moment after its TokenUpdate', async () => {
    for (const id of [one, two, three, ...Array.from({ length: 12 }, (_, place) => `${one}-${String(place)}`)]) {
      await bringOver(id)
      const pushed = await call('PUT', `/v1/push/${id}`)
      assert.equal(pushed.status, 200, pushed.text)
    }
  })

  for (const method of ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'])
    it(`[case J1] pushes, queues and takes in by ${method}, as NanoMDM does by any method`, async () => {
      const pushed = await call(method, `/v1/push/${one}`)
      assert.deepEqual([pushed.status, Object.keys(outcomeOf(pushed, one) ?? {})], [200, ['push_result']])
      const queued = await call(method, `/v1/enqueue/${one}`, command(`by-${method}`))
      assert.deepEqual(
        [queued.status, queued.json['command_uuid'], queued.json['request_type'], Object.keys(outcomeOf(queued, one) ?? {})],
        [200, `by-${method}`, 'ProfileList', ['push_result']],
      )
      assert.deepEqual(await waitingFor(`by-${method}`), [['ProfileList', 'Pending']])
      assert.equal((await call(method, '/migration', 'nonsense')).status, 400)
      assert.equal((await call(method, '/version')).status, 200)
    })

  const paths: readonly (readonly [string, string, number, Readonly<Record<string, unknown>>])[] = [
    ['/v1/push/', 'PUT', 500, { push_error: 'getting enrollment ids: empty path' }],
    ['/v1/push', 'PUT', 500, { push_error: 'getting enrollment ids: empty path' }],
    ['/v1/enqueue/', 'PUT', 500, { command_error: 'getting enrollment ids: empty path' }],
  ]
  for (const [path, method, status, body] of paths)
    it(`answers ${method} ${path}, which names nobody, with ${String(status)}`, async () => {
      const reply = await call(method, path, command('for nobody'))
      assert.deepEqual([reply.status, reply.json], [status, body])
    })

  it('answers for every id that was named, and for ids with a slash or an escape, too', async () => {
    const reply = await call('PUT', `/v1/push/${one},NOBODY,,a%2Fb,${one}:ada@example.com,%C3%A4`)
    assert.equal(reply.status, 207)
    assert.deepEqual(Object.keys(reply.json['status'] as object).toSorted(), [
      ...['', one, `${one}:ada@example.com`, 'NOBODY', 'a/b', 'ä'].toSorted(),
    ])
    assert.equal((await call('PUT', `/v1/push/${one}%2C${two}`)).status, 200)
    assert.equal((await call('PUT', '/v1/push/%ZZ')).status, 400)
    assert.equal((await call('PUT', '/v1/push/NOBODY')).status, 500)
  })

  it('[case J2] refuses an id that stands for another command, at this door with 500 and at commands/run with 409', async () => {
    const run = (plist: Uint8Array | string, host: string) =>
      call(
        'POST',
        '/api/v1/fleet/commands/run',
        JSON.stringify({ command: Buffer.from(plist).toString('base64'), host_uuids: [host] }),
        {
          authorization: `Bearer ${server.token}`,
          'content-type': 'application/json',
        },
      )
    const kinds: readonly (readonly [string, string, string])[] = [
      ['menu', command('used-menu'), command('used-menu', 'SecurityInfo')],
      [
        'raw',
        command('used-raw', 'InstallProfile', { Payload: Buffer.from('first') }),
        command('used-raw', 'InstallProfile', { Payload: Buffer.from('other') }),
      ],
      ['lock', command('used-lock', 'DeviceLock', { PIN: '123456' }), command('used-lock', 'DeviceLock', { PIN: '654321' })],
    ]
    for (const [kind, first, other] of kinds) {
      const id = `used-${kind}`
      assert.equal((await call('PUT', `/v1/enqueue/${two}`, first)).status, 200)
      for (const host of [two, three]) {
        const refused = await call('PUT', `/v1/enqueue/${host}`, other)
        assert.deepEqual([kind, refused.status, refused.json['command_error']], [kind, 500, `command already exists: ${id}`])
        const [status, why] = await run(other, host).then(({ status, text }) => [status, text])
        assert.equal(status, 409, String(why))
        assert.match(String(why), new RegExp(id))
      }
      assert.equal((await server.client.commands.results(id)).length, 1, 'nobody else got it, and no second one')
      assert.equal((await call('PUT', `/v1/enqueue/${two}`, first)).status, 200, 'the same once more is no other')
    }
    assert.equal((await call('PUT', `/v1/enqueue/${three}`, command('used-menu'))).status, 200, 'nor is the same for another')
  })

  const pushes: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['?nopush', true],
    ['?nopush=', true],
    ['?nopush=&nopush=1', true],
    ['?other=1', true],
    ['?nopush=1', false],
    ['?nopush=0', false],
    ['?nopush=false', false],
    ['?nopush=anything', false],
    ['?nopush=1&nopush=', false],
  ]
  for (const [query, isPushed] of pushes)
    it(`[case J5] ${isPushed ? 'pushes' : 'does not push'} when the query is "${query}"`, async () => {
      const id = `push-${Buffer.from(query).toString('hex')}`
      const { status, json } = await call('PUT', `/v1/enqueue/${three}${query}`, command(id))
      assert.equal(status, 200)
      assert.deepEqual(
        Object.keys(json),
        isPushed ? ['status', 'command_uuid', 'request_type'] : ['no_push', 'command_uuid', 'request_type'],
      )
    })

  it('[case J5] only pushes when there is no command, and refuses to do nothing', async () => {
    const pushed = await call('PUT', `/v1/enqueue/${three}`)
    assert.deepEqual([pushed.status, Object.keys(pushed.json)], [200, ['status']])
    const nothing = await call('PUT', `/v1/enqueue/${three}?nopush=1`)
    assert.deepEqual([nothing.status, nothing.json], [500, { no_push: true, command_error: 'must enqueue or push' }])
  })

  const unlock = {
    topic,
    serial: 'C8TJ500QF1MN',
    productType: 'iPad4,1',
    escrowKey: '3UM43-PUYVY',
    orgName: 'Example',
    guid: 'ada',
  }
  const lacking = Object.keys(unlock).map((left) => {
    const form = new URLSearchParams(unlock)
    form.delete(left)
    return [`without ${left}`, form.toString(), ''] as const
  })
  const escrows: readonly (readonly [string, string, string])[] = [
    ['without anything', '', ''],
    ['with everything in the URL', '', `?${new URLSearchParams(unlock).toString()}`],
    ['with an empty serial', new URLSearchParams({ ...unlock, serial: '' }).toString(), ''],
    ['for another topic', new URLSearchParams({ ...unlock, topic: 'com.apple.mgmt.External.unknown' }).toString(), ''],
    ...lacking,
  ]
  for (const [what, form, query] of escrows)
    it(`[case J8] refuses an unlock ${what} with 400, and asks Apple nothing`, async () => {
      for (const method of ['POST', 'PUT', 'GET']) {
        const { status, json } = await call(method, `/v1/escrowkeyunlock${query}`, form)
        assert.deepEqual([status, typeof json['error']], [400, 'string'])
      }
      assert.equal(unlocks, 0)
    })

  it('[case J8] asks Apple when nothing is missing', async () => {
    assert.equal((await call('POST', '/v1/escrowkeyunlock', new URLSearchParams(unlock).toString())).status, 500)
    assert.equal(unlocks, 1)
  })

  it('[case J9] takes a thousand ids in a URL, of users too, says so of more, and answers a URL that is too long', async () => {
    const ids = (count: number, user = '') =>
      [
        one,
        ...Array.from({ length: count - 1 }, (_, place) => `BBBB1111-0000-4000-8000-${String(place).padStart(12, '0')}${user}`),
      ].join(',')
    const reply = await call('PUT', `/v1/push/${ids(1_000)}`)
    assert.deepEqual([reply.status, Object.keys(reply.json['status'] as object).length], [207, 1_000])
    const queued = await call(
      'PUT',
      `/v1/enqueue/${ids(1_000, '%3A5D1A0000-0000-4000-8000-000000000501')}?nopush=1`,
      command('for-many'),
    )
    assert.deepEqual([queued.status, queued.json['command_uuid']], [207, 'for-many'])
    const more = await call('PUT', `/v1/push/${ids(1_001)}`)
    assert.deepEqual([more.status, more.json['push_error']], [500, '1001 ids are named; at most 1000 are taken in one request.'])
    const tooLong = await call('PUT', `/v1/push/${'A'.repeat(200_000)}`)
    assert.deepEqual([tooLong.status, tooLong.json['error']], [431, 'The URL and the headers have more than 128 KiB together.'])
  })

  describe('with a device of its own', () => {
    const udid = 'AAAA1111-0000-4000-8000-00000000E0FF'
    let mac: RawMac
    const say = (MessageType: string, more: PlistDict = {}) => mac.send({ MessageType, UDID: udid, Topic: topic, ...more })
    const token = (push: string) => say('TokenUpdate', { Token: Buffer.from(push), PushMagic: `magic of ${push}` })
    const hex = (push: string) => Buffer.from(push).toString('hex')

    before(async () => {
      mac = await rawMac(
        server.network,
        server.url,
        await server.client.enrollmentProfile(),
        'request for request',
        await generateRsaKey(2048),
      )
      assert.equal((await say('Authenticate', { ProductName: 'Mac14,7', SerialNumber: 'C02REQUEST' })).status, 200)
      assert.equal((await token('first')).status, 200)
    })

    it('[case J6] pushes with the token that it has told last', async () => {
      for (const push of ['second', 'third', 'fourth']) {
        assert.equal((await token(push)).status, 200)
        assert.equal((await call('PUT', `/v1/push/${udid}`)).status, 200)
        assert.equal(apns.countOf(hex(push)), 1)
      }
    })

    it('[case J3] tells the apns-id of the push', async () => {
      const pushed = await call('PUT', `/v1/push/${udid}`)
      const result = outcomeOf(pushed, udid)?.['push_result'] ?? ''
      assert.match(result, uuid)
      assert.equal(apns.pushes().at(-1)?.headers['apns-id'], result)
    })

    it('[case J10] queues raw commands of 3 MB through both doors, which come to the device as they were written', async () => {
      for (const door of ['enqueue', 'run'] as const) {
        const written = command(`large-${door}`, 'InstallProfile', { Payload: Buffer.alloc(2_250_000, 7) })
        assert.ok(written.length >= 3_000_000)
        const queued =
          door === 'enqueue'
            ? await call('PUT', `/v1/enqueue/${udid}?nopush=1`, written)
            : await call(
                'POST',
                '/api/v1/fleet/commands/run',
                JSON.stringify({ command: Buffer.from(written).toString('base64'), host_uuids: [udid] }),
                { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
              )
        assert.equal(queued.status, 200, queued.text.slice(0, 500))
        const handed = await mac.send({ UDID: udid, Status: 'Idle' }, { checkIn: false })
        const message = readPlist(handed.body)
        const inner = isDict(message) && isDict(message['Command']) ? message['Command'] : {}
        assert.ok(Buffer.alloc(2_250_000, 7).equals(inner['Payload'] as Uint8Array))
        const done = { UDID: udid, Status: 'Acknowledged', CommandUUID: `large-${door}` }
        assert.equal((await mac.send(done, { checkIn: false })).status, 200)
      }
      const tooLarge = command('too-large', 'InstallProfile', { Payload: Buffer.alloc(3_300_000, 7) })
      assert.equal((await call('PUT', `/v1/enqueue/${udid}?nopush=1`, tooLarge)).status, 400)
    })

    it('[case J2] refuses an id whose command is over, though it be the same', async () => {
      assert.equal((await call('PUT', `/v1/enqueue/${udid}?nopush=1`, command('over'))).status, 200)
      assert.equal((await mac.send({ UDID: udid, Status: 'Idle' }, { checkIn: false })).status, 200)
      assert.equal((await mac.send({ UDID: udid, Status: 'Acknowledged', CommandUUID: 'over' }, { checkIn: false })).status, 200)
      const again = await call('PUT', `/v1/enqueue/${udid}?nopush=1`, command('over'))
      assert.deepEqual([again.status, outcomeOf(again, udid)], [500, { command_error: 'command already exists: over' }])
    })

    it('[case J7] says 500 when every push failed, 207 when some did, and the command waits all the same', async () => {
      apns.answer(hex('fourth'), { status: 503, reason: 'ServiceUnavailable' })
      const failed = await call('PUT', `/v1/enqueue/${udid}`, command('unpushed'))
      assert.deepEqual([failed.status, outcomeOf(failed, udid)], [500, { push_error: 'ServiceUnavailable' }])
      const some = await call('PUT', `/v1/enqueue/${udid},${one}`, command('half-pushed'))
      assert.equal(some.status, 207)
      assert.deepEqual(await waitingFor('unpushed'), [['ProfileList', 'Pending']])
      apns.answer(hex('fourth'), 'accept')
    })

    it('[case J3] remembers a token that the push service does not take, also when it is asked again and does not say', async () => {
      const host = await server.client.hosts.find(udid)
      type Health = Readonly<{ push: readonly Readonly<{ channel: string; problem: string | null }>[] }>
      const problemOf = async () => {
        const { push } = (await server.client.hosts.enrollment(host.id)) as unknown as Health
        return push.find(({ channel }) => channel === 'device')?.problem
      }
      apns.answer(hex('fourth'), { status: 400, reason: 'BadDeviceToken' })
      const refused = await call('PUT', `/v1/push/${udid}`)
      assert.deepEqual([refused.status, outcomeOf(refused, udid)], [500, { push_error: 'BadDeviceToken' }])
      assert.equal(await problemOf(), 'BadDeviceToken')
      apns.answer(hex('fourth'), { status: 503, reason: 'ServiceUnavailable' })
      assert.equal((await call('PUT', `/v1/push/${udid}`)).status, 500)
      assert.equal(await problemOf(), 'BadDeviceToken')
      apns.answer(hex('fourth'), 'accept')
      assert.equal((await call('PUT', `/v1/push/${udid}`)).status, 200)
      assert.equal(await problemOf(), null)
      const types = typesIn(await historyOf(server.client, { udid }))
      assert.deepEqual(
        types.filter((type) => type === 'PushRefused' || type === 'PushTaken'),
        ['PushRefused', 'PushTaken'],
      )
    })

    it('[case J3] ends the enrollment of a device whose token the push service has found dead', async () => {
      apns.answer(hex('fourth'), { status: 410, reason: 'Unregistered', timestamp: Date.now() + 1_000 })
      const gone = await call('PUT', `/v1/push/${udid}`)
      assert.deepEqual([gone.status, outcomeOf(gone, udid)], [500, { push_error: 'Unregistered' }])
      assert.ok(typesIn(await historyOf(server.client, { udid })).includes('EnrollmentEnded'))
      const after = await call('PUT', `/v1/enqueue/${udid}`, command('after-the-end'))
      assert.deepEqual([after.status, outcomeOf(after, udid)], [500, { command_error: 'This host is not enrolled.' }])
    })

    it('[case J12] is handed no bootstrap token of the enrollment before when it enrolls again with the same certificate', async () => {
      assert.equal((await token('fifth')).status, 200)
      assert.equal((await say('SetBootstrapToken', { BootstrapToken: Buffer.from('old') })).status, 200)
      assert.ok((await say('GetBootstrapToken')).body.length > 0)
      assert.equal((await say('Authenticate', { ProductName: 'Mac14,7', SerialNumber: 'C02REQUEST' })).status, 200)
      assert.equal((await token('sixth')).status, 200)
      const got = await say('GetBootstrapToken')
      assert.deepEqual([got.status, got.body.length], [200, 0])
      assert.equal((await say('SetBootstrapToken', { BootstrapToken: Buffer.from('old') })).status, 200)
      assert.match(Buffer.from((await say('GetBootstrapToken')).body).toString(), /BootstrapToken/)
    })
  })
})
