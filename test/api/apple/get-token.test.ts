import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import type { CheckInServices } from '../../../src/api/apple/check-in.ts'
import { getToken } from '../../../src/api/apple/get-token.ts'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import type { GetToken } from '../../../src/protocols/apple/check-in.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { payloadOf } from '../../../src/simulators/apple/profile.ts'
import { selfSigned } from '../../protocols/cms/identities.ts'
import { enrollHost, testCause } from '../../support/app.ts'
import type { Arrivals } from '../../support/arrivals.ts'
import { machineInfo, profileIn, startArrivals } from '../../support/arrivals.ts'

const phoneUdid = '00008130-000A1C2E3D4F001E'
const watchUdid = '00008301-1111222233334444'
const serverUuid = '677cab70-fe18-11e2-b778-0800200c9a66'

const asking = (TokenServiceType: string, TokenParameters: PlistDict | null = null): GetToken => ({
  MessageType: 'GetToken',
  ids: { udid: phoneUdid, enrollmentId: phoneUdid, parentId: null } as GetToken['ids'],
  TokenServiceType,
  TokenParameters,
})

describe('Tokens of other services', function () {
  this.timeout(30_000)
  let edge: Arrivals
  let give: CheckInServices['tokenFor']
  let hostId: string

  before(async () => {
    edge = await startArrivals()
    give = getToken(edge.app, edge.pairing)
    hostId = await enrollHost(edge.app, { udid: phoneUdid, productName: 'iPhone16,1' })
  })
  after(() => edge.stop())

  const issued = async () =>
    (await edge.app.log.readStream(`host-${hostId}`)).filter(({ type }) => type === 'TokenIssued').map(({ data }) => data)

  it('are not given for services that are not offered, or not yet', async () => {
    assert.equal(await give(asking('com.apple.else'), hostId, testCause()), null)
    assert.equal(await give(asking('constructor'), hostId, testCause()), null)
    assert.equal(await give(asking('com.apple.maid'), hostId, testCause()), null)
    assert.deepEqual(await issued(), [])
  })

  describe('for managed accounts', () => {
    const signer = selfSigned('rsa', 21)

    it('are signed with the key of the server token, and recorded without themselves', async () => {
      const upload = { server_uuid: serverUuid, certificate: signer.certificatePem, key: signer.keyPem }
      const { status, body } = await edge.admin('POST /mdm/apple/maid_keys', upload)
      assert.deepEqual([status, body.maid_key.server_uuid, body.maid_key.active], [200, serverUuid, true])

      const given = await give(asking('com.apple.maid'), hostId, testCause())
      const token = Buffer.from(given?.tokenData ?? []).toString()
      const [head = '', claims = '', signature = ''] = token.split('.')
      const key = createPublicKey(signer.certificatePem)
      assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url')))
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString())
      const iat = Math.floor(edge.app.clock().getTime() / 1000)
      assert.deepEqual({ ...said, jti: '' }, { iss: serverUuid, iat, jti: '', service_type: 'com.apple.maid' })
      assert.match(said.jti, /^[0-9a-f-]{36}$/)
      assert.deepEqual(await issued(), [{ service: 'managed-account', tokenId: said.jti, watch: null }])
      const log = JSON.stringify(await edge.app.log.readAll({ after: null, limit: 10_000 }))
      assert.ok(!log.includes(token) && !log.includes('PRIVATE KEY'))
    })

    it('come from a key that fits its certificate', async () => {
      const cases: readonly (readonly [string, object])[] = [
        ['server_uuid', { server_uuid: 'one', certificate: signer.certificatePem, key: signer.keyPem }],
        ['certificate', { server_uuid: serverUuid, certificate: 'x', key: signer.keyPem }],
        ['key', { server_uuid: serverUuid, certificate: signer.certificatePem, key: 'x' }],
        ['key', { server_uuid: serverUuid, certificate: signer.certificatePem, key: selfSigned('rsa').keyPem }],
        ['key', { server_uuid: serverUuid, certificate: selfSigned('ec').certificatePem, key: selfSigned('ec').keyPem }],
      ]
      for (const [field, upload] of cases) {
        const { status, body } = await edge.admin('POST /mdm/apple/maid_keys', upload)
        assert.deepEqual([status, body.errors[0].name], [422, field])
      }
      const { maid_keys } = (await edge.admin('GET /mdm/apple/maid_keys')).body
      assert.deepEqual(Object.keys(maid_keys[0]), ['server_uuid', 'not_after', 'fingerprint', 'active'])
    })

    it('are bounded per host and hour', async () => {
      edge.advance(60 * 60 * 1000)
      for (let count = 0; count < 20; count++) assert.notEqual(await give(asking('com.apple.maid'), hostId, testCause()), null)
      assert.equal(await give(asking('com.apple.maid'), hostId, testCause()), null)
      edge.advance(60 * 60 * 1000)
      assert.notEqual(await give(asking('com.apple.maid'), hostId, testCause()), null)
    })
  })

  describe('for a watch that is paired with the phone', () => {
    const watch = { UDID: watchUdid, SERIAL: 'W1', PRODUCT: 'Watch7,1', VERSION: '21A1' }

    const securityToken = async (info: PlistDict = watch): Promise<string> => {
      const response = await edge.post('/mdm/apple/enroll', machineInfo(info))
      assert.equal(response.status, 403)
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      const body = (await response.json()) as { code: string; details: Readonly<Record<string, string>> }
      assert.equal(body.code, 'com.apple.watch.pairing.token.missing')
      const token = body.details['security-token'] ?? ''
      assert.match(token, /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-A[0-9A-F]{3}-[0-9A-F]{12}$/)
      return token
    }
    const parameters = (SecurityToken: string): PlistDict => ({ SecurityToken, PhoneUDID: phoneUdid, WatchUDID: watchUdid })

    it('let the watch in, into the team of the phone', async () => {
      const before = (await issued()).length
      const given = await give(asking('com.apple.watch.pairing', parameters(await securityToken())), hostId, testCause())
      const token = given?.tokenData ?? assert.fail('No token was given.')
      assert.deepEqual((await issued()).slice(before), [{ service: 'watch-pairing', tokenId: null, watch: watchUdid }])
      const answer = await edge.post('/mdm/apple/enroll', machineInfo({ ...watch, PAIRING_TOKEN: token }))
      assert.equal(answer.status, 200)
      assert.notEqual(payloadOf(await profileIn(answer), 'com.apple.mdm'), undefined)
      // Another watch cannot use it, and it ends.
      await securityToken({ ...watch, UDID: '00008301-5555666677778888', PAIRING_TOKEN: token })
      edge.advance(24 * 60 * 60 * 1000)
      await securityToken({ ...watch, PAIRING_TOKEN: token })
    })

    it('are not given for a security token that is old, or of another watch', async () => {
      const token = await securityToken()
      const other = await securityToken({ ...watch, UDID: '00008301-5555666677778888' })
      assert.equal(await give(asking('com.apple.watch.pairing', parameters(other)), hostId, testCause()), null)
      assert.equal(await give(asking('com.apple.watch.pairing', parameters('x')), hostId, testCause()), null)
      edge.advance(2 * 60 * 60 * 1000)
      assert.equal(await give(asking('com.apple.watch.pairing', parameters(token)), hostId, testCause()), null)
    })

    it('are not asked for in the name of another phone, nor without parameters', async () => {
      const foreign = { ...parameters(await securityToken()), PhoneUDID: 'another' }
      const refusedFor = (field: string, message: GetToken) =>
        assert.rejects(
          give(message, hostId, testCause()),
          (error: unknown) => error instanceof ParseError && error.field === field,
        )
      await refusedFor('PhoneUDID', asking('com.apple.watch.pairing', foreign))
      await refusedFor('TokenParameters', asking('com.apple.watch.pairing'))
      await refusedFor('WatchUDID', asking('com.apple.watch.pairing', { SecurityToken: 'x', PhoneUDID: phoneUdid }))
    })

    it('need the UDID of the watch, and are not replaced by an enroll secret', async () => {
      await edge.admin('POST /spec/enroll_secret', { spec: { secrets: [{ secret: 'for-no-team' }] } })
      assert.equal((await edge.post('/mdm/apple/enroll', machineInfo({ PRODUCT: 'Watch7,1' }))).status, 400)
      assert.equal((await edge.post('/mdm/apple/enroll?enroll_secret=for-no-team', machineInfo(watch))).status, 403)
    })
  })
})
