import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Report } from '../../src/protocols/apple/command-report.ts'
import { deviceInformation, installProfile, profileList, removeProfile } from '../../src/protocols/apple/commands.ts'
import { signAttached } from '../../src/protocols/cms/sign.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { createAuthority, createIdentity } from '../../src/protocols/x509/authority.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import type { AppleDevice, AppleDeviceOptions } from '../../src/simulators/apple-device.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import { DeviceFailure } from '../../src/simulators/apple/failure.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import type { SmallMdm } from '../support/small-mdm.ts'
import { startSmallMdm } from '../support/small-mdm.ts'

const wifi = (displayName = 'Wi-Fi'): Uint8Array =>
  Buffer.from(
    writePlist({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadIdentifier: 'com.example.wifi',
      PayloadUUID: 'B0000000-0000-4000-8000-000000000001',
      PayloadDisplayName: displayName,
      PayloadContent: [
        { PayloadType: 'com.apple.wifi.managed', PayloadIdentifier: 'com.example.wifi.1', PayloadUUID: 'B1', PayloadVersion: 1 },
      ],
    }),
  )

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const hasCode = (code: DeviceFailure['code'], status?: number) => (error: unknown) => {
  assert.ok(error instanceof DeviceFailure, String(error))
  assert.equal(error.code, code)
  assert.equal(error.status, status)
  return true
}

