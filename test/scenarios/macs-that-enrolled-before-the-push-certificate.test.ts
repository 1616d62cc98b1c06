import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoPush } from '../../src/cli/demo/push.ts'
import { startPush } from '../../src/cli/demo/push.ts'
import { examine } from '../../src/cli/doctor.ts'
import type { Connection } from '../../src/client/connection.ts'
import { openConnection } from '../../src/client/connection.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const route = { path: '/mdm/apple/push_certificate' } as const

describe('Macs that enrolled before there was a push certificate', function () {
  this.timeout(60_000)
  let folder: string
  let push: DemoPush
  let server: TestServer
  let admin: Connection
  let early: AppleFleet
  let late: AppleFleet

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
    push = await startPush(folder)
    server = await startServer({ environment: { ...push.settings } })
    admin = openConnection({ url: server.url, token: server.token, ca: server.caPem })
    early = await story.enrolledFleet(server, { count: 2, seed: 'early' })
    for (const device of early.devices) await story.hostIdOn(server.client, device)
  })
  after(async () => {
    await early?.stop()
    await late?.stop()
    admin?.close()
    await server?.stop()
    await push?.apns.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const names = (): readonly string[] => early.devices.map(({ name }) => name).sort()

  it('are told of at the upload, by name and with the way out [case I2]', async () => {
    const json = { certificate: push.certificatePem, key: push.keyPem }
    const { warning } = await admin.json<{ warning: string | null }>({ ...route, method: 'POST', json })
    assert.match(warning ?? '', /^2 devices enrolled under another topic and cannot be woken: .*must enroll again/)
    for (const name of names()) assert.ok(warning?.includes(name), name)
  })

  it('are counted where the certificate is shown, and by the doctor [case I2]', async () => {
    type Shown = Readonly<{ devices_out_of_reach: number; warning: string | null }>
    const shown = await admin.json<Shown>({ ...route, method: 'GET' })
    assert.equal(shown.devices_out_of_reach, 2)
    assert.match(shown.warning ?? '', /cannot be woken/)
    const found = (await examine(server.client, new Date())).filter(({ what }) => what === 'push certificate')
    const [, beyond] = found
    assert.equal(beyond?.state, 'warns')
    assert.match(beyond.detail, /2 devices enrolled under another topic/)
  })

  it('are told so by the explanation of a command that waits, and in their history by nothing that is untrue [case I2]', async () => {
    const [mac] = early.devices
    assert.ok(mac !== undefined)
    const id = await story.hostIdOn(server.client, mac)
    const history = await story.historyOf(server.client, mac)
    assert.doesNotMatch(JSON.stringify(history), /can be reached by push/)
    await admin.json({ method: 'POST', path: `/hosts/${String(id)}/refetch`, json: {} })
    const { results } = await server.client.commands.list()
    const waiting = results.find(({ host_uuid }) => host_uuid === mac.udid)
    assert.ok(waiting !== undefined)
    const explained = await admin.json({
      method: 'GET',
      path: `/hosts/${String(id)}/commands/${waiting.command_uuid}/explain`,
    })
    assert.match(JSON.stringify(explained), /cannot be woken/)
  })

  it('are the only ones: who enrolls now is woken', async () => {
    late = await story.enrolledFleet(server, { count: 1, seed: 'late' })
    for (const device of late.devices) await story.hostIdOn(server.client, device)
    assert.equal((await admin.json<{ devices_out_of_reach: number }>({ ...route, method: 'GET' })).devices_out_of_reach, 2)
  })
})
