import assert from 'node:assert/strict'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const names = ['a', 'b', 'c', 'd', 'e']
const count = 8

describe('A device whose answers get lost', function () {
  this.timeout(60_000)
  let server: TestServer
  let fleet: AppleFleet
  let carriedOut = 0

  before(async () => {
    server = await startServer({ environment: { MUSTER_DECLARATIONS: 'off' } })
    fleet = await story.enrolledFleet(server, {
      count,
      seed: 'bad line',
      behaviour: { dropAck: 0.4, duplicate: 0.4 },
      onAnswer: (_, requestType, status) => {
        if (requestType === 'InstallProfile' && status === 'Acknowledged') carriedOut += 1
      },
    })
    for (const name of names) await story.upload(server.client, story.profileCalled(name))
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  it('has every profile in the end, as the server knows', async () => {
    await eventually('the server knows that all is well', async () => {
      await fleet.connectAll()
      const { pending, failed, verifying } = await server.client.summary(null)
      return story.allHold(fleet, names) && pending === 0 && failed === 0 && verifying === count
    })
    // The luck of this seed: some commands were carried out again because their answer never came.
    assert.ok(carriedOut > count * names.length, String(carriedOut))
  })

  it('is sent each command until it is answered, and its answer counts once', async () => {
    for (const device of fleet.devices) {
      const history = await story.historyOf(server.client, device)
      assert.deepEqual(
        story.queuedIn(history).toSorted(),
        names.map((name) => `install-profile ${name}`),
      )
      const types = story.typesIn(history)
      for (const type of ['CommandSent', 'CommandAnswered', 'ProfileInstalled'])
        assert.equal(types.filter((one) => one === type).length, names.length, type)
      story.answeredOnce(history)
    }
  })
})
