import assert from 'node:assert/strict'
import { profileList } from '../../src/protocols/apple/commands.ts'
import { apnsPush } from '../../src/adapters/apns/push.ts'
import { startApns } from '../../src/simulators/apns.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import type { AppleFleet, AppleFleetOptions, FleetProgress } from '../../src/simulators/fleet.ts'
import { appleFleet } from '../../src/simulators/fleet.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../support/push-certificates.ts'
import type { SmallMdm } from '../support/small-mdm.ts'
import { startSmallMdm } from '../support/small-mdm.ts'

describe('A simulated fleet', function () {
  this.timeout(30_000)
  let server: SmallMdm
  let network: Network
  let fleet: AppleFleet | undefined

  beforeEach(async () => {
    server = await startSmallMdm()
    network = deviceNetwork({ ca: server.caPem, backOffMs: 1, maxSockets: 4 })
  })
  afterEach(async () => {
    await fleet?.stop()
    network.close()
    await server.stop()
  })

  const fleetWith = async (options: Partial<AppleFleetOptions> = {}): Promise<AppleFleet> => {
    const made = await appleFleet({
      network,
      count: 20,
      seed: 'fleet',
      concurrency: 8,
      enrollmentProfile: () => Promise.resolve(server.enrollmentProfile()),
      ...options,
    })
    fleet = made
    return made
  }

  const pushes = () => {
    const listeners = new Set<(token: string) => void>()
    return {
      listeners,
      push: (token: string) => {
        for (const listener of listeners) listener(token)
      },
      source: {
        onPush: (listener: (token: string) => void) => {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
      },
    }
  }

  const idles = (): readonly string[] =>
    server.arrivals.flatMap(({ report }) => (report?.Status === 'Idle' ? [report.ids.udid ?? ''] : []))

  it('enrolls all its devices over a few connections, each with a certificate of its own', async () => {
    const progress: FleetProgress[] = []
    const { devices, enroll, counts } = await fleetWith({ onProgress: (step) => progress.push(step) })
    assert.deepEqual(await enroll(), { enrolled: 20, failed: 0, total: 20 })
    assert.deepEqual(
      progress.map(({ enrolled }) => enrolled),
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    assert.equal(counts().enrolled, 20)
    assert.equal(new Set(devices.map(({ udid }) => udid)).size, 20)
    assert.equal(new Set(devices.map(({ pushToken }) => pushToken)).size, 20)
    assert.equal(new Set(server.arrivals.map(({ certificate }) => certificate)).size, 20)
    assert.ok(server.connections() <= 4, `${String(server.connections())} connections`)
    assert.deepEqual(new Set(devices.map(({ model }) => model)), new Set(['mac', 'iphone']))
  })

  it('is the same fleet for the same seed', async () => {
    const one = await fleetWith({ count: 3 })
    const other = await fleetWith({ count: 3 })
    assert.deepEqual(
      one.devices.map(({ udid }) => udid),
      other.devices.map(({ udid }) => udid),
    )
  })

  it('goes on when some devices cannot enroll, and enrolls only those when asked again', async () => {
    let refusals = 3
    const { enroll, counts } = await fleetWith({
      count: 5,
      enrollmentProfile: () =>
        Promise.resolve(server.enrollmentProfile(refusals-- > 0 ? { scep: { Challenge: 'guessed' } } : {})),
    })
    assert.deepEqual(await enroll(), { enrolled: 2, failed: 3, total: 5 })
    assert.deepEqual(counts().failures, { scep: 3 })
    assert.deepEqual(await enroll(), { enrolled: 5, failed: 0, total: 5 })
    assert.equal(server.issued(), 5)
  })

  it('connects the devices that are pushed, and no others', async () => {
    const { devices, enroll, attach, idle, counts } = await fleetWith()
    await enroll()
    const { push, source } = pushes()
    attach(source)
    const [first, second] = devices
    assert.ok(first !== undefined && second !== undefined)
    server.enqueue(first.udid, 'c1', profileList())
    server.enqueue(second.udid, 'c2', profileList())
    push(first.pushToken)
    push('00ff')
    await idle()
    assert.deepEqual(idles(), [first.udid])
    assert.deepEqual(server.waiting(second.udid), ['c2'])
    assert.deepEqual(counts(), { enrolled: 20, sessions: 1, commands: 1, failures: {} })
  })

  it('is woken by the pushes that a server sends through the simulated push service', async () => {
    const topic = 'com.apple.mgmt.External.test'
    const authority = testAuthority('Push authority')
    const service = testServerCertificate(authority)
    const credentials = { topic, ...testPushCertificate(authority, topic) }
    const apns = await startApns({
      serverCertificatePem: service.certificatePem,
      serverKeyPem: service.keyPem,
      clientCaPem: authority.certificatePem,
    })
    const push = apnsPush({
      credentials: () => Promise.resolve(credentials),
      address: 'localhost',
      port: apns.port,
      ca: authority.certificatePem,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    const { devices, enroll, attach, idle } = await fleetWith()
    await enroll()
    attach(apns)
    for (const { udid } of devices) server.enqueue(udid, `for-${udid}`, profileList())
    const outcomes = await push.wake(
      devices.map(({ pushToken, pushMagic }) => ({ topic, token: Buffer.from(pushToken, 'hex'), magic: pushMagic })),
    )
    await idle()
    assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['sent']))
    assert.deepEqual(
      devices.flatMap(({ udid }) => server.waiting(udid)),
      [],
    )
    await push.close()
    await apns.stop()
  })

  it('does not listen to pushes any more once it is taken off or stopped', async () => {
    const made = await fleetWith({ count: 2 })
    await made.enroll()
    const { push, source, listeners } = pushes()
    const detach = made.attach(source)
    detach()
    made.attach(source)
    assert.equal(listeners.size, 1)
    await made.stop()
    assert.equal(listeners.size, 0)
    push(made.devices[0]?.pushToken ?? '')
    await made.connectAll()
    assert.deepEqual(idles(), [])
  })

  it('lets all connect at once, and counts what failed', async () => {
    const failed: string[] = []
    const { devices, enroll, connectAll, counts } = await fleetWith({
      count: 6,
      onFailure: ({ udid }) => failed.push(udid),
    })
    await enroll()
    for (const { udid } of devices) server.enqueue(udid, `for-${udid}`, profileList())
    server.misbehave('/mdm', { status: 401 }, { status: 400 })
    await connectAll()
    assert.deepEqual(counts(), { enrolled: 5, sessions: 6, commands: 4, failures: { unenrolled: 1, refused: 1 } })
    assert.equal(failed.length, 2)
    await connectAll()
    assert.deepEqual(counts(), { enrolled: 5, sessions: 11, commands: 5, failures: { unenrolled: 1, refused: 1 } })
  })

  it('polls when told to', async () => {
    const { devices, enroll } = await fleetWith({ count: 2, pollEveryMs: 5 })
    await enroll()
    const [first] = devices
    assert.ok(first !== undefined)
    server.enqueue(first.udid, 'c1', profileList())
    while (server.waiting(first.udid).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
