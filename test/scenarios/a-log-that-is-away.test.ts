import assert from 'node:assert/strict'
import { DeviceFailure } from '../../src/simulators/apple/failure.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import { appleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { EventStoreServer } from '../support/eventstore-server/server.ts'
import { eventStoreServer } from '../support/eventstore-server/server.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const isToldToWait = (error: unknown): boolean => error instanceof DeviceFailure && error.status === 503

describe('A device that calls while the event log is away', function () {
  this.timeout(60_000)
  let log: EventStoreServer
  let server: TestServer
  let fleet: AppleFleet
  let mac: AppleDevice
  let atAnswer: () => void = () => undefined

  before(async () => {
    log = await eventStoreServer()
    server = await startServer({ environment: { EVENTSTORE_URL: log.url, MUSTER_DECLARATIONS: 'off' } })
    fleet = await story.enrolledFleet(server, { count: 1, seed: 'patient', onAnswer: () => atAnswer() })
    const [only] = fleet.devices
    assert.ok(only !== undefined)
    mac = only
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    log?.stop()
  })

  const queued = (count: number): Promise<void> =>
    eventually('the command is queued', async () => {
      const { results } = await server.client.commands.list()
      return results.length === count
    })

  it('is told to come back, with no command half sent', async () => {
    await story.upload(server.client, story.profileCalled('first'))
    await queued(1)
    log.stop()
    await assert.rejects(mac.connect(), isToldToWait)
    await log.start()
    assert.equal(await mac.connect(), 1)
    assert.deepEqual(story.holdings(mac), ['first'])
  })

  it('keeps its answer until the log can take it, and gives it once', async () => {
    await story.upload(server.client, story.profileCalled('second'))
    await queued(2)
    atAnswer = () => log.stop()
    await assert.rejects(mac.connect(), isToldToWait)
    atAnswer = () => undefined
    await log.start()
    await mac.connect()
    const history = await story.historyOf(server.client, mac)
    story.answeredOnce(history)
    for (const type of ['CommandSent', 'CommandAnswered', 'ProfileInstalled'])
      assert.equal(story.typesIn(history).filter((one) => one === type).length, 2, type)
  })

  it('cannot enroll, and enrolls when the log is back', async () => {
    const newcomer = appleDevice({ network: server.network, seed: 'newcomer', model: 'mac' })
    const profile = await server.client.enrollmentProfile()
    log.stop()
    await assert.rejects(newcomer.enroll(profile), isToldToWait)
    assert.equal(newcomer.enrolled(), false)
    await log.start()
    // The request that failed has taken its challenge; who begins anew needs another.
    await newcomer.enroll(await server.client.enrollmentProfile())
    await eventually('the newcomer has both profiles', async () => {
      await newcomer.connect()
      return story.holdings(newcomer).join() === 'first,second'
    })
  })
})
