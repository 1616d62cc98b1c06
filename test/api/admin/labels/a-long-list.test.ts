import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { labelHosts } from '../../../../src/workers/labels.ts'
import { workOff } from '../../../../src/workers/worker.ts'
import { enrollHost } from '../../../support/app.ts'
import type { PlanningRig } from '../../planning/rig.ts'
import { planningRig } from '../../planning/rig.ts'

/** So many hosts follow their label while a request waits. */
const bound = 2

describe('A label with more hosts by hand than one request waits for', function () {
  this.timeout(60_000)
  let rig: PlanningRig
  let hosts: readonly string[]
  before(async () => {
    rig = await planningRig(undefined, bound)
    hosts = await Promise.all(['MAC-1', 'MAC-2', 'MAC-3', 'MAC-4'].map((udid) => enrollHost(rig.app, { udid, serial: udid })))
  })
  after(() => rig?.stop())

  const members = async (labelId: number) => {
    const has = await Promise.all(
      hosts.map(async (id) => (await rig.app.load(host, id)).state.labels.members.has(String(labelId))),
    )
    return hosts.filter((_, index) => has[index])
  }
  const changes = async () =>
    (await rig.events()).flatMap(({ type, id }) => (type === 'LabelMembershipChanged' && hosts.includes(id) ? [id] : []))

  it('is answered first, and says that it may not be seen yet; its hosts follow once each, though a worker dies among them [case M11]', async () => {
    const earlier = (await changes()).length
    const created = await rig.call('POST /labels', { json: { name: 'Design', hosts: hosts.map(Number) } })
    assert.deepEqual([created.status, created.headers.get('x-read-models')], [200, 'behind'])
    const { id } = created.body.label
    assert.deepEqual(await members(id), [])

    await rig.caughtUp()
    let told = 0
    const dying: typeof rig.app = {
      ...rig.app,
      execute: (...asked) =>
        asked[0].category === 'host' && ++told > 1 ? Promise.reject(new Error('It was killed.')) : rig.app.execute(...asked),
    }
    await workOff(dying, labelHosts(dying), () => false)
    assert.equal((await members(id)).length, 1)

    rig.advance(60_000)
    await rig.work()
    assert.deepEqual(await members(id), hosts)
    assert.deepEqual((await changes()).slice(earlier).toSorted(), hosts.toSorted())
  })

  it('is let go of in the same way', async () => {
    const [{ id }] = (await rig.call('GET /labels')).body.labels.filter(({ name }: { name: string }) => name === 'Design')
    const [first = ''] = hosts
    const edited = await rig.call(`PATCH /labels/${String(id)}`, { json: { hosts: [Number(first)] } })
    assert.deepEqual([edited.status, edited.headers.get('x-read-models')], [200, 'behind'])
    await rig.work()
    assert.deepEqual(await members(id), [first])
  })
})
