import assert from 'node:assert/strict'
import { deviceInformation, installProfile, removeProfile } from '../../src/protocols/apple/commands.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { Behaviour } from '../../src/simulators/apple/behaviour.ts'
import type { Model } from '../../src/simulators/apple/facts.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import type { SmallMdm } from '../support/small-mdm.ts'
import { startSmallMdm } from '../support/small-mdm.ts'

const profileNamed = (identifier: string): Uint8Array =>
  Buffer.from(
    writePlist({
      PayloadType: 'Configuration',
      PayloadVersion: 1,
      PayloadIdentifier: identifier,
      PayloadUUID: identifier,
      PayloadContent: [],
    }),
  )

describe('A device that misbehaves', () => {
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
    network = deviceNetwork({ ca: server.caPem, backOffMs: 1 })
  })
  afterEach(async () => {
    network.close()
    await server.stop()
  })

  const enrolled = async (behaviour: Behaviour, seed = 'one', model: Model = 'mac'): Promise<AppleDevice> => {
    const device = appleDevice({ network, seed, model, identityKey, behaviour })
    await device.enroll(server.enrollmentProfile())
    return device
  }

  const statuses = (udid: string): readonly string[] =>
    server.arrivals.flatMap(({ report }) => (report?.ids.udid === udid ? [report.Status] : []))

  it('puts off what its model may put off, once in a session', async () => {
    const iphone = await enrolled({ notNow: 1 }, 'one', 'iphone')
    server.enqueue(iphone.udid, 'c1', installProfile(profileNamed('a')))
    server.enqueue(iphone.udid, 'c2', deviceInformation(['SerialNumber']))
    assert.equal(await iphone.connect(), 2)
    assert.deepEqual(statuses(iphone.udid), ['Idle', 'NotNow', 'Acknowledged'])
    assert.deepEqual(iphone.installed(), [])
    assert.deepEqual(server.waiting(iphone.udid), ['c1'])
    assert.equal(await iphone.connect(), 1)
    assert.deepEqual(statuses(iphone.udid).slice(3), ['Idle', 'NotNow'])
  })

  it('complains when a command comes back in the session that put it off', async () => {
    const device = await enrolled({ notNow: 1 })
    const body = writePlist({ CommandUUID: 'c1', Command: { RequestType: 'ProfileList' } })
    server.misbehave('/mdm', { status: 200, body }, { status: 200, body })
    await assert.rejects(device.connect(), { name: 'DeviceFailure', code: 'bad-reply' })
  })

  it('fails without having done anything', async () => {
    const device = await enrolled({ error: 1 })
    server.enqueue(device.udid, 'c1', installProfile(profileNamed('a')))
    await device.connect()
    assert.deepEqual(statuses(device.udid), ['Idle', 'Error'])
    assert.deepEqual(device.installed(), [])
  })

  it('carries out a command whose answer is lost, and the server hears of it in a later session', async () => {
    const device = await enrolled({ dropAck: 0.5 })
    server.enqueue(device.udid, 'c1', installProfile(profileNamed('a')))
    server.enqueue(device.udid, 'c2', installProfile(profileNamed('b')))
    server.enqueue(device.udid, 'c3', installProfile(profileNamed('c')))
    let sessions = 0
    for (; server.waiting(device.udid).length > 0 && sessions < 50; sessions += 1) await device.connect()
    assert.deepEqual(server.waiting(device.udid), [])
    assert.ok(sessions > 1, 'no answer was lost: choose another seed')
    assert.deepEqual(
      device.installed().map(({ identifier }) => identifier),
      ['a', 'b', 'c'],
    )
  })

  it('keeps about half of its lost answers for the next session, where they come first', async () => {
    const device = await enrolled({ dropAck: 1 })
    server.enqueue(device.udid, 'c1', installProfile(profileNamed('a')))
    for (let session = 0; server.waiting(device.udid).length > 0 && session < 50; session += 1) await device.connect()
    assert.deepEqual(server.waiting(device.udid), [])
    assert.equal(statuses(device.udid).at(-1), 'Acknowledged')
  })

  it('sends its answer twice, so that the server must not lose what it gave to the first', async () => {
    const device = await enrolled({ duplicate: 1 })
    server.enqueue(device.udid, 'c1', installProfile(profileNamed('a')))
    server.enqueue(device.udid, 'c2', removeProfile('a'))
    assert.equal(await device.connect(), 2)
    assert.deepEqual(statuses(device.udid), ['Idle', 'Acknowledged', 'Acknowledged', 'Acknowledged', 'Acknowledged'])
    assert.deepEqual(device.installed(), [])
  })

  it('has the same luck every time for the same seed, and another luck for another', async () => {
    const behaviour = { notNow: 0.3, error: 0.3, duplicate: 0.3, dropAck: 0.1 }
    const story = async (seed: string): Promise<readonly string[]> => {
      await server.stop()
      server = await startSmallMdm()
      network.close()
      network = deviceNetwork({ ca: server.caPem, backOffMs: 1 })
      const device = await enrolled(behaviour, seed)
      for (let index = 0; index < 20; index += 1) server.enqueue(device.udid, `c${String(index)}`, deviceInformation(['UDID']))
      for (let session = 0; session < 10; session += 1) await device.connect()
      return statuses(device.udid)
    }
    const first = await story('one')
    assert.deepEqual(await story('one'), first)
    assert.notDeepEqual(await story('two'), first)
    assert.deepEqual([...new Set(first)].sort(), ['Acknowledged', 'Error', 'Idle', 'NotNow'])
  })
})