describe('A simulated Apple device', () => {
  let server: SmallMdm
  let network: Network
  let identityKey: KeyPair

  before(async function () {
    this.timeout(30_000)
    identityKey = await generateRsaKey(2048)
  })
  beforeEach(async function () {
    this.timeout(30_000)
    server = await startSmallMdm()
    network = deviceNetwork({ ca: server.caPem, backOffMs: 1, tries: 3 })
  })
  afterEach(async () => {
    network.close()
    await server.stop()
  })

  const deviceWith = (options: Partial<AppleDeviceOptions> = {}): AppleDevice =>
    appleDevice({ network, seed: 'one', model: 'mac', identityKey, ...options })

  const enrolled = async (options: Partial<AppleDeviceOptions> = {}): Promise<AppleDevice> => {
    const device = deviceWith(options)
    await device.enroll(server.enrollmentProfile())
    return device
  }

  const reports = (): readonly Report[] => server.arrivals.flatMap(({ report }) => (report === undefined ? [] : [report]))
  const statuses = (): readonly string[] => reports().map(({ Status }) => Status)
  const checkIns = () => server.arrivals.flatMap(({ checkIn }) => (checkIn === undefined ? [] : [checkIn]))
  const messageTypes = (): readonly string[] => checkIns().map(({ MessageType }) => MessageType)

  it('is the same device for the same seed, and another one for another', () => {
    const { udid, serial, pushToken, pushMagic } = deviceWith()
    assert.deepEqual({ udid, serial, pushToken, pushMagic }, pick(deviceWith()))
    const other = deviceWith({ seed: 'two' })
    for (const key of ['udid', 'serial', 'pushToken', 'pushMagic'] as const) assert.notEqual(other[key], deviceWith()[key])
    assert.match(udid, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/)
    assert.match(deviceWith({ model: 'iphone' }).udid, /^00008110-[0-9A-F]{16}$/)
    assert.match(pushToken, /^[0-9a-f]{64}$/)
  })

  describe('enrolling', () => {
    it('gets an identity over SCEP, then says who it is and how to wake it, signed with that identity', async () => {
      const device = await enrolled()
      assert.equal(device.enrolled(), true)
      assert.deepEqual(messageTypes(), ['Authenticate', 'TokenUpdate'])
      const [authenticate, tokenUpdate] = checkIns()
      assert.ok(authenticate?.MessageType === 'Authenticate' && tokenUpdate?.MessageType === 'TokenUpdate')
      assert.equal(authenticate.SerialNumber, device.serial)
      assert.equal(authenticate.ids.udid, device.udid)
      assert.equal(Buffer.from(tokenUpdate.Token).toString('hex'), device.pushToken)
      assert.equal(tokenUpdate.PushMagic, device.pushMagic)
      assert.equal(new Set(server.arrivals.map(({ certificate }) => certificate)).size, 1)
    })

    it('reads a signed profile as well', async () => {
      const authority = await createAuthority({ commonName: 'Signing', organization: 'Test', years: 1, keyBits: 2048 })
      const signer = await createIdentity({
        authority,
        subject: nameOf({ commonName: 'Signer' }),
        notBefore: new Date(Date.now() - 1000),
        notAfter: new Date(Date.now() + 1e8),
        extKeyUsage: 'clientAuth',
      })
      const device = deviceWith({ model: 'iphone' })
      await device.enroll(signAttached(server.enrollmentProfile(), signer))
      assert.equal(device.enrolled(), true)
    }).timeout(30_000)

    it('shows its certificate in the handshake when messages are not to be signed', async () => {
      const device = deviceWith()
      await device.enroll(server.enrollmentProfile({ mdm: { SignMessage: false } }))
      server.enqueue(device.udid, 'c1', profileList())
      assert.equal(await device.connect(), 1)
      assert.equal(new Set(server.arrivals.map(({ certificate }) => certificate)).size, 1)
    })

    it('stays as it was when the authority refuses it', async () => {
      const device = deviceWith()
      const profile = server.enrollmentProfile({ scep: { Challenge: 'guessed' } })
      await assert.rejects(device.enroll(profile), hasCode('scep'))
      assert.equal(device.enrolled(), false)
      assert.deepEqual(server.arrivals, [])
    })

    it('does not trust an authority other than the one that the profile names', async () => {
      const profile = server.enrollmentProfile({ scep: { CAFingerprint: Buffer.alloc(32) } })
      await assert.rejects(deviceWith().enroll(profile), hasCode('scep'))
      assert.equal(server.issued(), 0)
    })

    it('refuses a profile that is none, or that lacks a payload', async () => {
      await assert.rejects(deviceWith().enroll(Buffer.from('<html></html>')), { name: 'ParseError' })
      await assert.rejects(deviceWith().enroll(wifi()), { name: 'ParseError', field: 'com.apple.mdm' })
      const profile = server.enrollmentProfile({ mdm: { IdentityCertificateUUID: 'elsewhere' } })
      await assert.rejects(deviceWith().enroll(profile), { name: 'ParseError', field: 'IdentityCertificateUUID' })
    })

    it('is not enrolled when the server refuses its check-in', async () => {
      server.misbehave('/checkin', { status: 400, body: 'no' })
      const device = deviceWith()
      await assert.rejects(device.enroll(server.enrollmentProfile()), hasCode('refused', 400))
      assert.equal(device.enrolled(), false)
    })
  })

  describe('in a session', () => {
    it('says that it is idle, and ends when there is nothing to do', async () => {
      const device = await enrolled()
      assert.equal(await device.connect(), 0)
      assert.deepEqual(statuses(), ['Idle'])
    })

    it('must be enrolled', async () => {
      await assert.rejects(deviceWith().connect(), hasCode('not-enrolled'))
    })

    it('installs profiles, replaces them by identifier, and lists them with the enrollment profile', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi('Old')))
      server.enqueue(device.udid, 'c2', installProfile(wifi('New')))
      server.enqueue(device.udid, 'c3', profileList())
      server.enqueue(device.udid, 'c4', profileList({ managedOnly: true }))
      assert.equal(await device.connect(), 4)
      assert.deepEqual(statuses(), ['Idle', 'Acknowledged', 'Acknowledged', 'Acknowledged', 'Acknowledged'])
      assert.deepEqual(device.installed(), [
        {
          identifier: 'com.example.wifi',
          uuid: 'B0000000-0000-4000-8000-000000000001',
          displayName: 'New',
          sha256: sha256(wifi('New')),
        },
      ])
      assert.deepEqual(listed(reports()[3]), ['com.example.enrollment', 'com.example.wifi'])
      assert.deepEqual(listed(reports()[4]), ['com.example.wifi'])
    })

    it('removes a profile once, and says that it is not there the second time', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      server.enqueue(device.udid, 'c2', removeProfile('com.example.wifi'))
      server.enqueue(device.udid, 'c3', removeProfile('com.example.wifi'))
      await device.connect()
      assert.deepEqual(device.installed(), [])
      assert.deepEqual(statuses().slice(2), ['Acknowledged', 'Error'])
      const [link] = reports()[3]?.ErrorChain ?? []
      assert.deepEqual([link?.ErrorDomain, link?.ErrorCode], ['MDMClientError', 89])
      assert.equal(link?.USEnglishDescription, 'Profile with identifier “com.example.wifi” not found.')
    })

    it('loses a profile that its user removes, and tells nobody', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      await device.connect()
      const before = server.arrivals.length
      assert.equal(device.removeProfileByHand('com.example.wifi'), true)
      assert.equal(device.removeProfileByHand('com.example.wifi'), false)
      assert.deepEqual(device.installed(), [])
      assert.equal(server.arrivals.length, before)
    })

    it('answers the facts that it knows, and leaves out the others', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', deviceInformation(['SerialNumber', 'DeviceName', 'ShoeSize', '__proto__']))
      await device.connect()
      assert.deepEqual(
        { ...(reports()[1]?.response['QueryResponses'] as object) },
        { SerialNumber: device.serial, DeviceName: device.name },
      )
    })

    it('tells apart what it does not know, what it cannot read, and what it cannot install', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', { RequestType: 'MakeCoffee' })
      server.enqueue(device.udid, 'c2', { RequestType: 'InstallProfile' })
      server.enqueue(device.udid, 'c3', {})
      server.enqueue(device.udid, 'c4', installProfile(Buffer.from('no profile')))
      await device.connect()
      assert.deepEqual(statuses().slice(1), ['Error', 'CommandFormatError', 'CommandFormatError', 'Error'])
      assert.deepEqual(
        [1, 4].map((at) => reports()[at]?.ErrorChain[0]?.ErrorCode),
        [12021, 4001],
      )
    })

    it('renews its identity when it gets its enrollment profile again, and answers with the new one', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      server.enqueue(device.udid, 'c2', installProfile(server.enrollmentProfile()))
      await device.connect()
      assert.deepEqual(messageTypes(), ['Authenticate', 'TokenUpdate', 'Authenticate', 'TokenUpdate'])
      assert.equal(device.installed().length, 1)
      const certificates = server.arrivals.map(({ certificate }) => certificate)
      assert.notEqual(certificates.at(-1), certificates[0])
      assert.equal(certificates.at(-1), certificates.at(-2))
      assert.equal(statuses().at(-1), 'Acknowledged')
    })

    it('keeps its identity when a new enrollment profile changes what must stay, or cannot be enrolled with', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(server.enrollmentProfile({ mdm: { ServerURL: `${server.url}/mdm?x=1` } })))
      server.enqueue(device.udid, 'c2', installProfile(server.enrollmentProfile({ scep: { Challenge: 'guessed' } })))
      await device.connect()
      assert.deepEqual(
        reports()
          .slice(1)
          .map(({ ErrorChain }) => ErrorChain[0]?.ErrorCode),
        [12012, 12009],
      )
      assert.equal(new Set(server.arrivals.map(({ certificate }) => certificate)).size, 1)
    })

    it('is unmanaged and says good-bye when its enrollment profile is removed', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      server.enqueue(device.udid, 'c2', removeProfile('com.example.enrollment'))
      server.enqueue(device.udid, 'c3', profileList())
      assert.equal(await device.connect(), 2)
      assert.equal(device.enrolled(), false)
      assert.deepEqual(device.installed(), [])
      assert.equal(messageTypes().at(-1), 'CheckOut')
    })

    it('forgets everything without a word when it is erased, and can enroll again', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', { RequestType: 'EraseDevice' })
      await device.connect()
      assert.equal(device.enrolled(), false)
      assert.deepEqual(messageTypes(), ['Authenticate', 'TokenUpdate'])
      await device.enroll(server.enrollmentProfile())
      assert.equal(device.enrolled(), true)
    })

    it('runs its sessions one after the other', async () => {
      const device = await enrolled()
      for (const uuid of ['c1', 'c2', 'c3']) server.enqueue(device.udid, uuid, profileList())
      assert.deepEqual(await Promise.all([device.connect(), device.connect()]), [3, 0])
      assert.deepEqual(statuses(), ['Idle', 'Acknowledged', 'Acknowledged', 'Acknowledged', 'Idle'])
    })
  })

  describe('leaving', () => {
    it('tells the server once, and is gone even when nobody listens', async () => {
      const device = await enrolled()
      server.misbehave('/checkin', 'break')
      await device.checkOut()
      assert.equal(device.enrolled(), false)
      assert.deepEqual(messageTypes(), ['Authenticate', 'TokenUpdate'])
    })

    it('says nothing when the profile does not ask for it', async () => {
      const device = deviceWith()
      await device.enroll(server.enrollmentProfile({ mdm: { CheckOutWhenRemoved: false } }))
      await device.checkOut()
      assert.deepEqual(messageTypes(), ['Authenticate', 'TokenUpdate'])
    })
  })

  describe('with a server that fails', () => {
    it('tries again after 5xx and broken connections, and gets through', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', profileList())
      server.misbehave('/mdm', { status: 503 }, 'break')
      assert.equal(await device.connect(), 1)
      assert.deepEqual(server.waiting(device.udid), [])
    })

    it('gives up after some tries, keeps its answer, and sends it first the next time', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      server.misbehave('/mdm', 'truth', 'break', 'break', 'break')
      await assert.rejects(device.connect(), hasCode('unreachable'))
      assert.deepEqual(server.waiting(device.udid), ['c1'])
      assert.equal(await device.connect(), 0)
      assert.deepEqual(statuses(), ['Idle', 'Acknowledged'])
      assert.deepEqual(server.waiting(device.udid), [])
    })

    it('takes a 400 for a refusal and stays enrolled', async () => {
      const device = await enrolled()
      server.misbehave('/mdm', { status: 400, body: 'malformed' })
      await assert.rejects(device.connect(), hasCode('refused', 400))
      assert.equal(device.enrolled(), true)
      assert.equal(await device.connect(), 0)
    })

    it('drops its management on a 401', async () => {
      const device = await enrolled()
      server.enqueue(device.udid, 'c1', installProfile(wifi()))
      await device.connect()
      server.misbehave('/mdm', { status: 401 })
      await assert.rejects(device.connect(), hasCode('unenrolled', 401))
      assert.equal(device.enrolled(), false)
      assert.deepEqual(device.installed(), [])
    })

    it("drops its management on a 403 only with Apple's code in it", async () => {
      const device = await enrolled()
      server.misbehave('/mdm', { status: 403, type: 'application/json', body: '{"code":"something.else"}' })
      await assert.rejects(device.connect(), hasCode('refused', 403))
      assert.equal(device.enrolled(), true)
      server.misbehave('/mdm', { status: 403, type: 'application/json', body: '{"code":"com.apple.unrecognized.device"}' })
      await assert.rejects(device.connect(), hasCode('unenrolled', 403))
      assert.equal(device.enrolled(), false)
    })

    it('says so when the reply is no command', async () => {
      const device = await enrolled()
      server.misbehave('/mdm', { status: 200, body: '<plist><dict></dict></plist>' })
      await assert.rejects(device.connect(), hasCode('bad-reply'))
    })
  })
})

const pick = ({ udid, serial, pushToken, pushMagic }: AppleDevice) => ({ udid, serial, pushToken, pushMagic })

const listed = (report: Report | undefined): readonly unknown[] =>
  (report?.response['ProfileList'] as readonly { PayloadIdentifier: string }[]).map(({ PayloadIdentifier }) => PayloadIdentifier)
