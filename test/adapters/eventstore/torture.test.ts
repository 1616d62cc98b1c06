import assert from 'node:assert/strict'
import { eventStoreLog } from '../../../src/adapters/eventstore/event-log.ts'
import { fact, following, seeded, texts } from '../../support/eventstore-server/fixture.ts'
import { eventStoreServer } from '../../support/eventstore-server/server.ts'

describe('An event log in EventStoreDB under torture', function () {
  this.timeout(20_000)

  it('tells every event once and in order, though appends fail and subscriptions are cut all the time', async () => {
    const server = await eventStoreServer()
    const log = await eventStoreLog({ url: server.url, patience: { attempts: 60, firstDelay: 1, longestDelay: 2 } })
    const random = seeded(20260102)
    let failures = 0
    server.faults.append = () => {
      const before = random() < 1 / 3
      const after = random() < 1 / 5
      if (before || after) failures += 1
      return before || after ? { kind: 'error', when: before ? 'before' : 'after' } : undefined
    }
    server.faults.subscription = () => ({ kind: 'error', afterEvents: 50 })

    const streams = Array.from({ length: 12 }, (_, index) => `host-${String(index)}`)
    const write = async (stream: string): Promise<void> => {
      for (let revision = -1; revision < 59;) {
        const names = Array.from(
          { length: 1 + (revision % 3 === 2 ? 2 : 0) },
          (_, index) => `${stream}@${String(revision + 1 + index)}`,
        )
        revision = (await log.append(stream, names.map(fact), revision === -1 ? 'no_stream' : revision)).revision
      }
    }
    const total = 12 * 60
    const live = following(log, total)
    await Promise.all(streams.map(write))
    const replayed = await following(log, total)

    for (const events of [await live, replayed]) {
      assert.equal(new Set(events.map(({ position }) => position)).size, total)
      assert.deepEqual(
        events.map(({ position }) => position),
        events.map(({ position }) => position).toSorted(),
      )
      for (const stream of streams) {
        const own = events.filter(({ category, id }) => `${category}-${id}` === stream)
        assert.deepEqual(
          texts(own),
          Array.from({ length: 60 }, (_, revision) => `${stream}@${String(revision)}`),
        )
      }
    }
    assert.ok(failures > 100, `only ${String(failures)} appends failed`)
    assert.ok(server.calls().subscription >= 2 * Math.floor(total / 50))
    assert.equal(server.store.all.length, total)
    await log.close()
    server.stop()
  })
})
