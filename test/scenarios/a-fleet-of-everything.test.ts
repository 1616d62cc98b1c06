import assert from 'node:assert/strict'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { mobileconfig } from '../support/admin-api.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { converge, enrolledFleet, historyOf, hostIdOn, profileCalled, settled, typesIn, upload } from '../support/story.ts'

describe('A fleet of everything', function () {
  this.timeout(120_000)
  let server: TestServer
  let identityKey: KeyPair

  before(async () => {
    server = await startServer({ environment: { MUSTER_USER_AUTHENTICATE: 'accept' } })
    identityKey = await generateRsaKey(2048)
  })
  after(() => server.stop())

  const known = (device: AppleDevice): Promise<void> =>
    eventually('the server shows it', () =>
      hostIdOn(server.client, device).then(
        () => true,
        () => false,
      ),
    )

  const enrolled = async (
    seed: string,
    model: 'mac' | 'iphone',
    { supervised = false, awaiting = false }: Readonly<{ supervised?: boolean; awaiting?: boolean }> = {},
  ): Promise<AppleDevice> => {
    const device = appleDevice({ network: server.network, seed, model, supervised, identityKey })
    await device.enroll(await server.client.enrollmentProfile(), { awaiting })
    await known(device)
    return device
  }
  const statusOf = async (device: AppleDevice) =>
    (await server.client.hosts.get(await hostIdOn(server.client, device))).mdm.device_status
  /** Lets the device call until it is so. */
  const calling = (device: AppleDevice, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> =>
    eventually(what, async () => {
      await device.connect()
      return isSo()
    })

  it('has Macs that give their bootstrap tokens into custody, and get them back', async () => {
    const mac = await enrolled('bootstrap', 'mac', { supervised: true })
    const { escrowed } = await server.client.hosts.enrollment(await hostIdOn(server.client, mac))
    assert.equal(escrowed.bootstrap_token, true)
    assert.equal((await mac.fetchBootstrapToken())?.length, 64)
    const other = await enrolled('no bootstrap', 'mac')
    assert.equal(await other.fetchBootstrapToken(), null)
  })

  it('has devices that keep their declarations in step, and tell what became of them', async () => {
    const mac = await enrolled('declares', 'mac')
    await calling(mac, 'it has its declarations', () => mac.declarations().length === 3)
    const id = await hostIdOn(server.client, mac)
    await eventually('the server knows', async () => (await server.client.hosts.declarations(id)).length === 3)
    const told = await server.client.hosts.declarations(id)
    assert.deepEqual(
      told.map(({ identifier, token }) => [identifier, token]),
      mac
        .declarations()
        .map(({ identifier, serverToken }) => [identifier, serverToken])
        .toSorted(),
    )
  })

  it('has users who get their own settings on their own channels', async () => {
    const mac = await enrolled('with users', 'mac')
    assert.equal(await mac.logIn('ada', { ofDirectory: true }), true)
    const team = await server.client.teams.create({ name: 'Users' })
    await server.client.hosts.transfer([await hostIdOn(server.client, mac)], team.id)
    const scope = '<key>PayloadScope</key><string>User</string>'
    const mail = mobileconfig({ identifier: 'com.example.mail', name: 'Mail' }).replace(
      '<key>PayloadVersion</key>',
      `${scope}<key>PayloadVersion</key>`,
    )
    const bytes = Buffer.from(mail)
    await upload(server.client, bytes, team.id)
    await eventually('ada has it', async () => {
      await mac.connectUser('ada')
      return mac.installedFor('ada').some(({ identifier }) => identifier === 'com.example.mail')
    })
    assert.equal(mac.installed().length, 0)
  })

  it('has a Mac that is locked until somebody types the PIN', async () => {
    const mac = await enrolled('locked', 'mac')
    const id = await hostIdOn(server.client, mac)
    const { unlock_pin } = await server.client.hosts.lock(id, { viewPin: true })
    await calling(mac, 'it is locked', () => mac.locked())
    await eventually('the server knows', async () => (await statusOf(mac)) === 'locked')
    await server.client.hosts.unlock(id)
    assert.equal(await mac.connect(), 0)
    assert.equal(await statusOf(mac), 'locked')
    assert.equal(mac.typePin('000000'), unlock_pin === '000000')
    assert.equal(mac.typePin(unlock_pin ?? ''), true)
    await calling(mac, 'it is free', async () => (await statusOf(mac)) === 'unlocked')
  })

  it('has an iPhone that gets lost and is found, and one that is not supervised and cannot be put into Lost Mode', async () => {
    const phone = await enrolled('lost', 'iphone', { supervised: true })
    const id = await hostIdOn(server.client, phone)
    await server.client.hosts.lock(id, { message: 'Please bring me back.' })
    await calling(phone, 'it is in Lost Mode', () => phone.lost())
    await eventually('the server knows', async () => (await statusOf(phone)) === 'locked')
    const locate = await server.client.commands.run(Buffer.from(writePlist({ RequestType: 'DeviceLocation' })), [phone.udid])
    await phone.connect()
    await eventually('it told where it is', async () => {
      const [row] = await server.client.commands.results(locate.command_uuid)
      return Buffer.from(row?.result ?? '', 'base64')
        .toString()
        .includes('52.52')
    })
    await server.client.hosts.unlock(id)
    await calling(phone, 'it is found', () => !phone.lost())
    await eventually('the server knows', async () => (await statusOf(phone)) === 'unlocked')

    const other = await enrolled('not lost', 'iphone')
    const otherId = await hostIdOn(server.client, other)
    await server.client.hosts.lock(otherId)
    await other.connect()
    await eventually('it is not locked', async () => typesIn(await historyOf(server.client, other)).includes('LockFailed'))
    assert.equal(await statusOf(other), 'unlocked')
  })

  it('has an iPhone whose forgotten passcode is cleared with the token that it gave', async () => {
    const phone = await enrolled('forgot', 'iphone')
    assert.equal(phone.hasPasscode(), true)
    await server.client.hosts.clearPasscode(await hostIdOn(server.client, phone))
    await calling(phone, 'the passcode is gone', () => !phone.hasPasscode())
  })

  it('has a Mac that waits in its setup assistant, declares nothing there, and is let go', async () => {
    const mac = await enrolled('waits', 'mac', { awaiting: true })
    const id = await hostIdOn(server.client, mac)
    assert.equal((await server.client.hosts.enrollment(id)).awaiting_configuration, true)
    await server.client.hosts.release(id)
    await calling(mac, 'it is let go', () => !mac.awaiting())
    assert.equal((await server.client.hosts.enrollment(id)).awaiting_configuration, false)
    await calling(mac, 'it declares', () => mac.declarations().length > 0)
  })

  it('has devices whose tokens change, without anything else changing', async () => {
    const phone = await enrolled('rotates', 'iphone')
    const id = await hostIdOn(server.client, phone)
    await phone.rotateToken()
    const { epoch, escrowed } = await server.client.hosts.enrollment(id)
    assert.deepEqual([epoch, escrowed.unlock_token], [1, true])
    assert.ok(typesIn(await historyOf(server.client, phone)).includes('PushTokenChanged'))
  })

  it('converges whatever its devices do: put off, fail, lose answers, tell twice', async () => {
    const team = await server.client.teams.create({ name: 'Unruly' })
    const behaviour = { notNow: 0.1, error: 0.05, dropAck: 0.05, duplicate: 0.1, declaration: 0.1 }
    const fleet = await enrolledFleet(server, { count: 8, seed: 'unruly', iphones: 0.5, supervised: 0.5, behaviour })
    await Promise.all(fleet.devices.map(known))
    const ids = await Promise.all(fleet.devices.map((device) => hostIdOn(server.client, device)))
    await server.client.hosts.transfer(ids, team.id)
    const names = ['one', 'two', 'three', 'four']
    const uploaded = await Promise.all(names.map((name) => upload(server.client, profileCalled(name), team.id)))
    await converge(fleet, names, 60_000)
    for (const profileId of uploaded)
      await eventually('it is settled', async () => {
        await fleet.connectAll()
        const { pending, failed, verified, verifying } = await server.client.profiles.status(profileId)
        return pending === 0 && failed === 0 && verified + verifying === fleet.devices.length
      })
    await settled(server.client, uploaded[0] ?? '', fleet.devices.length)
  })
})
