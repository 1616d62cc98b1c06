import assert from 'node:assert/strict'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { ApiError } from '../../src/client/api-error.ts'
import type { DeviceReply } from '../../src/simulators/apple/network.ts'
import { eventually } from '../support/eventually.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import { historyOf, hostIdOn, typesIn } from '../support/story.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D042'
const userId = '5D1A0000-0000-4000-8000-000000000501'

const dictIn = ({ status, body }: DeviceReply): PlistDict => {
  assert.equal(status, 200)
  const value = readPlist(body)
  return isDict(value) ? value : assert.fail('The answer is no dictionary.')
}

describe('What a Mac may say', function () {
  this.timeout(60_000)
  let server: TestServer
  let mac: RawMac
  let keyPair: KeyPair

  const say = (MessageType: string, more: PlistDict = {}) =>
    mac.send({ MessageType, UDID: udid, ...(MessageType === 'CheckOut' ? { Topic: mac.topic } : {}), ...more })
  const report = (Status: string, more: PlistDict = {}) => mac.send({ UDID: udid, Status, ...more }, { checkIn: false })
  const token = (push: string, more: PlistDict = {}) =>
    say('TokenUpdate', { Topic: mac.topic, Token: Buffer.from(push), PushMagic: `magic of ${push}`, ...more })
  const commandIn = (reply: DeviceReply): Readonly<{ uuid: string; type: string; command: PlistDict }> => {
    const message = dictIn(reply)
    const { CommandUUID, Command } = message
    const type = isDict(Command) ? Command['RequestType'] : undefined
    if (typeof CommandUUID !== 'string' || typeof type !== 'string' || !isDict(Command)) return assert.fail('This is no command.')
    return { uuid: CommandUUID, type, command: Command }
  }
  /** Acknowledges everything that is offered; answers what it was. */
  const obey = async (): Promise<readonly string[]> => {
    const seen: string[] = []
    let reply = await report('Idle')
    while (reply.body.length > 0) {
      const { uuid, type } = commandIn(reply)
      seen.push(type)
      reply = await report('Acknowledged', { CommandUUID: uuid })
    }
    return seen
  }
  const types = async () => typesIn(await historyOf(server.client, { udid }))

  before(async () => {
    server = await startServer({ environment: { MUSTER_USER_AUTHENTICATE: 'accept' } })
    keyPair = await generateRsaKey(2048)
    mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'says everything', keyPair)
    const facts = { Topic: mac.topic, ProductName: 'Mac14,7', OSVersion: '15.1', SerialNumber: 'C02SAYS', DeviceName: 'Speaker' }
    assert.equal((await say('Authenticate', facts)).status, 200)
    assert.equal((await token('first')).status, 200)
  })
  after(() => server.stop())

  it('gives its bootstrap token into custody, gets it back, and takes it away', async () => {
    const got = await say('GetBootstrapToken')
    assert.deepEqual([got.status, got.body.length], [200, 0])
    assert.equal((await say('SetBootstrapToken', { BootstrapToken: Buffer.from('bootstrap secret') })).status, 200)
    const token = dictIn(await say('GetBootstrapToken'))['BootstrapToken']
    assert.equal(Buffer.from(token as Uint8Array).toString(), 'bootstrap secret')
    assert.equal((await say('SetBootstrapToken')).status, 200)
    assert.equal((await say('GetBootstrapToken')).body.length, 0)
    const happened = (await types()).filter((type) => type.startsWith('BootstrapToken'))
    assert.deepEqual(happened, ['BootstrapTokenEscrowed', 'BootstrapTokenRead', 'BootstrapTokenWithdrawn'])
    const id = await hostIdOn(server.client, { udid })
    const call = async (method: 'GET' | 'POST', path: string) => {
      const headers = { authorization: `Bearer ${server.token}` }
      const { status, body } = await server.network.send({
        method,
        url: `${server.url}/api/v1/fleet/hosts/${String(id)}${path}`,
        headers,
      })
      return { status, json: JSON.parse(Buffer.from(body).toString()) as Readonly<Record<string, never>> }
    }
    let given: Readonly<{ fingerprint: string }> | undefined
    await eventually('it is listed', async () => {
      ;[given] = (await call('GET', '/escrowed_secrets')).json['escrowed_secrets'] as unknown as { fingerprint: string }[]
      return given !== undefined
    })
    const shown = await call('POST', `/escrowed_secrets/${given?.fingerprint ?? ''}/views`)
    assert.deepEqual([shown.status, Buffer.from(shown.json['secret'] ?? '', 'base64').toString()], [200, 'bootstrap secret'])
    assert.equal((await call('POST', `/escrowed_secrets/${'0'.repeat(64)}/views`)).status, 404)
    assert.ok((await types()).includes('EscrowedSecretViewed'))
    const history = JSON.stringify(await historyOf(server.client, { udid }))
    assert.ok(!history.includes('bootstrap secret') && !history.includes(Buffer.from('bootstrap secret').toString('base64')))
  })

  it('fetches its declarations and reports them', async () => {
    await eventually('it is told to', async () => (await obey()).includes('DeclarativeManagement'))
    const ask = async (Endpoint: string) =>
      JSON.parse(Buffer.from((await say('DeclarativeManagement', { Endpoint })).body).toString()) as never
    const { SyncTokens } = (await ask('tokens')) as { SyncTokens: { DeclarationsToken: string; Timestamp: string } }
    assert.match(SyncTokens.Timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    type Items = Readonly<Record<string, readonly Readonly<{ Identifier: string; ServerToken: string }>[]>>
    const items = (await ask('declaration-items')) as { Declarations: Items; DeclarationsToken: string }
    assert.equal(items.DeclarationsToken, SyncTokens.DeclarationsToken)
    assert.deepEqual(Object.keys(items.Declarations), ['Activations', 'Configurations', 'Assets', 'Management'])
    const kinds = { Activations: 'activation', Configurations: 'configuration', Assets: 'asset', Management: 'management' }
    const statuses: object[] = []
    for (const [list, kind] of Object.entries(kinds))
      for (const { Identifier, ServerToken } of items.Declarations[list] ?? []) {
        assert.ok(Buffer.byteLength(Identifier) <= 64 && Buffer.byteLength(ServerToken) <= 64)
        const declaration: Readonly<Record<string, unknown>> = await ask(`declaration/${kind}/${encodeURIComponent(Identifier)}`)
        assert.equal(declaration['Identifier'], Identifier)
        assert.equal(declaration['ServerToken'], ServerToken)
        assert.equal(String(declaration['Type']).split('.')[2], kind)
        statuses.push({ identifier: Identifier, 'server-token': ServerToken, active: true, valid: 'valid' })
      }
    assert.ok(statuses.length >= 3)
    assert.equal((await say('DeclarativeManagement', { Endpoint: 'declaration/asset/com.example.none' })).status, 404)
    assert.equal((await say('DeclarativeManagement', { Endpoint: 'nonsense' })).status, 404)
    const status = {
      StatusItems: {
        management: { declarations: { configurations: statuses } },
        device: { 'operating-system': { version: '15.2' } },
      },
      FullReport: true,
    }
    const told = await say('DeclarativeManagement', { Endpoint: 'status', Data: Buffer.from(JSON.stringify(status)) })
    assert.deepEqual([told.status, told.body.length], [200, 0])
    assert.equal((await say('DeclarativeManagement', { Endpoint: 'status', Data: Buffer.from('{') })).status, 400)
    const id = await hostIdOn(server.client, { udid })
    await eventually('they are shown', async () => (await server.client.hosts.declarations(id)).length === statuses.length)
    assert.ok((await server.client.hosts.declarations(id)).every(({ status: how }) => how === 'verified'))
    assert.equal((await server.client.hosts.get(id)).os_version, 'macOS 15.2')
  })

  it('is told what others wrote as they wrote it, by either door', async () => {
    const settings =
      '<dict><key>RequestType</key><string>Settings</string><key>Settings</key><array><dict><key>Item</key><string>MDMOptions</string><key>Ratio</key><real>1.0</real></dict></array></dict>'
    const list = (value: string) => `<plist version="1.0">${value}</plist>`
    const message = list(`<dict><key>Command</key>${settings}<key>CommandUUID</key><string>as-written</string></dict>`)
    const ran = await server.client.commands.run(Buffer.from(list(settings)), [udid])
    const enqueued = await server.network.send({
      method: 'PUT',
      url: `${server.url}/v1/enqueue/${udid}?nopush=1`,
      headers: { authorization: `Basic ${Buffer.from(`nanomdm:${server.token}`).toString('base64')}` },
      body: Buffer.from(message),
      tries: 1,
    })
    assert.equal(enqueued.status, 200)
    const told = new Map<string, string>()
    for (let reply = await report('Idle'); reply.body.length > 0;) {
      const { uuid } = commandIn(reply)
      told.set(uuid, reply.body.toString())
      reply = await report('Acknowledged', { CommandUUID: uuid })
    }
    assert.equal(told.get('as-written'), message)
    assert.match(told.get(ran.command_uuid) ?? '', /<key>Ratio<\/key><real>1\.0<\/real>/)
    assert.ok(told.get(ran.command_uuid)?.includes(`<key>Command</key>${settings}</dict>`))
  })

  it('has users, each with a channel and a queue of its own', async () => {
    const user = { UserID: userId, UserShortName: 'ada', UserLongName: 'Ada L.' }
    assert.equal(dictIn(await say('UserAuthenticate', { UserID: userId }))['DigestChallenge'], '')
    const second = await say('UserAuthenticate', { UserID: userId, DigestResponse: '' })
    assert.deepEqual([second.status, second.body.length], [200, 0])
    assert.equal((await token('of ada', user)).status, 200)
    const id = await hostIdOn(server.client, { udid })
    assert.deepEqual(
      (await server.client.hosts.enrollment(id)).channels.map(({ channel }) => channel),
      ['device', `${udid}:${userId}`],
    )
    assert.equal((await report('Idle', user)).body.length, 0)
    const declarations = await say('DeclarativeManagement', { Endpoint: 'declaration-items', ...user })
    assert.match(Buffer.from(declarations.body).toString(), /"Configurations":\[\]/)
    // A user leaves; the Mac stays.
    assert.equal((await say('CheckOut', user)).status, 400)
    assert.equal((await server.client.hosts.enrollment(id)).enrollment_status, 'enrolled')
  })

  it('asks for tokens of services that are not offered, and stays enrolled', async () => {
    assert.equal((await say('GetToken', { TokenServiceType: 'com.example.nothing' })).status, 400)
  })

  it('may be asked for its profiles, put that off, and have the question taken back before it is handed out', async () => {
    const id = await hostIdOn(server.client, { udid })
    const listing = Buffer.from('<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>')
    const { command_uuid } = await server.client.commands.run(listing, [udid])
    const [waiting] = await server.client.commands.results(command_uuid)
    assert.equal(waiting?.next_step?.waits_for, 'a-push')
    assert.ok(Date.parse(String(waiting?.deadline)) > Date.now())
    const offered = commandIn(await report('Idle'))
    assert.equal(offered.uuid, command_uuid)
    assert.equal((await report('NotNow', { CommandUUID: offered.uuid })).body.length, 0)
    await eventually('it is shown as put off', async () => {
      const [row] = await server.client.commands.results(command_uuid)
      return row?.status === 'NotNow' && row.next_step?.waits_for === 'a-better-moment'
    })
    await assert.rejects(
      server.client.hosts.cancelCommand(id, command_uuid),
      (error) => error instanceof ApiError && error.status === 409,
    )
    assert.deepEqual(await obey(), ['ProfileList'])
    const next = await server.client.commands.run(listing, [udid])
    await server.client.hosts.cancelCommand(id, next.command_uuid)
    assert.deepEqual(await obey(), [])
    assert.equal((await server.client.commands.results(next.command_uuid))[0]?.status, 'Cancelled')
  })

  it('is locked with a PIN that only its asker saw, and is free when it calls again', async () => {
    const id = await hostIdOn(server.client, { udid })
    const locked = await server.client.hosts.lock(id, { message: 'Call us', viewPin: true })
    assert.match(locked.unlock_pin ?? '', /^\d{6}$/)
    assert.equal(locked.pending_action, 'lock')
    await assert.rejects(server.client.hosts.lock(id), (error) => error instanceof ApiError && error.status === 409)
    const { uuid, command } = commandIn(await report('Idle'))
    assert.deepEqual([command['RequestType'], command['PIN'], command['Message']], ['DeviceLock', locked.unlock_pin, 'Call us'])
    assert.equal(await server.client.hosts.pin(id), locked.unlock_pin)
    await report('Acknowledged', { CommandUUID: uuid })
    await eventually('it is locked', async () => (await server.client.hosts.get(id)).mdm.device_status === 'locked')
    const asked = await server.client.hosts.unlock(id)
    assert.equal(asked.unlock_pin, locked.unlock_pin)
    assert.equal((await report('Idle')).body.length, 0)
    await eventually('it is free', async () => (await server.client.hosts.get(id)).mdm.device_status === 'unlocked')
    assert.equal((await types()).filter((type) => type === 'PinViewed').length, 3)
    const results = JSON.stringify(await server.client.commands.results(uuid))
    const payload = Buffer.from(/"payload":"([^"]+)"/.exec(results)?.[1] ?? '', 'base64').toString()
    assert.ok(payload.includes('DeviceLock') && !payload.includes(locked.unlock_pin ?? ''))
  })

  it('is asked to leave, and has left when it says so', async () => {
    const id = await hostIdOn(server.client, { udid })
    await server.client.hosts.unenroll(id)
    assert.equal((await server.client.hosts.enrollment(id)).unenrollment_pending, true)
    assert.deepEqual(await obey(), ['RemoveProfile'])
    assert.equal((await server.client.hosts.enrollment(id)).enrollment_status, 'ended')
    await eventually('it is told that it is not known any more', async () => (await report('Idle')).status === 403)
    assert.match(Buffer.from((await report('Idle')).body).toString(), /com\.apple\.unrecognized\.device/)
    assert.equal((await say('CheckOut')).status, 200)
    assert.equal((await types()).at(-1), 'EnrollmentEnded')
  })
})
