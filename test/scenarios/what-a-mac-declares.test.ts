import assert from 'node:assert/strict'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const declaration = (name: string, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      ...{
        Type: 'com.apple.configuration.passcode.settings',
        Identifier: `com.example.${name}`,
        Payload: { RequirePasscode: true },
      },
      ...more,
    }),
  )

describe('What a Mac declares', function () {
  this.timeout(90_000)
  let server: TestServer
  let fleet: AppleFleet
  let mac: AppleDevice
  let hostId: number
  let teams: readonly [number, number]

  before(async () => {
    server = await startServer()
    const { client } = server
    teams = [(await client.teams.create({ name: 'A' })).id, (await client.teams.create({ name: 'B' })).id]
    fleet = await story.enrolledFleet(server, { count: 1, seed: 'declares' })
    mac = fleet.devices[0] ?? assert.fail('There is no Mac.')
    hostId = await story.hostIdOn(client, mac)
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const upload = (name: string, bytes: Uint8Array, teamId: number | null): Promise<string> =>
    server.client.profiles.upload({ name: `${name}.json`, bytes }, teamId)

  /** Its rows, each as the id and how it stands. */
  const rows = async (): Promise<readonly string[]> =>
    ((await server.client.hosts.get(hostId)).mdm.profiles ?? []).map(
      ({ profile_uuid, operation_type, status }) => `${profile_uuid} ${operation_type} ${status}`,
    )

  const said = async (identifier: string): Promise<string | undefined> =>
    (await server.client.hosts.declarations(hostId)).find((one) => one.identifier === identifier)?.status

  const stands = (expected: readonly string[]): Promise<void> =>
    eventually(`the Mac stands as ${expected.join(', ') || 'having nothing'}`, async () => {
      await fleet.connectAll()
      return (await rows()).toSorted().join() === expected.toSorted().join()
    })

  const explained = (uuid: string) => server.client.explain.profile(hostId, uuid)

  it('[case B1] keeps its status in another team with the same bytes, at once, and nothing is sent', async () => {
    const { client } = server
    const [a, b] = [
      await upload('Passcode', declaration('passcode'), teams[0]),
      await upload('Passcode', declaration('passcode'), teams[1]),
    ]
    await client.hosts.transfer([hostId], teams[0])
    await stands([`${a} install verified`])
    const before = (await story.historyOf(client, mac)).length
    await client.hosts.transfer([hostId], teams[1])
    await eventually("B's stands, and A's is gone", async () => (await rows()).join() === `${b} install verified`)
    const since = (await story.historyOf(client, mac)).slice(before)
    assert.deepEqual(story.queuedIn(since), [])
    assert.equal(await said('com.example.passcode'), 'verified')
    assert.equal((await explained(b)).status, 'verified')
    assert.equal((await explained(a)).status, 'absent')
    const counts = await client.profiles.status(b)
    assert.deepEqual([counts.verified, counts.pending], [1, 0])
  })

  it('[case B2] is verified on its report when it comes back after it was taken away', async () => {
    const { client } = server
    const [b] = (await rows()).map((row) => row.split(' ')[0] ?? '')
    await client.hosts.transfer([hostId], null)
    await stands([])
    assert.equal(await said('com.example.passcode'), undefined)
    await client.hosts.transfer([hostId], teams[1])
    await stands([`${b ?? ''} install verified`])
    assert.equal(await said('com.example.passcode'), 'verified')
  })

  it("[case B3] takes the outcome of an admin's own activation whose predicate is false", async () => {
    const { client } = server
    await client.hosts.transfer([hostId], null)
    await stands([])
    const activation = declaration('at-work', {
      Type: 'com.apple.activation.simple',
      Payload: { StandardConfigurations: ['com.example.screen'], Predicate: 'FALSEPREDICATE' },
    })
    const [screen, work] = [await upload('Screen', declaration('screen'), null), await upload('At work', activation, null)]
    await stands([`${screen} install verified`, `${work} install verified`])
    assert.match((await explained(screen)).verdict, /predicate .* is false/)
    const shown = (await client.hosts.get(hostId)).mdm.profiles?.find(({ profile_uuid }) => profile_uuid === screen)
    assert.match(shown?.detail ?? '', /predicate .* is false/)
    await client.profiles.delete(work)
    await stands([`${screen} install verified`])
  })

  it('[case G3] is taken from a file with a byte order mark', async () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), declaration('marked')])
    const marked = await upload('Marked', bytes, null)
    await eventually('it is verified', async () => {
      await fleet.connectAll()
      return (await rows()).includes(`${marked} install verified`)
    })
  })

  it('[case C1] two Apple profiles of one identifier, or two declarations, never meet on one host: a team refuses the second', async () => {
    const { client } = server
    const wifi = await story.upload(client, story.profileCalled('wifi'))
    const label = await client.labels.create({ name: 'Here', hosts: [mac.udid] })
    const other = { name: 'other.mobileconfig', bytes: story.profileCalled('wifi', '<key>Other</key><true/>') }
    await assert.rejects(client.profiles.upload(other, null, { labels_include_any: [label.name] }), /409|already|identifier/i)
    await assert.rejects(
      upload('Another', declaration('screen', { Payload: { RequirePasscode: false } }), null),
      /409|already|identifier/i,
    )
    // A profile and a declaration of one identifier are two things to a device.
    const same = await upload('The same', declaration('wifi'), null)
    const both = [`${wifi} install verifying`, `${same} install verified`]
    await eventually('both stand', async () => {
      await fleet.connectAll()
      const now = await rows()
      return both.every((row) => now.includes(row))
    })
    const before = (await story.historyOf(client, mac)).length
    await fleet.connectAll()
    assert.deepEqual(story.queuedIn((await story.historyOf(client, mac)).slice(before)), [], 'Nothing flaps.')
  })

  it('[case C1] an Apple profile by way of a legacy declaration is refused at the door', async () => {
    const legacy = declaration('legacy', {
      Type: 'com.apple.configuration.legacy',
      Payload: { ProfileURL: 'https://elsewhere.example.com/wifi.mobileconfig' },
    })
    await assert.rejects(upload('Legacy', legacy, null), /upload the profile itself/)
  })

  it("[case C1] an Apple profile of another team takes the place of the one with its identifier, and the old one's row is gone", async () => {
    const { client } = server
    const other = await story.upload(client, story.profileCalled('wifi', '<key>Other</key><true/>'), teams[0])
    await client.hosts.transfer([hostId], teams[0])
    await eventually('the Mac has the one of its team', async () => {
      await fleet.connectAll()
      return (await rows()).filter((row) => row.startsWith('a')).join() === `${other} install verifying`
    })
    assert.deepEqual(story.holdings(mac), ['wifi'])
  })
})
