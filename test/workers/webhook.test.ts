import assert from 'node:assert/strict'
import type { App } from '../../src/app/app.ts'
import { deliverWebhook } from '../../src/workers/webhook.ts'
import type { WorkKind } from '../../src/workers/worker.ts'
import { workOff } from '../../src/workers/worker.ts'
import type { Nanocmd } from '../support/nanocmd.ts'
import { startNanocmd } from '../support/nanocmd.ts'
import type { WorkerRig } from './rig.ts'
import { workerRig } from './rig.ts'

const everything = { topic: null, ids: null }

describe('A receiver of what devices say', function () {
  this.timeout(60_000)
  let rig: WorkerRig
  let nanocmd: Nanocmd
  let kind: WorkKind
  let said = 0

  beforeEach(async () => {
    rig = await workerRig()
    nanocmd = await startNanocmd()
    kind = deliverWebhook(rig.app, { url: nanocmd.url, key: null })
  })
  afterEach(async () => {
    await nanocmd.stop()
    await rig.stop()
  })

  /** A device says something: a check-in of this type, or that it did a command. */
  const says = async (line: string, what: string, app: App = rig.app): Promise<void> => {
    const event_id = `event-${String(said++)}`
    const body = what.startsWith('mdm.')
      ? { topic: what, event_id, checkin_event: { udid: line } }
      : { topic: 'mdm.Connect', event_id, acknowledge_event: { udid: line, command_uuid: what } }
    await app.outboxes.devices.put(line, await app.vault.seal('server', 'webhook', Buffer.from(JSON.stringify(body))))
    await due(line)
  }
  const due = (line: string) =>
    rig.app.work.addNow([{ kind: 'deliver-webhook', key: line, causeId: 'a test', correlationId: 'a test' }])
  const deliver = (what: WorkKind = kind): Promise<void> => workOff(rig.app, what, () => false)
  const aside = async () =>
    (await rig.app.outboxes.devices.aside(everything, { limit: 100, offset: 0 })).map(({ topic, attempts, problem }) => [
      topic,
      attempts,
      problem,
    ])
  const counts = () => rig.app.outboxes.devices.counts()

  it('that fails with one kind of event is told of all others, of a lone device too, and what it refused is kept', async () => {
    const session = ['mdm.DeclarativeManagement', 'mdm.DeclarativeManagement', 'mdm.DeclarativeManagement']
    for (const what of ['mdm.TokenUpdate', ...session, 'command-1', 'mdm.DeclarativeManagement', 'command-2'])
      await says('mac', what)
    await deliver()
    assert.deepEqual(nanocmd.taken(), ['mdm.TokenUpdate', 'command-1', 'command-2'])
    assert.deepEqual(
      await aside(),
      Array.from({ length: 4 }, () => ['mdm.DeclarativeManagement', 3, 'The receiver answered 500.']),
    )
    assert.deepEqual(await counts(), { waiting: 0, oldest: null, setAside: 4, topics: { 'mdm.DeclarativeManagement': 4 } })
    assert.equal(nanocmd.calls.filter(({ topic }) => topic === 'mdm.DeclarativeManagement').length, 12)
  })

  it('that fails with all is told of all, in order, once it does not any more', async () => {
    for (const what of ['one', 'two', 'three']) await says('mac', what)
    await says('other', 'four')
    nanocmd.answer(() => 500)
    for (let round = 0; round < 6; round++) {
      await deliver()
      rig.advance(60_000)
    }
    assert.deepEqual([nanocmd.taken(), (await counts()).waiting, await aside()], [[], 4, []])
    nanocmd.answer(null)
    await deliver()
    assert.deepEqual(
      nanocmd.taken().filter((what) => what !== 'four'),
      ['one', 'two', 'three'],
    )
    assert.deepEqual([(await counts()).waiting, await aside()], [0, []])
  })

  const refusals: readonly (readonly [number, number])[] = [
    [400, 1],
    [401, 1],
    [404, 1],
    [410, 1],
    [413, 1],
    [422, 1],
    [500, 3],
    [501, 3],
    [505, 3],
  ]
  for (const [status, attempts] of refusals)
    it(`that answers ${String(status)} to one is asked ${attempts === 1 ? 'once' : 'three times'}, and told of the next`, async () => {
      nanocmd.answer(({ command }) => (command === 'refused' ? status : null))
      for (const what of ['before', 'refused', 'after']) await says('mac', what)
      await deliver()
      assert.deepEqual(nanocmd.taken(), ['before', 'after'])
      assert.deepEqual(await aside(), [['mdm.Connect', attempts, `The receiver answered ${String(status)}.`]])
    })

  for (const status of [302, 307, 502, 503, 504])
    it(`behind something that answers ${String(status)} is given time, three times, before one is set aside`, async () => {
      nanocmd.answer(({ command }) => (command === 'refused' ? status : null))
      for (const what of ['refused', 'after']) await says('mac', what)
      await says('other', 'elsewhere')
      for (let round = 0; round < 20 && nanocmd.taken().length < 2; round++) {
        await deliver()
        rig.advance(5_000)
      }
      assert.deepEqual(nanocmd.taken(), ['elsewhere', 'after'])
      assert.deepEqual(await aside(), [['mdm.Connect', 3, `The receiver answered ${String(status)}.`]])
    })

  const patient: readonly (readonly [number, string | null, number])[] = [
    [408, null, 15_000],
    [425, null, 15_000],
    [429, null, 15_000],
    [429, '120', 120_000],
    [503, '40', 40_000],
    [503, '999999', 3_600_000],
  ]
  for (const [status, wait, waitsMs] of patient)
    it(`that answers ${String(status)}${wait === null ? '' : ` and wants ${wait} s`} is left alone for so long, by all lines, and then told of all`, async () => {
      nanocmd.answer(() => ({ status, headers: wait === null ? {} : { 'retry-after': wait } }))
      await says('mac', 'one')
      await deliver()
      assert.equal(nanocmd.calls.length, 1)
      await says('other', 'two')
      rig.advance(waitsMs - 1_000)
      await due('mac')
      await deliver()
      assert.equal(nanocmd.calls.length, 1, 'nobody asks before the time')
      nanocmd.answer(null)
      rig.advance(1_000)
      await deliver()
      assert.deepEqual([nanocmd.taken().toSorted(), await aside()], [['one', 'two'], []])
    })

  it('that gives no answer holds its lines in order for days, and what waited for three days is set aside', async () => {
    nanocmd.answer(() => 'nothing')
    for (const what of ['one', 'two']) await says('mac', what)
    await deliver()
    rig.advance(2 * 24 * 60 * 60_000)
    await deliver()
    assert.deepEqual([(await counts()).waiting, await aside()], [2, []])
    nanocmd.answer(({ command }) => (command === 'one' ? 'nothing' : null))
    rig.advance(24 * 60 * 60_000)
    await deliver()
    assert.deepEqual(nanocmd.taken(), ['two'])
    assert.match(String((await aside())[0]?.[2]), /^The receiver cannot be reached/)
  })

  it('whose worker was killed after it was told is told once more, and of all', async () => {
    for (const what of ['one', 'two']) await says('mac', what)
    const killed = { ...rig.app.outboxes.devices, remove: () => Promise.reject(new Error('The process was killed.')) }
    await deliver(
      deliverWebhook({ ...rig.app, outboxes: { ...rig.app.outboxes, devices: killed } }, { url: nanocmd.url, key: null }),
    )
    rig.advance(60_000)
    await deliver()
    assert.deepEqual(nanocmd.taken(), ['one', 'one', 'two'])
  })

  it('whose worker was killed remembers how often it failed', async () => {
    nanocmd.answer(({ command }) => (command === 'refused' ? 503 : null))
    for (const what of ['refused', 'after']) await says('mac', what)
    for (let round = 0; round < 4; round++) {
      await deliver(deliverWebhook(rig.app, { url: nanocmd.url, key: null }))
      rig.advance(60_000)
    }
    assert.deepEqual(nanocmd.taken(), ['after'])
    assert.equal(nanocmd.calls.filter(({ command }) => command === 'refused').length, 3)
  })

  it('is sent again what it refused when an admin asks, one by one or a topic at a time, before what came later', async () => {
    for (const what of ['mdm.DeclarativeManagement', 'mdm.UserAuthenticate', 'command-1']) await says('mac', what)
    await deliver()
    const { devices } = rig.app.outboxes
    nanocmd.answer(() => 200)
    assert.deepEqual(await devices.resend({ topic: 'mdm.UserAuthenticate', ids: null }), { count: 1, lines: ['mac'] })
    await says('mac', 'command-2')
    await deliver()
    assert.deepEqual(nanocmd.taken(), ['command-1', 'mdm.UserAuthenticate', 'command-2'])
    const [left] = await devices.aside(everything, { limit: 10, offset: 0 })
    assert.equal(left?.topic, 'mdm.DeclarativeManagement')
    assert.deepEqual(await devices.resend({ topic: null, ids: [left?.id ?? ''] }), { count: 1, lines: ['mac'] })
    await due('mac')
    await deliver()
    assert.deepEqual([nanocmd.taken().at(-1), (await counts()).setAside], ['mdm.DeclarativeManagement', 0])
  })

  it('that refuses what was sent again has it set aside once more, not twice', async () => {
    for (const what of ['mdm.DeclarativeManagement', 'command-1']) await says('mac', what)
    await deliver()
    await rig.app.outboxes.devices.resend(everything)
    await says('mac', 'command-2')
    await deliver()
    assert.deepEqual(nanocmd.taken(), ['command-1', 'command-2'])
    assert.equal((await counts()).setAside, 1)
  })

  it('has what it refused kept for 30 days', async () => {
    for (const what of ['mdm.DeclarativeManagement', 'command-1']) await says('mac', what)
    await deliver()
    await kind.forgotten?.()
    assert.equal((await counts()).setAside, 1)
    rig.advance(31 * 24 * 60 * 60_000)
    assert.deepEqual(await kind.forgotten?.(), [])
    assert.equal((await counts()).setAside, 0)
  })

  it('that refuses a thousand events fills no log', async () => {
    nanocmd.answer(() => 404)
    for (let event = 0; event < 50; event++) await says('mac', `command-${String(event)}`)
    await deliver()
    assert.equal((await counts()).setAside, 50)
    assert.equal(rig.lines.filter(({ message }) => message.includes('set aside')).length, 1)
  })
})
