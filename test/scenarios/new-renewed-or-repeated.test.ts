import assert from 'node:assert/strict'
import { readPlist } from '../../src/protocols/plist/read.ts'
import type { PlistDict, PlistValue } from '../../src/protocols/plist/value.ts'
import { isDict } from '../../src/protocols/plist/value.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { eventually } from '../support/eventually.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { historyOf, hostIdOn, profileCalled, typesIn, upload } from '../support/story.ts'

const textOf = (value: PlistValue | undefined): string => (typeof value === 'string' ? value : '')

/** One Mac's life, told message by message, so that they can come late, twice and never. */
describe('A Mac that is new, renewed, repeated or erased', function () {
  this.timeout(120_000)
  let server: TestServer
  let keyPair: KeyPair
  let lives = 0

  before(async () => {
    server = await startServer()
    keyPair = await generateRsaKey(2048)
    await upload(server.client, profileCalled('wifi'))
  })
  after(() => server.stop())

  const life = async () => {
    const udid = `AAAA1111-0000-4000-8000-0000000000${String(50 + lives++)}`
    const withProfile = async (profile?: Uint8Array): Promise<RawMac> =>
      rawMac(
        server.network,
        server.url,
        profile ?? (await server.client.enrollmentProfile()),
        `${udid} ${String(Math.random())}`,
        keyPair,
      )
    let mac = await withProfile()
    const become = (other: RawMac): void => void (mac = other)
    const authenticate = async (as = mac) => {
      const facts = { ProductName: 'Mac14,7', OSVersion: '12.7', SerialNumber: `C02${udid.slice(-2)}` }
      const { status } = await as.send({ MessageType: 'Authenticate', UDID: udid, Topic: as.topic, ...facts })
      assert.equal(status, 200)
    }
    const token = async (push: string, more: PlistDict = {}, as = mac): Promise<number> => {
      const message = { MessageType: 'TokenUpdate', UDID: udid, Topic: as.topic, Token: Buffer.from(push), PushMagic: push }
      return (await as.send({ ...message, ...more })).status
    }
    const report = async (message: PlistDict): Promise<PlistDict | null> => {
      const { status, body } = await mac.send({ UDID: udid, ...message }, { checkIn: false })
      assert.equal(status, 200)
      const value = body.length === 0 ? null : readPlist(body)
      return isDict(value ?? undefined) ? (value as PlistDict) : null
    }
    /** Acknowledges all that is offered; answers the kinds. */
    const obey = async (): Promise<readonly string[]> => {
      const kinds: string[] = []
      for (let command = await report({ Status: 'Idle' }); command !== null;) {
        const inner = command['Command']
        kinds.push(isDict(inner) ? textOf(inner['RequestType']) : '')
        command = await report({ Status: 'Acknowledged', CommandUUID: textOf(command['CommandUUID']) })
      }
      return kinds
    }
    await authenticate()
    assert.equal(await token('first'), 200)
    await eventually('it gets its profile', async () => (await obey()).includes('InstallProfile'))
    const id = await hostIdOn(server.client, { udid })
    return {
      ...{ udid, id, withProfile, become, authenticate, token, report, obey },
      mac: () => mac,
      types: async () => typesIn(await historyOf(server.client, { udid })),
      enrollment: () => server.client.hosts.enrollment(id),
    }
  }
  type Life = Awaited<ReturnType<typeof life>>

  const epochsOf = async ({ types }: Life): Promise<number> =>
    (await types()).filter((type) => type === 'EnrollmentStarted').length
  const getsItsProfileAgain = ({ obey }: Life) =>
    eventually('it gets its profile again', async () => (await obey()).includes('InstallProfile'))

  /** Asks for a renewal and answers the Mac with the new identity that the profile in the command bought. */
  const renewalOf = async (one: Life): Promise<Readonly<{ renewed: RawMac; commandId: string }>> => {
    await server.client.hosts.renewIdentity(one.id)
    const message = (await one.report({ Status: 'Idle' })) ?? assert.fail('Nothing is offered.')
    const command = message['Command']
    const payload = isDict(command) ? command['Payload'] : undefined
    assert.ok(payload instanceof Uint8Array)
    return { renewed: await one.withProfile(payload), commandId: textOf(message['CommandUUID']) }
  }

  it('renews: Authenticate and token come with the new certificate, and nothing is delivered anew', async () => {
    const one = await life()
    const { renewed, commandId } = await renewalOf(one)
    await one.authenticate(renewed)
    assert.equal(await one.token('first', {}, renewed), 200)
    one.become(renewed)
    await one.report({ Status: 'Acknowledged', CommandUUID: commandId })
    assert.deepEqual(await one.obey(), [])
    assert.equal(await epochsOf(one), 1)
    assert.equal((await one.enrollment()).renewal.state, 'idle')
    assert.ok((await one.types()).includes('IdentityRenewed'))
  })

  it('acknowledges a renewal without a new certificate: that is a failure, and is tried again later', async () => {
    const one = await life()
    await server.client.hosts.renewIdentity(one.id)
    assert.deepEqual(await one.obey(), ['InstallProfile'])
    const { renewal } = await one.enrollment()
    assert.equal(renewal.state, 'failed')
    assert.ok(renewal.next_at !== null && Date.parse(renewal.next_at) > Date.now())
  })

  it('is erased while a renewal waits: it is not mistaken for one that renews', async () => {
    const one = await life()
    await server.client.hosts.renewIdentity(one.id)
    one.become(await one.withProfile())
    await one.authenticate()
    assert.equal(await one.token('after erasing', { AwaitingConfiguration: true }), 200)
    const { epoch, awaiting_configuration, renewal } = await one.enrollment()
    assert.deepEqual([epoch, awaiting_configuration, renewal.state], [2, true, 'idle'])
    await getsItsProfileAgain(one)
  })

  it('is erased after it renewed, and its Authenticate was lost: the token of the setup assistant tells', async () => {
    const one = await life()
    const { renewed } = await renewalOf(one)
    await one.authenticate(renewed)
    assert.equal(await one.token('first', {}, renewed), 200)
    one.become(renewed)
    assert.equal(await one.token('after erasing', { AwaitingConfiguration: true }), 200)
    assert.equal(await epochsOf(one), 2)
    await getsItsProfileAgain(one)
  })

  it('has an Authenticate that comes twice, long after: nothing changes, and nobody is stuck', async () => {
    const one = await life()
    await one.authenticate()
    await one.authenticate()
    assert.equal((await one.enrollment()).enrollment_status, 'enrolled')
    assert.equal(await epochsOf(one), 1)
    assert.deepEqual(await one.obey(), [])
  })

  it('enrolls again with the certificate that it has: its token begins anew, and everything is delivered again', async () => {
    const one = await life()
    await one.authenticate()
    assert.equal(await one.token('second'), 200)
    assert.equal(await epochsOf(one), 2)
    await getsItsProfileAgain(one)
  })

  it('leaves, comes back with another certificate, and is told nothing by its old one', async () => {
    const one = await life()
    const before = one.mac()
    assert.equal((await before.send({ MessageType: 'CheckOut', UDID: one.udid, Topic: before.topic })).status, 200)
    assert.equal(await one.token('late', {}, before), 400)
    one.become(await one.withProfile())
    await one.authenticate()
    assert.equal(await one.token('second'), 200)
    assert.equal(await epochsOf(one), 2)
    await getsItsProfileAgain(one)
  })

  it('cannot use the renewal of another Mac', async () => {
    const [one, other] = [await life(), await life()]
    const { renewed } = await renewalOf(one)
    const facts = { ProductName: 'Mac14,7', SerialNumber: 'C02OTHER' }
    const stolen = await renewed.send({ MessageType: 'Authenticate', UDID: other.udid, Topic: renewed.topic, ...facts })
    assert.equal(stolen.status, 400)
    assert.equal(await epochsOf(other), 1)
  })
})
