import assert from 'node:assert/strict'
import { host } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import { answerWithinMs } from '../../src/domain/renewal/schedule.ts'
import { renewalTroubles } from '../../src/projections/renewals.ts'
import { sweepExpired } from '../../src/workers/sweep.ts'
import { testCause } from '../support/app.ts'
import { authenticate, identityOf, updateToken } from '../support/host-stories.ts'
import { termsOf } from '../support/terms.ts'
import type { WorkerRig } from './rig.ts'
import { workerRig } from './rig.ts'

const day = 24 * 60 * 60 * 1000

describe('renewing identities in time', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  beforeEach(async () => {
    rig = await workerRig()
  })
  afterEach(() => rig.stop())

  const enrolled = async (udid: string, days: number): Promise<string> => {
    const hostId = hostIdOf(udid)
    const notAfter = new Date(rig.app.clock().getTime() + days * day).toISOString()
    const identity = identityOf(udid.padEnd(64, '0'), { notAfter, terms: termsOf() })
    const begin = { ...authenticate().data, hardwareId: udid, enrollmentId: udid, identity }
    await rig.app.execute(host, hostId, { type: 'Authenticate', data: begin }, testCause())
    const token = { ...updateToken().data, enrollmentId: udid, identity }
    await rig.app.execute(host, hostId, { type: 'UpdateToken', data: token }, testCause())
    await rig.caughtUp()
    return hostId
  }
  const asked = async (hostId: string) => (await rig.eventsOf(hostId, 'IdentityRenewalRequested')).length

  it('asks nobody before the time, and everybody once when it has come', async () => {
    const fresh = await enrolled('FRESH', 365)
    const due = await enrolled('DUE', 100)
    await rig.workAll()
    assert.deepEqual([await asked(fresh), await asked(due)], [0, 1])
    rig.advance(200 * day)
    await rig.workAll()
    assert.equal(await asked(fresh), 1)
    await rig.workAll()
    assert.equal(await asked(fresh), 1)
  })

  it('tries again for ever with growing pauses when a host never answers, whatever else is lost', async () => {
    const hostId = await enrolled('SILENT', 100)
    await rig.workAll()
    for (let week = 0; week < 20; week++) {
      rig.advance(answerWithinMs)
      if (week % 3 === 0) await sweepExpired(rig.app)
      await rig.workAll()
    }
    const attempts = await asked(hostId)
    assert.ok(attempts >= 8, `It was asked ${String(attempts)} times.`)
    const [troubles] = await rig.app.read(renewalTroubles(new Date(rig.app.clock().getTime() + 30 * day).toISOString()))
    assert.equal(troubles?.ending, 1)
  })

  it('leaves a host alone that is locked, and comes back to it', async () => {
    const hostId = await enrolled('LOCKED', 200)
    const pin = { keyId: 'k', nonce: 'n', sealed: 's' }
    const lock = {
      commandId: 'lock',
      deadline: '2027-01-01T00:00:00.000Z',
      pin,
      message: null,
      phoneNumber: null,
      footnote: null,
    }
    await rig.app.execute(host, hostId, { type: 'LockHost', data: lock }, testCause())
    rig.advance(60 * day)
    await rig.workAll()
    assert.equal(await asked(hostId), 0)
    await rig.app.execute(host, hostId, { type: 'CancelCommand', data: { commandId: 'lock' } }, testCause())
    rig.advance(day)
    await rig.workAll()
    assert.equal(await asked(hostId), 1)
  })
})
