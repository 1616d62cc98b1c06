import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { eventually } from '../support/eventually.ts'
import type { Nanocmd } from '../support/nanocmd.ts'
import { startNanocmd } from '../support/nanocmd.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000F001'
const userId = '5D1A0000-0000-4000-8000-000000000501'
const userEnrollment = 'AAAA1111-0000-4000-8000-00000000F00E'

type Told = Readonly<Record<string, unknown>>

/** The shapes are those of https://github.com/micromdm/nanomdm/blob/v0.9.0/service/webhook/event.json */
describe('A webhook as NanoMDM tells it', function () {
  this.timeout(90_000)
  let server: TestServer
  let mac: RawMac
  let bodies: readonly Readonly<{ topic: string; checkin_event?: Told; acknowledge_event?: Told }>[] = []
  const receiver = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      bodies = [...bodies, JSON.parse(Buffer.concat(parts).toString()) as (typeof bodies)[number]]
      response.end()
    })
  })
  const ids = { UDID: udid }
  const user = { UserID: userId, UserShortName: 'ada', UserLongName: 'Ada' }
  const say = (message: PlistDict, path = '/mdm/apple/mdm') => mac.send({ Topic: mac.topic, ...message }, { path })
  const authenticate = (who: PlistDict = ids) =>
    say({ MessageType: 'Authenticate', ...who, ProductName: 'Mac14,7', SerialNumber: 'C02TALLY' })
  const token = (push: string, more: PlistDict = {}, who: PlistDict = ids) =>
    say({ MessageType: 'TokenUpdate', ...who, Token: Buffer.from(push), PushMagic: `magic of ${push}`, ...more })
  const told = async (count: number) => {
    await eventually(`${String(count)} are told`, () => bodies.length >= count, 30_000)
    return bodies.map(({ topic, checkin_event, acknowledge_event }): Told => ({ topic, ...(checkin_event ?? acknowledge_event) }))
  }
  const tallies = async (count: number) =>
    (await told(count)).flatMap(({ topic, ids, token_update_tally }) =>
      topic === 'mdm.TokenUpdate' ? [[(ids as Told)['type'], token_update_tally]] : [],
    )

  before(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    server = await startServer({
      environment: {
        MUSTER_WEBHOOK_URL: `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/hook`,
        MUSTER_USER_AUTHENTICATE: 'accept',
        MUSTER_WEBHOOK_IDLE: 'on',
        MUSTER_DECLARATIONS: 'off',
      },
    })
    mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'tallies', await generateRsaKey(2048))
  })
  after(async () => {
    await server.stop()
    receiver.close()
  })

  it('[case J4] counts the TokenUpdates of each channel from its Authenticate on', async () => {
    for (const reply of [
      await authenticate(),
      await token('first'),
      await token('first'),
      await token('second'),
      await token('user', user),
      await token('user', user),
      await authenticate(),
      await token('third'),
      await token('user', user),
      await token('user', user),
      await token('third'),
    ])
      assert.equal(reply.status, 200)
    assert.deepEqual(await tallies(11), [
      ['Device', 1],
      ['Device', 2],
      ['Device', 3],
      ['User', 1],
      ['User', 2],
      ['Device', 1],
      ['User', 1],
      ['User', 2],
      ['Device', 2],
    ])
  })

  it('[case J4] names the enrollment, its parent and its kind, and no tally but with a TokenUpdate', async () => {
    const all = await told(11)
    assert.deepEqual(all[0]?.['ids'], { id: udid, type: 'Device' })
    assert.deepEqual(all[4]?.['ids'], { id: `${udid}:${userId}`, parent_id: udid, type: 'User' })
    assert.deepEqual([all[4]?.['udid'], 'enrollment_id' in (all[4] ?? {})], [udid, false])
    for (const { topic, ...rest } of all) assert.equal('token_update_tally' in rest, topic === 'mdm.TokenUpdate')
    for (const one of all) assert.equal('url_params' in one, false, 'of a URL without any')
  })

  it('[case J4] tells the parameters of the URL, and idle calls where it is asked to', async () => {
    const before = bodies.length
    await mac.send({ UDID: udid, Status: 'Idle' }, { checkIn: false, path: '/mdm?enroll_reference=abc&a=1&a=2' })
    const [idle] = (await told(before + 1)).slice(before)
    assert.deepEqual(
      [idle?.topic, idle?.['status'], idle?.['url_params'], idle?.['ids'], 'command_uuid' in (idle ?? {})],
      ['mdm.Connect', 'Idle', { enroll_reference: 'abc', a: '1' }, { id: udid, type: 'Device' }, false],
    )
  })

  it('[case J4] calls enrollments that tell no hardware by their own id', async () => {
    const before = bodies.length
    const other = await rawMac(
      server.network,
      server.url,
      await server.client.enrollmentProfile(),
      'personal',
      await generateRsaKey(2048),
    )
    const send = (message: PlistDict) => other.send({ Topic: other.topic, EnrollmentID: userEnrollment, ...message })
    assert.equal((await send({ MessageType: 'Authenticate', ProductName: 'iPhone15,2' })).status, 200)
    assert.equal((await send({ MessageType: 'TokenUpdate', Token: Buffer.from('p'), PushMagic: 'm' })).status, 200)
    const [, update] = (await told(before + 2)).slice(before)
    assert.deepEqual(
      [update?.['ids'], update?.['enrollment_id'], 'udid' in (update ?? {}), update?.['token_update_tally']],
      [{ id: userEnrollment, type: 'User Enrollment (Device)' }, userEnrollment, false, 1],
    )
  })
})

