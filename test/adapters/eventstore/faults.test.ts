import assert from 'node:assert/strict'
import { mayPass } from '../../../src/adapters/eventstore/outcomes.ts'
import { AppendTooLarge, LogUnavailable, RevisionConflict } from '../../../src/app/ports.ts'
import { aBench, fact, following, impatient, texts, until } from '../../support/eventstore-server/fixture.ts'
import { inMemoryStore } from '../../support/eventstore-server/store.ts'

const stream = 'host-1'

describe('An event log in EventStoreDB when things go wrong', function () {
  this.timeout(10_000)
  const { aServer, aLog, both } = aBench()

  describe('appending', () => {
    it('never takes the batch path, though the server offers it', async () => {
      const { server, log } = await both()
      await log.append(stream, [fact('one')], 'no_stream')
      assert.deepEqual([server.calls().append, server.calls().batchAppend], [1, 0])
    })

    for (const when of ['before', 'after'] as const) {
      it(`writes once when the server fails ${when} the commit`, async () => {
        const { server, log } = await both()
        server.faults.append = (call) => (call <= 2 ? { kind: 'error', when } : undefined)
        const { revision, position } = await log.append(stream, [fact('one'), fact('two')], 'no_stream')
        const events = await log.readStream(stream)
        assert.deepEqual(texts(events), ['one', 'two'])
        assert.deepEqual([revision, position, server.calls().append], [1, events[1]?.position, 3])
      })

      it(`writes once when a reply ${when} the commit never comes`, async () => {
        const { server, log } = await both('&defaultDeadline=150')
        await log.append(stream, [fact('zero')], 'no_stream')
        server.faults.append = (call) => (call === 2 ? { kind: 'silence', when } : undefined)
        assert.equal((await log.append(stream, [fact('one')], 0)).revision, 1)
        assert.deepEqual(texts(await log.readStream(stream)), ['zero', 'one'])
      })
    }

    it('says so when the outcome stays unknown, and answers when asked again later', async () => {
      const { server, log } = await both()
      server.faults.append = () => ({ kind: 'error', when: 'after' })
      await assert.rejects(log.append(stream, [fact('one')], 'no_stream'), LogUnavailable)
      assert.equal(server.calls().append, impatient.attempts)
      server.faults.append = undefined
      assert.equal((await log.append(stream, [fact('one')], 'no_stream')).revision, 0)
      assert.equal((await log.readStream(stream)).length, 1)
    })

    it('does not repeat what was refused', async () => {
      const { server, log } = await both()
      await assert.rejects(log.append(stream, [fact('one')], 3), RevisionConflict)
      assert.equal(server.calls().append, 1)
    })

    it('waits for a server that is not ready', async () => {
      const { server, log } = await both()
      server.faults.append = (call) => (call <= 2 ? { kind: 'not-ready' } : undefined)
      assert.equal((await log.append(stream, [fact('one')], 'no_stream')).revision, 0)
    })

    it('follows the server to the leader, and stays there', async () => {
      const store = inMemoryStore()
      const [follower, leader] = [await aServer({ store }), await aServer({ store })]
      follower.faults.append = () => ({ kind: 'not-leader', host: '127.0.0.1', port: leader.port })
      const log = await aLog(follower.url)
      await log.append(stream, [fact('one')], 'no_stream')
      await log.append(stream, [fact('two')], 0)
      assert.deepEqual([follower.calls().append, leader.calls().append], [1, 2])
    })

    it('is not harmed by another log of the process losing its server', async () => {
      const [here, there] = [await both(), await both()]
      here.server.faults.append = () => ({ kind: 'delay', milliseconds: 50 })
      there.server.faults.append = () => ({ kind: 'error', when: 'before' })
      const good = here.log.append(stream, [fact('one')], 'no_stream')
      await assert.rejects(there.log.append(stream, [fact('one')], 'no_stream'), LogUnavailable)
      assert.equal((await good).revision, 0)
    })

    it('recovers from gossip that fails at the very first append', async () => {
      const server = await aServer()
      server.faults.gossip = (call) => (call <= 3 ? 'error' : undefined)
      const url = server.url.replace('esdb:', 'esdb+discover:')
      const log = await aLog(`${url}&maxDiscoverAttempts=2&discoveryInterval=1`)
      assert.equal((await log.append(stream, [fact('one')], 'no_stream')).revision, 0)
      assert.equal(server.calls().gossip, 4)
    })

    it('[case P2] says so while a cluster elects its leader, and goes on with the new one', async () => {
      const unseen: unknown[] = []
      const note = (reason: unknown) => void unseen.push(reason)
      process.on('unhandledRejection', note)
      const store = inMemoryStore()
      const leader = await aServer({ store })
      const seed = await aServer({ store, leader: { host: '127.0.0.1', port: leader.port } })
      const log = await aLog(`${seed.url.replace('esdb:', 'esdb+discover:')}&maxDiscoverAttempts=5&discoveryInterval=20`)
      await log.append(stream, [fact('one')], 'no_stream')
      leader.faults.subscription = (call) => (call === 1 ? { kind: 'error', afterEvents: 2 } : undefined)
      const ending = new AbortController()
      const seen: unknown[] = []
      const follow = async () => {
        for await (const batch of log.subscribe({ after: null, signal: ending.signal })) seen.push(...texts(batch))
      }
      const followed = follow()
      await until(() => seen.length === 1)

      // One call has lost the leader and looks for another; the subscription, on the old connection, fails while it looks.
      const asked = seed.calls().gossip
      seed.faults.gossip = () => 'no-leader'
      leader.faults.append = () => ({ kind: 'error', when: 'before' })
      const refused = assert.rejects(log.append(stream, [fact('never')], 0), LogUnavailable)
      await until(() => seed.calls().gossip > asked)
      leader.faults.append = undefined
      await aLog(leader.url).then((beside) => beside.append('host-2', [fact('two')], 'no_stream'))
      await refused
      await assert.rejects(log.head(), LogUnavailable)

      seed.faults.gossip = undefined
      assert.equal((await log.append(stream, [fact('three')], 0)).revision, 1)
      await until(() => seen.includes('three'))
      ending.abort()
      await followed
      process.off('unhandledRejection', note)
      assert.deepEqual(unseen, [])
    })

    it('translates the server’s own limit', async () => {
      const server = await aServer({ store: inMemoryStore({ maxAppendSize: 100 }) })
      const log = await aLog(server.url)
      await assert.rejects(log.append(stream, [fact('x'.repeat(200))], 'no_stream'), AppendTooLarge)
    })

    it('fails at once with what cannot be written', async () => {
      const { server, log } = await both()
      await assert.rejects(log.append(stream, [{ ...fact('one'), data: { big: 1n } }], 'no_stream'), TypeError)
      await assert.rejects(log.append(stream, [], 'no_stream'), RangeError)
      await assert.rejects(log.append(stream, [fact('one')], -1), RangeError)
      await assert.rejects(log.append('$host', [fact('one')], 'no_stream'), RangeError)
      await assert.rejects(log.append(stream, [{ ...fact('one'), type: '$secret' }], 'no_stream'), RangeError)
      assert.equal(server.calls().append, 0)
    })
  })

  describe('reading', () => {
    it('reads again what was cut or never came', async () => {
      const { server, log } = await both('&defaultDeadline=150')
      await log.append(stream, [fact('one'), fact('two'), fact('three')], 'no_stream')
      server.faults.read = (call) => {
        if (call === 1) return { kind: 'error', afterEvents: 2 }
        return call === 2 ? { kind: 'silence', afterEvents: 1 } : undefined
      }
      assert.deepEqual(texts(await log.readStream(stream)), ['one', 'two', 'three'])
      assert.ok(server.calls().read >= 3)
      await until(() => server.openReads() === 0)
    })

    it('says so when the server stays away, and goes on when it is back', async () => {
      const { server, log } = await both()
      const { position } = await log.append(stream, [fact('one')], 'no_stream')
      server.stop()
      await assert.rejects(log.head(), LogUnavailable)
      await assert.rejects(log.readAll({ after: null, limit: 1 }), LogUnavailable)
      await assert.rejects(log.readStream(stream), LogUnavailable)
      await assert.rejects(log.append(stream, [fact('two')], 0), LogUnavailable)
      await server.start()
      assert.equal(await log.head(), position)
      assert.equal((await log.append(stream, [fact('two')], 0)).revision, 1)
    })

    it('[case P9] repeats no request that the server calls bad', () => {
      const said = (what: string) => new Error(`Could not recognize ${what}`)
      assert.deepEqual([mayPass(said('Server Is Not Ready')), mayPass(said('BadRequest'))], [true, false])
    })

    it('[case P6] takes only what carries its mark, whatever the names are', async () => {
      const { server, log } = await both()
      const { position } = await log.append(stream, [fact('one')], 'no_stream')
      const { metadata } = fact('one')
      const { actor, ...nobody } = metadata
      const { hostIds, ...noHosts } = metadata
      assert.ok(actor.kind === 'server' && hostIds.length === 0)
      const strange = [
        nobody,
        noHosts,
        { at: metadata.at },
        { ...metadata, at: 'yesterday' },
        { ...metadata, actor: 'me' },
        null,
        [],
        7,
      ]
      const contentType = 'application/json'
      for (const [index, its] of strange.entries())
        server.store.append(
          stream,
          [
            {
              id: String(index),
              type: 'FactNoted',
              contentType,
              data: Buffer.from('{}'),
              metadata: Buffer.from(JSON.stringify(its)),
            },
          ],
          'any',
        )
      assert.equal(await log.head(), position)
      assert.deepEqual(texts(await log.readStream(stream)), ['one'])
    })

    it('passes over the store’s own events and other applications’', async () => {
      const { server, log } = await both()
      assert.equal(await log.head(), null)
      const foreign = {
        id: '1',
        type: 'Foreign',
        contentType: 'application/octet-stream',
        data: Buffer.from([1]),
        metadata: Buffer.from(''),
      }
      const json = { ...foreign, contentType: 'application/json', data: Buffer.from('{}') }
      const clutter = () => {
        server.store.append('$stats', [{ ...json, type: '$stats' }], 'any')
        server.store.append('other-1', [foreign], 'any')
        server.store.append('other-2', [json], 'any')
        server.store.append('host-1-links', [{ ...json, type: '$>' }], 'any')
      }
      clutter()
      assert.equal(await log.head(), null)
      assert.deepEqual(await log.readAll({ after: null, limit: 5 }), [])
      await log.append(stream, [fact('one')], 'no_stream')
      clutter()
      const { position } = await log.append(stream, [fact('two')], 0)
      clutter()
      assert.equal(await log.head(), position)
      assert.deepEqual(texts(await log.readAll({ after: null, limit: 2 })), ['one', 'two'])
      assert.deepEqual(await log.readAll({ after: position, limit: 2 }), [])
      assert.deepEqual(texts(await following(log, 2)), ['one', 'two'])
    })

    it('finds nothing in a stream that was deleted', async () => {
      const { server, log } = await both()
      await log.append(stream, [fact('one')], 'no_stream')
      server.store.softDelete(stream, 'any')
      assert.deepEqual(await log.readStream(stream), [])
    })

    it('refuses a position of another engine', async () => {
      const { log } = await both()
      await assert.rejects(log.readAll({ after: '42', limit: 1 }), /was not given by EventStoreDB/)
    })
  })

  describe('closing', () => {
    it('ends subscriptions and calls in flight, and refuses later ones', async () => {
      const { server, log } = await both()
      await log.append(stream, [fact('one')], 'no_stream')
      server.faults.append = () => ({ kind: 'silence', when: 'before' })
      server.faults.read = () => ({ kind: 'silence', afterEvents: 0 })
      const seen: unknown[] = []
      const follow = async () => {
        for await (const batch of log.subscribe({ after: null, signal: new AbortController().signal })) seen.push(...texts(batch))
      }
      const subscription = follow()
      const append = assert.rejects(log.append(stream, [fact('two')], 0), LogUnavailable)
      const read = assert.rejects(log.readStream(stream), LogUnavailable)
      await until(() => seen.length === 1 && server.calls().append === 2 && server.calls().read === 1)
      await log.close()
      await Promise.all([append, read, subscription])
      await until(() => server.openSubscriptions() === 0)
      assert.deepEqual(seen, ['one'])
      await assert.rejects(log.append(stream, [fact('two')], 0), LogUnavailable)
      await assert.rejects(log.head(), LogUnavailable)
      await log.close()
    })
  })
})
