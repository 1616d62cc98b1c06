import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { postgresCursors } from '../../src/adapters/postgres/cursors.ts'
import type { Cursors } from '../../src/app/operational-ports.ts'
import { swept } from '../../src/workers/sweep.ts'
import { activityCursor, activityWork, tellActivities } from '../../src/workers/tell-activities.ts'
import { workFollowing } from '../../src/workers/work-tables.ts'
import type { WorkKind } from '../../src/workers/worker.ts'
import { leaseMs, workOff } from '../../src/workers/worker.ts'
import type { WorkerRig } from './rig.ts'
import { workerRig } from './rig.ts'

describe('A receiver of activities', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  let receiver: Server
  let cursors: Cursors
  let told: readonly Readonly<{ event: string; subject: string; signature: unknown; body: string }>[]
  /** How it answers next; 200 when nothing is left. */
  let answers: readonly number[]
  /** What happens before each answer. */
  let meanwhile: () => Promise<void>

  beforeEach(async () => {
    rig = await workerRig()
    cursors = postgresCursors(rig.pool)
    ;[told, answers] = [[], []]
    meanwhile = () => Promise.resolve()
    receiver = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const body = Buffer.concat(parts).toString()
        const [status = 200, ...rest] = answers
        answers = rest
        const { event, subject } = JSON.parse(body) as Readonly<{ event: string; subject: string }>
        if (status === 200) told = [...told, { event, subject, signature: request.headers['x-hmac-signature'], body }]
        void meanwhile().finally(() => response.writeHead(status).end())
      })
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await new Promise((resolve) => receiver.close(resolve))
    await rig.stop()
  })

  /** As the projector does it when there is a receiver. */
  const hasHappened = async (): Promise<void> => {
    await rig.caughtUp()
    await rig.app.work.addNow(workFollowing(await rig.happened('ProfileUploaded'), [activityWork]).slice(-1))
  }

  const kind = (): WorkKind => {
    const { port } = receiver.address() as AddressInfo
    return tellActivities(rig.app, { url: `http://127.0.0.1:${String(port)}/`, key: 'key', cursors })
  }
  const tell = (): Promise<void> => workOff(rig.app, kind(), () => false)
  const events = () => told.map(({ event }) => event)

  it('is told of each in its order, signed, and of none twice', async () => {
    await cursors.start(activityCursor, '')
    await rig.enroll('one')
    await rig.upload('a1')
    await hasHappened()
    await tell()
    assert.deepEqual(events(), ['HostDiscovered', 'EnrollmentStarted', 'ChannelOpened', 'ProfileUploaded'])
    for (const { body, signature } of told) assert.equal(signature, createHmac('sha256', 'key').update(body).digest('base64'))
    assert.equal(JSON.parse(told[3]?.body ?? '').type, 'created_macos_profile')
    await rig.upload('a2')
    await hasHappened()
    await tell()
    assert.deepEqual(events().slice(4), ['ProfileUploaded'])
  })

  it('that is away is told later, of nothing before the first that it missed', async () => {
    await rig.upload('a1')
    await rig.upload('a2')
    await hasHappened()
    answers = [200, 503]
    await tell()
    assert.equal(told.length, 1)
    await tell()
    assert.equal(told.length, 1, 'not before its pause is over')
    rig.advance(5_000)
    await tell()
    assert.deepEqual(
      told.map(({ subject }) => subject),
      ['a1', 'a2'],
    )
  })

  it('that is slow has one worker all the same, so that the order holds', async () => {
    const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9']
    for (const name of names) await rig.upload(name)
    await hasHappened()
    let taken: readonly number[] = []
    meanwhile = async () => {
      rig.advance(9_000)
      taken = [...taken, (await rig.app.work.claim('tell-activities', 1, leaseMs)).length]
    }
    await tell()
    assert.deepEqual([told.map(({ subject }) => subject), taken], [names, names.map(() => 0)])
  })

  it('that was killed after it was told, before that was noted, is told once more and goes on', async () => {
    await rig.upload('a1')
    await rig.upload('a2')
    await hasHappened()
    const killed: Cursors = { ...cursors, move: () => Promise.reject(new Error('The process was killed.')) }
    const { port } = receiver.address() as AddressInfo
    const url = `http://127.0.0.1:${String(port)}/`
    await workOff(rig.app, tellActivities(rig.app, { url, key: null, cursors: killed }), () => false)
    rig.advance(60_000)
    await tell()
    assert.deepEqual(
      told.map(({ subject }) => subject),
      ['a1', 'a1', 'a2'],
    )
  })

  it('is told of what nobody made work for', async () => {
    await rig.upload('a1')
    await rig.caughtUp()
    await tell()
    assert.deepEqual(told, [])
    const keys = (await kind().forgotten?.()) ?? []
    await rig.app.work.addNow(keys.map((key) => swept('tell-activities', key)))
    await tell()
    assert.deepEqual(events(), ['ProfileUploaded'])
  })

  it('begins where it was told to, and never goes back', async () => {
    await rig.upload('a1')
    const head = (await rig.app.log.head()) ?? ''
    await cursors.start(activityCursor, head)
    await cursors.start(activityCursor, '')
    await cursors.move(activityCursor, '')
    assert.equal(await cursors.at(activityCursor), head)
    await rig.upload('a2')
    await hasHappened()
    await tell()
    assert.deepEqual(
      told.map(({ subject }) => subject),
      ['a2'],
    )
  })

  it('that always refuses is asked ever more rarely, and the log says so without filling up', async () => {
    await rig.upload('a1')
    await hasHappened()
    const teller = kind()
    answers = Array.from({ length: 12 }, () => 503)
    const pauses: number[] = []
    for (let attempt = 0; attempt < 10; attempt++) {
      const before = answers.length
      while (answers.length === before) {
        await workOff(rig.app, teller, () => false)
        if (answers.length === before) pauses[attempt] = (pauses[attempt] ?? 0) + 5
        if (answers.length === before) rig.advance(5_000)
      }
    }
    assert.deepEqual(pauses.slice(1), [5, 10, 20, 40, 80, 160, 320, 600, 600])
    const said = rig.lines.filter(({ message }) => message.startsWith('the receiver of activities'))
    assert.equal(said.length, 4)
  })
  const aside = async () => {
    const kept = await rig.app.outboxes.activities.aside({ topic: null, ids: null }, { limit: 10, offset: 0 })
    return kept.map(({ topic, attempts, problem }) => [topic, attempts, problem])
  }

  it('that refuses one has it set aside, is told of the next, and is sent it again when an admin asks', async () => {
    for (const name of ['a1', 'a2', 'a3']) await rig.upload(name)
    await hasHappened()
    answers = [200, 422]
    await tell()
    assert.deepEqual(
      told.map(({ subject }) => subject),
      ['a1', 'a3'],
    )
    assert.deepEqual(await aside(), [['created_macos_profile', 1, 'The receiver answered 422.']])
    await rig.app.outboxes.activities.resend({ topic: null, ids: null })
    await rig.upload('a4')
    await hasHappened()
    await tell()
    assert.deepEqual([told.map(({ subject }) => subject).slice(2), await aside()], [['a2', 'a4'], []])
  })

  it('that fails with one three times while it takes the next has that one set aside', async () => {
    for (const name of ['a1', 'a2', 'a3']) await rig.upload(name)
    await hasHappened()
    answers = [500, 500, 500, 200]
    await tell()
    assert.deepEqual(
      told.map(({ subject }) => subject),
      ['a2', 'a3'],
    )
    assert.deepEqual(await aside(), [['created_macos_profile', 3, 'The receiver answered 500.']])
  })

  it('that was killed between setting one aside and going on keeps it once', async () => {
    for (const name of ['a1', 'a2']) await rig.upload(name)
    await hasHappened()
    const killed: Cursors = { ...cursors, move: () => Promise.reject(new Error('The process was killed.')) }
    const { port } = receiver.address() as AddressInfo
    answers = [400, 400]
    await workOff(
      rig.app,
      tellActivities(rig.app, { url: `http://127.0.0.1:${String(port)}/`, key: null, cursors: killed }),
      () => false,
    )
    rig.advance(60_000)
    await tell()
    assert.deepEqual([told.map(({ subject }) => subject), (await aside()).length], [['a2'], 1])
  })
})
