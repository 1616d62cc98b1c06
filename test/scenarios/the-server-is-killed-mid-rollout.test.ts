import assert from 'node:assert/strict'
import { historyOf } from '../../src/cli/history.ts'
import { eventually } from '../support/eventually.ts'
import type { MusterProcess } from '../support/muster-process.ts'
import { musterProcess } from '../support/muster-process.ts'
import { pollingFleet } from '../support/polling-fleet.ts'

const hosts = 40

describe('A server that is killed in the middle of a rollout', function () {
  this.timeout(180_000)
  let server: MusterProcess
  let macs: Awaited<ReturnType<typeof pollingFleet>>

  before(async () => {
    server = await musterProcess()
    macs = await pollingFleet(server, hosts)
  })
  after(async () => {
    await macs.stop()
    await server.close()
  })

  it('goes on where it was when it is started again, and again', async () => {
    await macs.fleet.enroll()
    assert.equal(macs.fleet.counts().enrolled, hosts)
    const wanted = await macs.upload()

    for (const share of [0.2, 0.5]) {
      await eventually('some profiles are installed', () => macs.installed() >= hosts * wanted.length * share, 60_000)
      assert.notEqual(macs.converged(wanted), hosts, 'the rollout was over before the kill')
      await server.kill()
      await server.start()
    }
    await eventually('all devices hold all profiles', () => macs.converged(wanted) === hosts, 90_000)
    await eventually('the server knows it', async () => {
      const { pending, failed } = await macs.client.summary(null)
      return pending === 0 && failed === 0
    })
  })

  it('has each answer in the history once, without gaps', async () => {
    for (const { id } of (await macs.client.hosts.list({ per_page: 500 })).hosts) {
      const history = await historyOf(macs.client, id)
      assert.deepEqual(
        history.map(({ revision }) => revision),
        history.map((_, index) => index),
      )
      const answered = history.filter(({ type }) => type === 'CommandAnswered').map(({ data }) => data['commandId'])
      assert.equal(new Set(answered).size, answered.length)
    }
  })
})
