import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('The program, in the hands of a person and of a script', function () {
  this.timeout(90_000)
  let server: TestServer
  let program: Program
  let hostId: number

  before(async () => {
    server = await startServer()
    program = await programAt(server)
    const { devices } = await story.enrolledFleet(server, { count: 1, seed: 'careful' })
    const [device] = devices
    assert.ok(device !== undefined)
    hostId = await story.hostIdOn(server.client, device)
  })
  after(async () => {
    await server?.stop()
    await program?.remove()
  })

  const muster = (...args: readonly string[]) => program.run(...args)

  it('lists profiles for Windows as well [case N1]', async () => {
    const camera =
      '<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data></Item></Replace>'
    await server.client.profiles.upload({ name: 'Camera.xml', bytes: Buffer.from(camera) }, null)
    const { code, out, errors } = await muster('profiles', 'list')
    assert.deepEqual([code, errors], [0, ''])
    assert.match(out, /Camera {2}- /)
  })

  it('says what systems do not heed in a profile that it uploads [case G5]', async () => {
    const file = join(program.folder, 'updates.mobileconfig')
    const updates = story.profileCalled('updates').toString().replaceAll('com.apple.wifi.managed', 'com.apple.SoftwareUpdate')
    await writeFile(file, updates)
    const { code, out } = await muster('profiles', 'upload', file)
    assert.equal(code, 0)
    assert.match(out, /^Uploaded as a[\w-]+\.\nMind: Systems of Apple from 27 on ignore com\.apple\.SoftwareUpdate\./)
  })

  it('destroys nothing in a script that does not say that it means it [case N1]', async () => {
    const team = await server.client.teams.create({ name: 'Kiosks' })
    await server.client.labels.create({ name: 'Lab', hosts: [] })
    const [profile] = (await server.client.profiles.list(null)).profiles
    const erase = join(program.folder, 'erase.plist')
    await writeFile(
      erase,
      '<plist><dict><key>Command</key><dict><key>RequestType</key><string>EraseDevice</string></dict></dict></plist>',
    )
    const before = await server.client.statistics()
    for (const deed of [
      ['wipe', String(hostId)],
      ['unenroll', String(hostId)],
      ['clear-passcode', String(hostId)],
      ['commands', 'run', erase, String(hostId)],
      ['profiles', 'delete', profile?.profile_uuid ?? ''],
      ['labels', 'delete', 'Lab'],
      ['teams', 'delete', String(team.id)],
    ]) {
      const { code, errors } = await muster(...deed)
      assert.equal(code, 2, deed.join(' '))
      assert.match(errors, /\? .*Nothing was done: nobody can be asked here; say --yes\./, deed.join(' '))
    }
    const { device_status, pending_action } = (await server.client.hosts.get(hostId)).mdm
    assert.deepEqual([device_status, pending_action], ['unlocked', ''])
    assert.equal((await server.client.statistics()).commands, before.commands)
    assert.equal((await muster('labels', 'delete', 'Lab', '--yes')).code, 0)
    assert.equal((await muster('wipe', String(hostId), '--yes')).code, 0)
    assert.equal((await server.client.hosts.get(hostId)).mdm.pending_action, 'wipe')
  })

  it('tells a history of no event that nobody knows [case E1]', async () => {
    const { code, errors, out } = await muster('history', String(hostId), '--type', 'WipeRequestd')
    assert.deepEqual([code, out], [1, ''])
    assert.match(errors, /No event of a host is of the type WipeRequestd; is WipeRequested meant\?/)
    const known = await muster('history', String(hostId), '--type', 'wiperequested')
    assert.equal(known.code, 0)
    assert.equal(known.out.trim().split('\n').length, 2)
  })

  it('knows which command was meant [case N1]', async () => {
    const { code, errors } = await muster('hosts', 'lst')
    assert.deepEqual([code, errors], [2, 'There is no command hosts lst; is list meant?\n'])
  })

  it('finds nothing where nothing is, and says so to people and to programs [case N1]', async () => {
    for (const [path, accept, expected] of [
      ['/nonsense', 'text/html', /<h1>Nothing here<\/h1>[^]*There is nothing at <code>\/nonsense<\/code>/],
      ['/<script>', 'text/html', /&lt;script&gt;|%3Cscript%3E/],
      ['/nonsense/deeper', '*/*', /"reason":"There is nothing at GET \/nonsense\/deeper\."/],
    ] as const) {
      const headers = { accept }
      const { status, body } = await server.network.send({ method: 'GET', url: `${server.url}${path}`, headers })
      assert.equal(status, 404)
      assert.match(body.toString(), expected)
      assert.doesNotMatch(body.toString(), /Cannot GET|<script>/)
    }
  })
})
