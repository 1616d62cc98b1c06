import assert from 'node:assert/strict'
import type { App } from '../../src/app/app.ts'
import { SecretGone } from '../../src/app/ports.ts'
import { host } from '../../src/domain/host/host.ts'
import { hostById } from '../../src/projections/host-directory.ts'
import { forgetOldHosts } from '../../src/workers/retention.ts'
import { enrollHost, testCause } from '../support/app.ts'
import type { WorkerRig } from './rig.ts'
import { workerRig } from './rig.ts'

const day = 24 * 60 * 60 * 1000
const secret = Buffer.from('1234')

describe('Forgetting hosts', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  beforeEach(async () => {
    rig = await workerRig()
  })
  afterEach(() => rig.stop())

  const forget = async (hostId: string): Promise<void> => {
    const data = { because: 'asked', reason: 'It was sold.', force: true } as const
    await rig.app.execute(host, hostId, { type: 'ForgetHost', data }, testCause())
    await rig.caughtUp()
  }
  const end = async (hostId: string): Promise<void> => {
    await rig.app.execute(host, hostId, { type: 'EndEnrollment', data: { because: 'checked-out' } }, testCause())
    await rig.caughtUp()
  }
  const rowOf = async (hostId: string) => (await rig.app.read(hostById(hostId)))[0]
  const count = async (hostId: string, type: string) => (await rig.eventsOf(hostId, type)).length

  it('destroys the key of what was sealed for the host, and of no other', async () => {
    const [one = '', other = ''] = await rig.enroll('ONE', 'OTHER')
    const [sealed, kept] = [await rig.app.vault.seal(one, 'pin/c', secret), await rig.app.vault.seal(other, 'pin/c', secret)]
    await forget(one)
    await rig.workAll()
    await assert.rejects(rig.app.vault.open(one, 'pin/c', sealed), SecretGone)
    assert.deepEqual(await rig.app.vault.open(other, 'pin/c', kept), secret)
    assert.equal(await count(one, 'HostKeyDestroyed'), 1)
    const row = await rowOf(one)
    assert.deepEqual([row?.name, row?.serial, row?.forgotten_at !== null, row?.stage], [null, null, true, 'ended'])
    assert.equal((await rig.stateOf(one)).forgetting.keyStands, false)
  })

  it('is finished by another when a worker dies before, or just after, the key is destroyed', async () => {
    const [hostId = ''] = await rig.enroll('ONE')
    const sealed = await rig.app.vault.seal(hostId, 'pin/c', secret)
    const dead = (): Promise<never> => Promise.reject(new Error('The process was killed.'))
    await forget(hostId)
    await rig.work('destroy-key', { ...rig.app, vault: { ...rig.app.vault, destroy: dead } })
    assert.deepEqual(await rig.app.vault.open(hostId, 'pin/c', sealed), secret)
    rig.advance(60_000)
    const execute = dead as App['execute']
    await rig.work('destroy-key', { ...rig.app, execute })
    assert.equal(await count(hostId, 'HostKeyDestroyed'), 0)
    rig.advance(60_000)
    await rig.workAll()
    assert.equal(await count(hostId, 'HostKeyDestroyed'), 1)
    await assert.rejects(rig.app.vault.open(hostId, 'pin/c', sealed), SecretGone)
  })

  it('leaves a device that comes again its new key, however late somebody destroys the old one again', async () => {
    const [hostId = ''] = await rig.enroll('ONE')
    await forget(hostId)
    await assert.rejects(rig.enroll('ONE'), { code: 'still-in-progress' })
    await rig.workAll()
    await rig.enroll('ONE')
    const sealed = await rig.app.vault.seal(hostId, 'pin/c', secret)
    await rig.app.work.addNow([{ kind: 'destroy-key', key: hostId, causeId: 'late', correlationId: 'late' }])
    await rig.workAll()
    assert.deepEqual(await rig.app.vault.open(hostId, 'pin/c', sealed), secret)
    const row = await rowOf(hostId)
    assert.deepEqual([row?.serial, row?.forgotten_at, row?.stage], ['C02XL0GYJGH5', null, 'enrolled'])
    await rig.app.work.addNow([{ kind: 'wake-silent', key: hostId, causeId: 'test', correlationId: 'test' }])
    rig.advance(60_000)
    await rig.workAll()
    assert.ok(rig.push.sent.length > 0, 'it can be pushed to')
  })

  it('happens by itself to hosts whose enrollment ended long ago, in bounded batches, and to no others', async () => {
    const ids = []
    for (const udid of ['OLD', 'YOUNG', 'HERE', 'TALKS']) ids.push(await enrollHost(rig.app, { udid, name: udid }))
    const [old = '', young = '', here = '', talks = ''] = ids
    await end(old)
    await end(talks)
    rig.advance(20 * day)
    await end(young)
    await rig.app.agentReports.note(talks, { detailAt: rig.app.clock().getTime(), labelsAt: null })
    rig.advance(11 * day)
    assert.equal(await forgetOldHosts(30)(rig.app), 1)
    await rig.workAll()
    assert.equal(await forgetOldHosts(30)(rig.app), 0)
    const names = []
    for (const id of [old, young, here, talks]) names.push((await rowOf(id))?.name)
    assert.deepEqual(names, [null, 'YOUNG', 'HERE', 'TALKS'])
    const [forgotten] = await rig.eventsOf(old, 'HostForgotten')
    assert.deepEqual(forgotten?.metadata.actor, { kind: 'worker', id: 'retention' })
    assert.match(JSON.stringify(forgotten?.data), /more than 30 days ago/)
  })
})
