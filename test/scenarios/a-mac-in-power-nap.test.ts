import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bullmqWorkQueue } from '../../src/adapters/bullmq/work-queue.ts'
import type { DemoPush } from '../../src/cli/demo/push.ts'
import { startPush } from '../../src/cli/demo/push.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'
import * as story from '../support/story.ts'

const names = ['firewall', 'wifi']

describe('A Mac in Power Nap', function () {
  this.timeout(60_000)
  let folder: string
  let push: DemoPush
  let server: TestServer
  let fleet: AppleFleet
  let mac: AppleDevice
  let napping = true

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-push-'))
    push = await startPush(folder)
    server = await startServer({ environment: { ...push.settings, MUSTER_DECLARATIONS: 'off' } })
    await server.client.pushCertificate.upload(push)
    const behaviour = {
      get notNow() {
        return napping ? 1 : 0
      },
    }
    fleet = await story.enrolledFleet(server, { count: 1, seed: 'sleepy', behaviour })
    const [only] = fleet.devices
    assert.ok(only !== undefined)
    mac = only
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await push?.apns.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const deferrals = async (): Promise<number> =>
    story.typesIn(await story.historyOf(server.client, mac)).filter((type) => type === 'CommandDeferred').length

  it('puts every command off once in a session, and is offered none of them again in it', async () => {
    const ids = await Promise.all(names.map((name) => story.upload(server.client, story.profileCalled(name))))
    await eventually('both commands wait and the Mac was pushed', async () => {
      const { results } = await server.client.commands.list({ host_identifier: mac.udid })
      return results.length === names.length && push.apns.countOf(mac.pushToken) > 0
    })
    // The simulated Mac fails when a command comes back in the session that put it off.
    assert.equal(await mac.connect(), names.length)
    assert.deepEqual(story.holdings(mac), [])
    assert.equal(await deferrals(), names.length)
    await eventually('both are shown as put off', async () => {
      const { results } = await server.client.commands.list({ host_identifier: mac.udid })
      return results.every(({ status }) => status === 'NotNow')
    })
    for (const id of ids) assert.equal((await server.client.profiles.status(id)).pending, 1)
  })

  it('is offered them again when it calls again', async () => {
    assert.equal(await mac.connect(), names.length)
    assert.equal(await deferrals(), 2 * names.length)
  })

  it('is woken later, and then takes them', async () => {
    await eventually('the pushes are over', async () => {
      const waiting = await sqlOn(server.databaseUrl, "select key from work where kind = 'wake'")
      return waiting.length === 0
    })
    const pushes = push.apns.countOf(mac.pushToken)
    napping = false
    fleet.attach(push.apns)
    // A day passes: the last push is a day old, and the sweep comes round.
    await sqlOn(server.databaseUrl, "update channel_pushes set pushed_at = pushed_at - interval '1 day'")
    const queue = await bullmqWorkQueue({
      backend: { kind: 'postgres', url: server.databaseUrl },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    await queue.hint('sweep-silent')
    await queue.close()

    await eventually('the Mac holds its profiles', () => story.allHold(fleet, names))
    assert.ok(push.apns.countOf(mac.pushToken) > pushes)
    await eventually('the server knows it', async () => {
      const { pending, failed, verifying } = await server.client.summary(null)
      return pending === 0 && failed === 0 && verifying === 1
    })
    const history = await story.historyOf(server.client, mac)
    assert.equal(story.queuedIn(history).length, names.length, 'nothing was queued anew')
    story.answeredOnce(history)
  })
})
