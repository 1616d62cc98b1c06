import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { unwrapSigned } from '../../src/protocols/cms/unwrap-signed.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import type { DeviceReply } from '../../src/simulators/apple/network.ts'
import { selfSigned } from '../protocols/cms/identities.ts'
import { machineInfo } from '../support/arrivals.ts'
import { eventually } from '../support/eventually.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { historyOf } from '../support/story.ts'

describe('The ways to enroll', function () {
  this.timeout(60_000)
  let server: TestServer
  let teamId: number
  let identityKey: KeyPair

  before(async () => {
    server = await startServer({ environment: { MUSTER_TLS_PINNING: 'on' } })
    identityKey = await generateRsaKey(2048)
    teamId = (await admin('POST /teams', { name: 'Field' })).team.id
    await admin(`PATCH /teams/${String(teamId)}/secrets`, { secrets: [{ secret: 'the-field-secret' }] })
  })
  after(() => server.stop())

  const send = (method: 'GET' | 'POST', url: string, body?: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
    server.network.send({ method, url, headers, ...(body === undefined ? {} : { body }), tries: 1 })

  const admin = async (route: string, json?: object): Promise<ReturnType<typeof JSON.parse>> => {
    const [method, path] = route.split(' ') as ['GET' | 'POST', string]
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json))
    const reply = await send(method, `${server.url}/api/v1/fleet${path}`, body, headers)
    assert.ok(reply.status < 300, `${route}: ${String(reply.status)} ${reply.body.toString()}`)
    return JSON.parse(reply.body.toString())
  }

  it('lead an iPhone from a link into the team of its secret', async () => {
    const page = await send('GET', `${server.url}/enroll?enroll_secret=the-field-secret`)
    assert.equal(page.status, 200)
    const link = /href="([^"]+)"/.exec(page.body.toString())?.[1]?.replaceAll('&amp;', '&') ?? ''
    const first = await send('GET', `${server.url}${link}`)
    const { PayloadContent } = readPlist(unwrapSigned(first.body)) as Readonly<{ PayloadContent: PlistDict }>
    const { URL: url, Challenge: challenge } = PayloadContent as Readonly<{ URL: string; Challenge: string }>

    const phone = appleDevice({ network: server.network, seed: 'over the air', model: 'iphone', identityKey })
    const told = machineInfo({ UDID: phone.udid, SERIAL: phone.serial, PRODUCT: 'iPhone16,1', CHALLENGE: challenge })
    const second = await send('POST', url, told)
    assert.equal(second.status, 200)
    await phone.enroll(second.body)
    await eventually('the phone is shown in its team', async () => {
      const { hosts } = await server.client.hosts.list()
      return hosts.some(({ uuid, team_id }) => uuid === phone.udid && team_id === teamId)
    })
    const started = (await historyOf(server.client, phone)).find(({ type }) => type === 'EnrollmentStarted')
    assert.equal((started?.data['terms'] as { teamId: string }).teamId, String(teamId))
  })

  it('lead a person’s own device from an account to an enrollment on the terms of that account', async () => {
    const invited = { managed_apple_account: 'ann@example.com', team_id: teamId, mode: 'BYOD' }
    const { code } = (await admin('POST /account_enrollments', invited)).account_enrollment
    const found = await send(
      'GET',
      `${server.url}/.well-known/com.apple.remotemanagement?user-identifier=ann@example.com&model-family=Mac`,
    )
    const base = JSON.parse(found.body.toString()).Servers[0].BaseURL
    const info = machineInfo({ PRODUCT: 'Mac14,7', VERSION: '24B83', OS_VERSION: '15.1' })
    const asked = await send('POST', base, info)
    assert.equal(asked.status, 401)
    const signIn = /url="([^"]+)"/.exec(String(asked.headers['www-authenticate']))?.[1] ?? ''
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await send('POST', signIn, Buffer.from(`code=${String(code)}`), form)
    assert.equal(signedIn.status, 308)
    const token = /access-token=(.+)$/.exec(String(signedIn.headers.location))?.[1] ?? ''
    const profile = await send('POST', base, info, { authorization: `Bearer ${token}` })
    assert.equal(profile.status, 200)

    const mac = await rawMac(server.network, server.url, profile.body, 'her own', identityKey)
    const ids = { EnrollmentID: 'B1A0E3C4-0000-4000-8000-0000000000AA', Topic: mac.topic }
    assert.equal((await mac.send({ MessageType: 'Authenticate', ...ids, ProductName: 'Mac14,7' })).status, 200)
    const push = { Token: Buffer.from('t'), PushMagic: 'm' }
    assert.equal((await mac.send({ MessageType: 'TokenUpdate', ...ids, ...push })).status, 200)
    let started: Readonly<{ data: Readonly<Record<string, unknown>> }> | undefined
    await eventually('the enrollment is told of', async () => {
      const { hosts } = await server.client.hosts.list()
      if (!hosts.some(({ uuid }) => uuid === ids.EnrollmentID)) return false
      started = (await historyOf(server.client, { udid: ids.EnrollmentID })).find(({ type }) => type === 'EnrollmentStarted')
      return started !== undefined
    })
    const { kind, terms } = started?.data as { kind: string; terms: { account: object; teamId: string } }
    assert.equal(kind, 'user-enrollment')
    assert.deepEqual(terms.account, { mode: 'BYOD', managedAppleAccount: 'ann@example.com' })
    assert.equal(terms.teamId, String(teamId))
  })

  describe('and what an enrolled Mac may then fetch', () => {
    const udid = 'AAAA1111-0000-4000-8000-00000000D077'
    let mac: RawMac

    before(async () => {
      const key = await generateRsaKey(2048)
      mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'fetches', key)
      const ids = { UDID: udid, Topic: mac.topic }
      const facts = { ProductName: 'Mac14,7', OSVersion: '15.1', SerialNumber: 'C02FETCH' }
      assert.equal((await mac.send({ MessageType: 'Authenticate', ...ids, ...facts })).status, 200)
      const push = { Token: Buffer.from('t'), PushMagic: 'm' }
      assert.equal((await mac.send({ MessageType: 'TokenUpdate', ...ids, ...push })).status, 200)
    })

    const dictIn = ({ status, body }: DeviceReply): PlistDict => {
      assert.equal(status, 200, body.toString())
      return readPlist(body) as PlistDict
    }

    it('is a token for its managed account', async () => {
      const ask = () => mac.send({ MessageType: 'GetToken', UDID: udid, TokenServiceType: 'com.apple.maid' })
      assert.equal((await ask()).status, 400)
      const signer = selfSigned('rsa', 33)
      const server_uuid = '677cab70-fe18-11e2-b778-0800200c9a66'
      await admin('POST /mdm/apple/maid_keys', { server_uuid, certificate: signer.certificatePem, key: signer.keyPem })
      const token = Buffer.from(dictIn(await ask())['TokenData'] as Uint8Array).toString()
      const [head = '', claims = '', signature = ''] = token.split('.')
      const signed = Buffer.from(`${head}.${claims}`)
      assert.ok(verify('sha256', signed, createPublicKey(signer.certificatePem), Buffer.from(signature, 'base64url')))
      const history = await historyOf(server.client, { udid })
      assert.equal(history.filter(({ type }) => type === 'TokenIssued').length, 1)
    })

    it('is a package, piece by piece, by the manifest that it is sent', async () => {
      const bytes = Buffer.concat([Buffer.from('xar!'), randomBytes(100_000)])
      const head = '--b\r\ncontent-disposition: form-data; name="package"; filename="agent.pkg"\r\n\r\n'
      const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')])
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'multipart/form-data; boundary=b' }
      const uploaded = await send('POST', `${server.url}/api/v1/fleet/packages`, body, headers)
      assert.equal(uploaded.status, 200, uploaded.body.toString())
      const hostId = (await server.client.hosts.find(udid)).id
      const packageId = JSON.parse(uploaded.body.toString()).package.id
      const { command_uuid } = await admin(`POST /hosts/${String(hostId)}/packages/${String(packageId)}`)

      let reply = await mac.send({ UDID: udid, Status: 'Idle' }, { checkIn: false })
      for (; dictIn(reply)['CommandUUID'] !== command_uuid;) {
        const CommandUUID = dictIn(reply)['CommandUUID'] as string
        reply = await mac.send({ UDID: udid, Status: 'Acknowledged', CommandUUID }, { checkIn: false })
      }
      const command = dictIn(reply)['Command'] as PlistDict
      assert.equal(command['RequestType'], 'InstallEnterpriseApplication')
      const manifest = readPlist((await send('GET', command['ManifestURL'] as string)).body) as PlistDict
      const [item] = manifest['items'] as readonly Readonly<{ assets: readonly PlistDict[] }>[]
      const url = item?.assets[0]?.['url'] as string
      assert.ok(url.startsWith('https://'))
      const part = await send('GET', url, undefined, { range: 'bytes=50000-' })
      assert.equal(part.status, 206)
      assert.ok(part.body.equals(bytes.subarray(50_000)))
    })
  })
})
