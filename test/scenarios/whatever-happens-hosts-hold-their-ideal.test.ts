import assert from 'node:assert/strict'
import type { LabelNames } from '../../src/client/muster-client.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import type { Random } from '../../src/simulators/random.ts'
import { random } from '../../src/simulators/random.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

type Mode = keyof LabelNames

/** What should be so, kept slowly and obviously beside the server. Hosts are counted, teams and labels named. */
type World = {
  readonly teams: (number | null)[]
  readonly teamOf: (number | null)[]
  readonly labels: Map<string, Readonly<{ id: number; members: Set<number> }>>
  readonly profiles: Map<string, Readonly<{ name: string; team: number | null; aims: Partial<Record<Mode, readonly string[]>> }>>
}

/** `PROPERTY_STEPS` makes the story longer. */
const steps = Number(process.env['PROPERTY_STEPS'] ?? 40)

describe('Whatever admins do', function () {
  this.timeout(60_000 + steps * 10_000)
  let server: TestServer
  let fleet: AppleFleet
  let ids: readonly number[]

  before(async () => {
    server = await startServer()
    fleet = await story.enrolledFleet(server, { count: 5, seed: 'whatever' })
    await eventually('the Macs are known', async () => (await server.client.hosts.count()) === 5)
    ids = await Promise.all(fleet.devices.map((device) => story.hostIdOn(server.client, device)))
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const deviceAt = (index: number): AppleDevice => fleet.devices[index] ?? assert.fail('There is no such Mac.')
  const idAt = (index: number): number => ids[index] ?? assert.fail('There is no such host.')

  const applies = (world: World, aims: Partial<Record<Mode, readonly string[]>>, index: number): boolean => {
    const isIn = (label: string) => world.labels.get(label)?.members.has(index) === true
    const { labels_include_all: all, labels_include_any: any, labels_exclude_any: none } = aims
    return (all?.every(isIn) ?? true) && (any?.some(isIn) ?? true) && !(none?.some(isIn) ?? false)
  }

  const ideal = (world: World, index: number): readonly string[] =>
    [...world.profiles.values()]
      .filter(({ team, aims }) => team === world.teamOf[index] && applies(world, aims, index))
      .map(({ name }) => name)
      .sort()

  const step = async (world: World, luck: Random, count: number): Promise<string> => {
    const { client } = server
    const team = luck.pick(world.teams as [number | null])
    const index = luck.below(fleet.devices.length)
    const label = luck.pick(['red', 'green', 'blue'] as const)
    const [existing] = [...world.profiles].slice(luck.below(Math.max(1, world.profiles.size)))
    const deed = luck.pick(['upload', 'upload', 'edit', 'delete', 'transfer', 'relabel', 'relabel'] as const)
    if (deed === 'transfer') {
      await client.hosts.transfer([idAt(index)], team)
      world.teamOf[index] = team
      return `host ${String(index)} moves to ${String(team)}`
    }
    if (deed === 'relabel') {
      const members = new Set(fleet.devices.flatMap((_, one) => (luck.chance(0.5) ? [one] : [])))
      const known = world.labels.get(label)
      const hosts = [...members].map((one) => deviceAt(one).udid)
      const { id } =
        known === undefined ? await client.labels.create({ name: label, hosts }) : await client.labels.setHosts(known.id, hosts)
      world.labels.set(label, { id, members })
      return `${label} has ${[...members].join()}`
    }
    if (deed !== 'upload' && existing !== undefined) {
      const [uuid, profile] = existing
      if (deed === 'delete') {
        await client.profiles.delete(uuid)
        world.profiles.delete(uuid)
        return `${profile.name} is deleted`
      }
      const edited = story.profileCalled(profile.name, `<key>Edition</key><integer>${String(count)}</integer>`)
      const others = [...world.profiles.values()].filter((one) => one.team === profile.team && one !== profile)
      await client.settings.replaceProfiles(profile.team, [
        ...others.map((one) => ({ name: one.name, contents: contentsOf(one.name), ...one.aims })),
        { name: profile.name, contents: edited, ...profile.aims },
      ])
      contents.set(profile.name, edited)
      return `${profile.name} is edited`
    }
    const name = `p${String(count)}`
    const mode = luck.pick(['none', 'labels_include_all', 'labels_include_any', 'labels_exclude_any'] as const)
    const named = [...world.labels.keys()].filter(() => luck.chance(0.6))
    const aims = mode === 'none' || named.length === 0 ? {} : { [mode]: named }
    contents.set(name, story.profileCalled(name))
    const uuid = await client.profiles.upload({ name: `${name}.mobileconfig`, bytes: contentsOf(name) }, team, aims)
    world.profiles.set(uuid, { name, team, aims })
    return `${name} for ${String(team)} ${JSON.stringify(aims)}`
  }

  const contents = new Map<string, Buffer>()
  const contentsOf = (name: string): Buffer => contents.get(name) ?? assert.fail(`There is no profile ${name}.`)

  it('every Mac comes to hold exactly what its team and labels ask for, in the newest version', async () => {
    const luck = random('whatever happens')
    const team = await server.client.teams.create({ name: 'Studio' })
    const world: World = { teams: [null, team.id], teamOf: fleet.devices.map(() => null), labels: new Map(), profiles: new Map() }
    const told: string[] = []
    for (let count = 0; count < steps; count++) {
      told.push(await step(world, luck, count))
      // Some changes come before the last one is everywhere.
      if (luck.chance(0.4)) continue
      const isIdeal = (device: AppleDevice, index: number): boolean => {
        const held = device.installed()
        const newest = held.every(
          ({ identifier, sha256 }) => sha256 === story.sha256Of(contentsOf(identifier.replace('com.example.', ''))),
        )
        return newest && story.holdings(device).join() === ideal(world, index).join()
      }
      await eventually(
        `every Mac holds its ideal after: ${told.slice(-6).join('; ')}`,
        async () => {
          await fleet.connectAll()
          return fleet.devices.every(isIdeal)
        },
        30_000,
      )
    }
    assert.equal(told.length, steps)
  })
})
