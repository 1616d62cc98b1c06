import assert from 'node:assert/strict'
import { eventually } from '../support/eventually.ts'
import { eventStoreServer } from '../support/eventstore-server/server.ts'
import type { MusterProcess } from '../support/muster-process.ts'
import { musterProcess } from '../support/muster-process.ts'
import { pollingFleet } from '../support/polling-fleet.ts'

const hosts = 15

describe('A server whose log is EventStoreDB', function () {
  this.timeout(180_000)
  let log: Awaited<ReturnType<typeof eventStoreServer>>
  let server: MusterProcess
  let macs: Awaited<ReturnType<typeof pollingFleet>>

  before(async () => {
    log = await eventStoreServer()
    server = await musterProcess({ EVENTSTORE_URL: log.url, MUSTER_LOG_LEVEL: 'fatal' })
    macs = await pollingFleet(server, hosts)
  })
  after(async () => {
    await macs.stop()
    await server.close()
    log.stop()
  })

  it('enrolls Macs and gives them their profiles', async () => {
    await macs.fleet.enroll()
    assert.equal(macs.fleet.counts().enrolled, hosts)
    const wanted = await macs.upload()
    await eventually('all devices hold all profiles', () => macs.converged(wanted) === hosts, 60_000)
  })

  it('does nothing by halves while the log is away, and goes on when it is back', async () => {
    const { profiles } = await macs.client.profiles.list(null)
    const [gone, ...kept] = profiles
    log.stop()
    await assert.rejects(macs.client.profiles.delete(gone?.profile_uuid ?? ''), { status: 503 })
    await log.start()
    assert.equal((await macs.client.profiles.list(null)).profiles.length, profiles.length)
    await eventually('the log takes events again', () =>
      macs.client.profiles.delete(gone?.profile_uuid ?? '').then(
        () => true,
        () => false,
      ),
    )
    await eventually('the profile is gone from all devices', () => macs.installed() === hosts * kept.length, 60_000)
  })
})
