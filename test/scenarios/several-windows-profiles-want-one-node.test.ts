import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { WindowsDevice } from '../../src/simulators/windows-device.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import type { WindowsStory } from '../support/windows.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const own = './Device/Vendor/MSFT/Policy/Config/Example/Own'
const refusing = './Device/Vendor/MSFT/Policy/Config/Example/Refused'
const vpn = './Device/Vendor/MSFT/VPNv2/Contoso'

const stands = { verified: /^install verified$/, overridden: /^install failed Overridden by/, failed: /^install failed .*405/ }
type Standing = keyof typeof stands | 'gone'

describe('Windows profiles that want one node', function () {
  this.timeout(90_000)
  let server: TestServer
  let story: WindowsStory
  let uploaded: string[] = []

  before(async () => {
    server = await startServer()
    story = await windowsStory(server)
  })
  after(() => server?.stop())
  afterEach(async () => {
    for (const uuid of uploaded) await server.client.profiles.delete(uuid)
    uploaded = []
  })

  const upload = async (name: string, content: string, teamId: number | null = null, labels = {}): Promise<string> => {
    const file = { name: `${name}.xml`, bytes: Buffer.from(content) }
    const uuid = await server.client.profiles.upload(file, teamId, labels)
    uploaded.push(uuid)
    return uuid
  }
  const take = async (uuid: string): Promise<void> => {
    await server.client.profiles.delete(uuid)
    uploaded = uploaded.filter((one) => one !== uuid)
  }
  const edit = async (uuid: string, name: string, content: string): Promise<void> => {
    const form = new FormData()
    form.append('profile', new Blob([content]), `${name}.xml`)
    const written = new Response(form)
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': written.headers.get('content-type') ?? '' }
    const url = `${server.url}/api/v1/fleet/configuration_profiles/${uuid}`
    const outgoing = request(url, { method: 'PATCH', ca: server.caPem, headers })
    outgoing.end(Buffer.from(await written.arrayBuffer()))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 200)
  }

  const standingOf = async (device: WindowsDevice, uuid: string): Promise<string | undefined> => {
    const found = (await story.profilesOf(device)).find((one) => one['profile_uuid'] === uuid)
    return found && `${String(found['operation_type'])} ${String(found['status'])} ${String(found['detail'])}`.trim()
  }
  const isSo = (standing: string | undefined, wanted: Standing): boolean =>
    wanted === 'gone' ? standing === undefined : standing !== undefined && stands[wanted].test(standing)

  /** Lets the PC call until profiles stand and nodes are so, and three times more, in which nothing changes. */
  const settles = async (
    device: WindowsDevice,
    profiles: readonly (readonly [string, Standing])[],
    nodes: Readonly<Record<string, string | null>>,
  ): Promise<void> => {
    const hasNodes = (): boolean => Object.entries(nodes).every(([node, value]) => device.tree.valueOf(node) === value)
    await eventually(`${JSON.stringify(profiles)} stand, with ${JSON.stringify(nodes)}`, async () => {
      await device.connect()
      const now = await Promise.all(profiles.map(async ([uuid, wanted]) => isSo(await standingOf(device, uuid), wanted)))
      return now.every(Boolean) && hasNodes()
    })
    for (let round = 0; round < 3; round++) {
      await device.connect()
      assert.ok(hasNodes())
    }
  }
  const enrolled = async (...options: Parameters<WindowsStory['pc']>): Promise<WindowsDevice> => {
    const device = story.pc(...options)
    await device.enroll()
    return device
  }

  for (const order of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])
    it(`leave it to the last of three, whichever goes first (${order.join(', ')}) [case C1]`, async () => {
      const device = await enrolled(`three ${order.join('')}`)
      const uuids: string[] = []
      for (const value of [0, 1, 2])
        uuids.push(
          await upload(
            `${order.join('')} ${String(value)}`,
            setNode('Replace', camera, String(value)) + setNode('Replace', `${own}${String(value)}`, '7'),
          ),
        )
      const expected = (left: readonly number[]) => {
        const last = left.at(-1)
        const profiles = uuids.map((uuid, value): readonly [string, Standing] => [
          uuid,
          !left.includes(value) ? 'gone' : value === last ? 'verified' : 'overridden',
        ])
        const owns = [0, 1, 2].map((value) => [`${own}${String(value)}`, left.includes(value) ? '7' : null])
        return [profiles, { [camera]: last === undefined ? null : String(last), ...Object.fromEntries(owns) }] as const
      }
      await settles(device, ...expected([0, 1, 2]))
      for (const [index, value] of order.entries()) {
        await take(uuids[value] ?? '')
        await settles(device, ...expected([0, 1, 2].filter((one) => !order.slice(0, index + 1).includes(one))))
      }
    })

  it('leave it to the one that was edited last, as long as it sets the node to another value [case C1]', async () => {
    const device = await enrolled('edited last')
    const [one, other] = [
      await upload('One', setNode('Replace', camera, '0')),
      await upload('Other', setNode('Replace', camera, '1')),
    ]
    const both = (first: Standing, second: Standing) => [[one, first] as const, [other, second] as const] as const
    await settles(device, both('overridden', 'verified'), { [camera]: '1' })
    await edit(one, 'One', setNode('Replace', camera, '5'))
    await settles(device, both('verified', 'overridden'), { [camera]: '5' })
    await edit(other, 'Other', setNode('Replace', own, '6'))
    await settles(device, both('verified', 'verified'), { [camera]: '5', [own]: '6' })
    await edit(other, 'Other', setNode('Replace', camera, '5'))
    await settles(device, both('verified', 'verified'), { [camera]: '5', [own]: null })
    await take(one)
    await settles(device, both('gone', 'verified'), { [camera]: '5' })
  })

  it('leave it to the one that is for the host: a label goes and comes back [case C1]', async () => {
    const device = await enrolled('label')
    await device.connect()
    const id = await story.idOf(device)
    const label = await server.client.labels.create({ name: 'Here', hosts: [] })
    const forAll = await upload('For all', setNode('Replace', camera, '0'))
    const forSome = await upload('For some', setNode('Replace', camera, '1'), null, { labels_include_any: ['Here'] })
    const { uuid: hostUuid } = await server.client.hosts.get(id)
    const has = (hosts: readonly string[]) => server.client.settings.editLabel(label.id, { hosts })
    for (let round = 0; round < 2; round++) {
      await has([hostUuid])
      await settles(
        device,
        [
          [forAll, 'overridden'],
          [forSome, 'verified'],
        ],
        { [camera]: '1' },
      )
      await has([])
      await settles(
        device,
        [
          [forAll, 'verified'],
          [forSome, 'gone'],
        ],
        { [camera]: '0' },
      )
    }
  })

  it('leave it to those of the team in which the host is [case C1]', async () => {
    const device = await enrolled('team')
    const id = await story.idOf(device)
    const team = await server.client.teams.create({ name: 'Workshop' })
    const ofNone = await upload('Of none', setNode('Replace', camera, '0'))
    const ofTeam = [
      await upload('Of team 1', setNode('Replace', camera, '1'), team.id),
      await upload('Of team 2', setNode('Replace', camera, '2'), team.id),
    ] as const
    await server.client.hosts.transfer([id], team.id)
    await settles(
      device,
      [
        [ofNone, 'gone'],
        [ofTeam[0], 'overridden'],
        [ofTeam[1], 'verified'],
      ],
      { [camera]: '2' },
    )
    await server.client.hosts.transfer([id], null)
    await settles(
      device,
      [
        [ofNone, 'verified'],
        [ofTeam[1], 'gone'],
      ],
      { [camera]: '0' },
    )
  })

  it('keep nothing of it for the one that failed, when the other goes [case C1]', async () => {
    const device = await enrolled('failed', { behaviour: { failures: { [refusing]: '405' } } })
    const good = await upload('Good', setNode('Replace', camera, '0'))
    await settles(device, [[good, 'verified']], { [camera]: '0' })
    const bad = await upload('Bad', setNode('Replace', camera, '1') + setNode('Replace', refusing))
    await settles(
      device,
      [
        [good, 'verified'],
        [bad, 'failed'],
      ],
      { [camera]: '0' },
    )
    await take(good)
    await settles(
      device,
      [
        [good, 'gone'],
        [bad, 'failed'],
      ],
      { [camera]: null },
    )
  })

  it('give it back when the winner is edited into one that fails [case C1]', async () => {
    const device = await enrolled('edit fails', { behaviour: { failures: { [refusing]: '405' } } })
    const loser = await upload('Loser', setNode('Replace', camera, '0'))
    const winner = await upload('Winner', setNode('Replace', camera, '1'))
    await settles(
      device,
      [
        [loser, 'overridden'],
        [winner, 'verified'],
      ],
      { [camera]: '1' },
    )
    await edit(winner, 'Winner', setNode('Replace', camera, '2') + setNode('Replace', refusing))
    await settles(
      device,
      [
        [loser, 'verified'],
        [winner, 'failed'],
      ],
      { [camera]: '0' },
    )
    await take(loser)
    await settles(device, [[loser, 'gone']], { [camera]: null })
  })

  for (const [what, above, below] of [
    ['a node', `${own}Parent`, `${own}Parent/Child`],
    ['a VPN', vpn, `${vpn}/RememberCredentials`],
  ] as const)
    it(`leave ${what} to the one that sets something below it, when the one that made it goes [case C1]`, async () => {
      const device = await enrolled(`above ${what}`)
      const maker = await upload('Maker', setNode('Add', above, '', 'node') + setNode('Replace', own, '1'))
      const user = await upload('User', setNode('Replace', below, '1'))
      await settles(
        device,
        [
          [maker, 'verified'],
          [user, 'verified'],
        ],
        { [below]: '1', [own]: '1' },
      )
      await take(maker)
      await settles(
        device,
        [
          [maker, 'gone'],
          [user, 'verified'],
        ],
        { [below]: '1', [own]: null },
      )
      await take(user)
      await settles(device, [[user, 'gone']], { [below]: null })
    })
})
