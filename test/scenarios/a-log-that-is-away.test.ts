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
    server = await startServer({
      // One process: each counts what it missed itself.
      environment: { EVENTSTORE_URL: log.url, MUSTER_DECLARATIONS: 'off', MUSTER_API_PROCESSES: '1' },
    })
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

  it('is told of once when it goes and once when it is back, however many calls miss it, and warns of nothing else [case P7]', async () => {
    const warnings: string[] = []
    const warned = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`)
    process.on('warning', warned)
    try {
      const gone = () => server.complaints.filter(({ message }) => message.startsWith('The event log is away')).length
      const returned = () => server.remarks.filter(({ message }) => message === 'The event log is back.')
      await eventually('what was before is over', () => gone() === returned().length)
      const [before, times] = [server.complaints.length, returned().length]
      const said = () =>
        server.complaints.slice(before).filter(({ message }) => /event log is|a device could not|a request failed/.test(message))
      await story.upload(server.client, story.profileCalled('third'))
      await eventually('the command is queued', async () =>
        (await server.client.commands.list()).results.some(({ status }) => status === 'Pending'),
      )
      log.stop()
      const made = Array.from({ length: 30 }, (_, index) => server.client.teams.create({ name: `Team ${String(index)}` }))
      const outcomes = await Promise.allSettled([mac.connect(), ...made])
      assert.ok(outcomes.every(({ status }) => status === 'rejected'))
      assert.deepEqual(
        said().map(({ message }) => message),
        ['The event log is away: what needs it is answered with 503 until it is back.'],
      )
      assert.ok(JSON.stringify(said()[0]?.fields).length < 500, 'no stacks')
      await log.start()
      await eventually('it is told to be back', () => returned().length > times)
      assert.equal(said().length, 1)
      const back = returned().at(-1)
      assert.ok(Number((back?.fields as { missed?: number }).missed) >= 30)
      assert.deepEqual(warnings, [])
    } finally {
      process.off('warning', warned)
    }
  })
})