describe('A workflow server that fails with one kind of event', function () {
  this.timeout(90_000)
  let server: TestServer
  let nanocmd: Nanocmd

  before(async () => {
    nanocmd = await startNanocmd()
    server = await startServer({ environment: { MUSTER_WEBHOOK_URL: nanocmd.url } })
  })
  after(async () => {
    await server.stop()
    await nanocmd.stop()
  })

  it('is told of a command that was acknowledged after it, starts once, and gets what it refused when it can', async () => {
    const mac = await rawMac(
      server.network,
      server.url,
      await server.client.enrollmentProfile(),
      'workflow',
      await generateRsaKey(2048),
    )
    const send = (message: PlistDict, checkIn = true) => mac.send({ UDID: udid, ...message }, { checkIn })
    const facts = {
      MessageType: 'Authenticate',
      Topic: mac.topic,
      ProductName: 'Mac14,7',
      OSVersion: '15.1',
      SerialNumber: 'C02FLOW',
    }
    const update = { MessageType: 'TokenUpdate', Topic: mac.topic, Token: Buffer.from('one'), PushMagic: 'magic' }
    const declarative = { MessageType: 'DeclarativeManagement', Endpoint: 'tokens' }
    assert.equal((await send(facts)).status, 200)
    for (const message of [update, declarative, declarative, update]) assert.equal((await send(message)).status, 200)
    const { command_uuid: uuid } = await server.client.commands.run(
      Buffer.from('<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>'),
      [udid],
    )
    let offered = Buffer.from((await send({ Status: 'Idle' }, false)).body).toString()
    while (offered !== '') {
      const [, CommandUUID = ''] = /<key>CommandUUID<\/key><string>([^<]+)</.exec(offered) ?? []
      offered = Buffer.from((await send({ Status: 'Acknowledged', CommandUUID }, false)).body).toString()
    }
    await eventually('the answer is told', () => nanocmd.taken().includes(uuid), 40_000)
    assert.deepEqual(
      nanocmd.calls.filter(({ tally }) => tally !== null).map(({ tally }) => tally),
      [1, 2],
    )
    await eventually('nothing waits', async () => (await server.client.webhooks.list())[0]?.waiting === 0)
    const refused = await server.client.webhooks.setAside('devices')
    assert.deepEqual(
      refused.map(({ topic, enrollment_id }) => [topic, enrollment_id]),
      [
        ['mdm.DeclarativeManagement', udid],
        ['mdm.DeclarativeManagement', udid],
      ],
    )
    nanocmd.answer(() => 200)
    assert.equal(await server.client.webhooks.resend('devices', { topic: 'mdm.DeclarativeManagement' }), 2)
    await eventually(
      'it is told again',
      () => nanocmd.taken().filter((what) => what === 'mdm.DeclarativeManagement').length === 2,
    )
    assert.equal((await server.client.webhooks.list())[0]?.set_aside, 0)
  })
})
