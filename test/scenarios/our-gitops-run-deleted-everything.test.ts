import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { applyFiles } from '../../src/cli/apply/apply.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const names = ['mail', 'vpn', 'wifi'] as const

describe('A run that deleted all settings of a team', function () {
  this.timeout(120_000)
  let server: TestServer
  let fleet: AppleFleet
  let program: Program
  let folder: string
  let teamId: number
  const changeSet = randomUUID()
  const contents = new Map(names.map((name) => [name, story.profileCalled(name)]))

  before(async () => {
    server = await startServer()
    program = await programAt(server)
    folder = join(program.folder, 'fleet')
    await mkdir(folder)
    await writeFile(join(folder, 'studio.yml'), 'name: Studio\ncontrols: {macos_settings: {custom_settings: []}}\n')
    fleet = await story.enrolledFleet(server, { count: 3, seed: 'undo' })
    teamId = (await server.client.teams.create({ name: 'Studio' })).id
    const ids = await Promise.all(fleet.devices.map((device) => story.hostIdOn(server.client, device)))
    await server.client.hosts.transfer(ids, teamId)
    for (const name of names) await story.upload(server.client, contents.get(name) ?? Buffer.of(), teamId)
    await story.converge(fleet, names)
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await program?.remove()
  })

  const deviceAt = (index: number): AppleDevice => fleet.devices[index] ?? assert.fail('There is no such Mac.')
  const under = async <T>(id: string, body: (client: MusterClient) => Promise<T>): Promise<T> => {
    const client = musterClient({ url: server.url, token: server.token, ca: server.caPem, changeSet: id })
    try {
      return await body(client)
    } finally {
      client.close()
    }
  }
  const muster = (...args: readonly string[]) => program.run(...args)
  const installsOf = async (device: AppleDevice) =>
    story.queuedIn(await story.historyOf(server.client, device)).filter((queued) => queued.startsWith('install-profile'))

  it('could have been foreseen', async () => {
    const { code, output } = await muster('plan', '-f', folder)
    assert.equal(code, 0, output)
    assert.match(output, /3 hosts would be sent something: 0 installations, 9 removals; 0 unchanged\./)
    assert.match(output, /profile deleted: The wifi profile \(\+0 -3 on 3 hosts\)/)
    assert.match(output, /Nothing was changed: this is a plan\./)
    const { profiles } = await server.client.profiles.list(teamId)
    assert.equal(profiles.length, 3)
  })

  it('took them from two Macs; the third had not called yet', async () => {
    const applied = await under(changeSet, (client) => applyFiles(client, { path: folder, dryRun: false, environment: {} }))
    assert.equal(applied.done.length, 3)
    await eventually('two Macs have lost everything', async () => {
      await deviceAt(0).connect()
      await deviceAt(1).connect()
      return [deviceAt(0), deviceAt(1)].every((device) => story.holdings(device).length === 0)
    })
    await eventually('the third is to lose it too', async () => {
      const queued = story.queuedIn(await story.historyOf(server.client, deviceAt(2)))
      return queued.filter((one) => one.startsWith('remove-profile')).length === 3
    })
    assert.deepEqual(story.holdings(deviceAt(2)), names)
  })

  it('is listed with what it led to', async () => {
    await eventually('the read models have all of it', async () => {
      const { change_set } = await server.client.changeSets.get(changeSet)
      return change_set.effects.removals === 9
    })
    const { change_sets: all } = await server.client.changeSets.list({ per_page: 5 })
    const row = all.find(({ id }) => id === changeSet) ?? assert.fail('It is not listed.')
    assert.deepEqual([row.events, row.hosts, row.kinds], [3, 3, ['deleted_profile']])
    const { change_set, events } = await server.client.changeSets.get(changeSet)
    assert.equal(change_set.effects.removals, 9)
    assert.deepEqual(events.map(({ sentence }) => sentence).sort(), [
      'The profile The mail profile of the team Studio was deleted.',
      'The profile The vpn profile of the team Studio was deleted.',
      'The profile The wifi profile of the team Studio was deleted.',
    ])
    const shown = await muster('changes', changeSet)
    assert.match(shown.output, /Led to 0 installations and 9 removals; 3 hosts were touched\./)
  })

  it('is undone: every Mac holds what it held, byte for byte, and what never left is not sent again', async () => {
    const before = await installsOf(deviceAt(2))
    const planned = await server.client.changeSets.undo(changeSet, { plan: true })
    assert.deepEqual([planned.plan?.installs, planned.plan?.removals, planned.plan?.hosts], [6, 0, 2])
    const { code, output } = await muster('undo', changeSet)
    assert.equal(code, 0, output)
    assert.match(output, /profile uploaded again: The wifi profile/)
    await eventually('the third is not to lose them any more', async () => {
      const history = await story.historyOf(server.client, deviceAt(2))
      const takenBack = history.filter(({ type }) => type === 'CommandsCancelled')
      return takenBack.flatMap(({ data }) => (data as Readonly<{ commandIds: readonly string[] }>).commandIds).length === 3
    })
    await story.converge(fleet, names)
    for (const device of fleet.devices)
      for (const { identifier, sha256 } of device.installed()) {
        const name = names.find((one) => identifier === `com.example.${one}`) ?? assert.fail(identifier)
        assert.equal(sha256, story.sha256Of(contents.get(name) ?? Buffer.of()))
      }
    assert.deepEqual(await installsOf(deviceAt(2)), before)
    for (const device of fleet.devices) story.answeredOnce(await story.historyOf(server.client, device))
    const { profiles } = await server.client.profiles.list(teamId)
    for (const { profile_uuid, identifier } of profiles) {
      const name = names.find((one) => identifier === `com.example.${one}`) ?? assert.fail(identifier)
      assert.deepEqual(Buffer.from(await server.client.profiles.download(profile_uuid)), contents.get(name))
    }
    const twice = await muster('undo', changeSet)
    assert.equal(twice.code, 2)
    assert.match(twice.output, /was undone already by the change set/)
  })

  it('is not undone over what others did since, unless somebody insists', async () => {
    const { profiles } = await server.client.profiles.list(teamId)
    const wifi = profiles.find(({ identifier }) => identifier?.endsWith('wifi') === true) ?? assert.fail('There is no Wi-Fi.')
    const edition = (number: number) => story.profileCalled('wifi', `<key>Edition</key><integer>${String(number)}</integer>`)
    const others = names.filter((name) => name !== 'wifi').map((name) => ({ name, contents: contents.get(name) ?? Buffer.of() }))
    const [mine, theirs] = [randomUUID(), randomUUID()]
    const edit = (id: string, number: number) =>
      under(id, (client) => client.settings.replaceProfiles(teamId, [...others, { name: 'wifi', contents: edition(number) }]))
    await edit(mine, 1)
    await edit(theirs, 2)
    const refused = await muster('undo', mine)
    assert.equal(refused.code, 2)
    assert.match(refused.output, new RegExp(`The profile The wifi profile was edited since .* in the change set ${theirs}`))
    const forced = await muster('undo', mine, '--force', '--json')
    assert.equal(forced.code, 0, forced.output)
    assert.deepEqual(Buffer.from(await server.client.profiles.download(wifi.profile_uuid)), contents.get('wifi'))
  })

  it('says plainly that a wipe cannot be undone', async () => {
    const id = randomUUID()
    await under(id, async (client) => {
      await client.hosts.wipe(await story.hostIdOn(client, deviceAt(1)))
      await client.teams.create({ name: 'Another' })
    })
    await deviceAt(1).connect()
    const { code, output } = await muster('undo', id)
    assert.equal(code, 3, output)
    assert.match(output, /what it wiped cannot be brought back/)
    assert.match(output, /team deleted: Another/)
  })
})
