import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  AccessDeniedError,
  EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  MaxAppendSizeExceededError,
  streamNameFilter,
  StreamDeletedError,
  StreamNotFoundError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client'
import type { EventStoreServer } from './server.ts'
import { eventStoreServer } from './server.ts'

const noted = (text: string) => jsonEvent({ id: randomUUID(), type: text.startsWith('b') ? 'B' : 'A', data: { text } })

describe('The event store’s stand-in, spoken to by the plain client', () => {
  let server: EventStoreServer
  let client: EventStoreDBClient
  beforeEach(async () => {
    server = await eventStoreServer()
    client = EventStoreDBClient.connectionString(server.url)
  })
  afterEach(async () => {
    await client.dispose()
    server.stop()
  })

  it('takes batch appends, answers repeated ones as the first time, and refuses as the real one does', async () => {
    const events = [noted('a0'), noted('a1')]
    const first = await client.appendToStream('s', events, { expectedRevision: 'no_stream' })
    assert.deepEqual(await client.appendToStream('s', events, { expectedRevision: 'no_stream' }), first)
    assert.deepEqual(await client.appendToStream('s', events), first)
    await assert.rejects(client.appendToStream('s', noted('a2'), { expectedRevision: 7n }), (error) => {
      assert.ok(error instanceof WrongExpectedVersionError)
      assert.deepEqual([error.expectedVersion, error.actualVersion], [7n, 1n])
      return true
    })
    await assert.rejects(
      client.appendToStream('new', noted('a'), { expectedRevision: 'stream_exists' }),
      WrongExpectedVersionError,
    )
    await assert.rejects(client.appendToStream('s', noted('x'.repeat(2 ** 21))), MaxAppendSizeExceededError)
    server.faults.append = () => ({ kind: 'not-ready' })
    await assert.rejects(
      client.appendToStream('s', noted('a2')),
      (error) => error instanceof UnknownError && error.message.includes('Server Is Not Ready'),
    )
    assert.deepEqual([server.calls().batchAppend, server.store.all.length], [1, 2])
  })

  it('counts two bytes for each unit of a type, as the real one does', async () => {
    const sized = (bytes: number) => jsonEvent({ type: 'B', data: 'x'.repeat(bytes - 2) as never })
    await client.appendToStream('s', sized(1_048_574))
    await assert.rejects(client.appendToStream('s', sized(1_048_575)), MaxAppendSizeExceededError)
  })

  it('takes an append of nothing, and there is nothing', async () => {
    const { nextExpectedRevision } = await client.appendToStream('empty', [], { expectedRevision: 'no_stream' })
    assert.equal(nextExpectedRevision, 0n)
    await assert.rejects(async () => {
      for await (const _ of client.readStream('empty')) assert.fail('There is an event.')
    }, StreamNotFoundError)
    await assert.rejects(client.appendToStream('empty', noted('a'), { expectedRevision: 0n }), WrongExpectedVersionError)
    await client.appendToStream('empty', noted('a'), { expectedRevision: 'no_stream' })
    assert.equal((await client.appendToStream('empty', [])).nextExpectedRevision, 0n)
  })

  it('takes no event without a type', async () => {
    const nameless = jsonEvent({ type: '', data: {} })
    await assert.rejects(client.appendToStream('s', nameless), /Could not recognize BadRequest/)
  })

  it('hides what was deleted softly, and goes on counting when the stream is written again', async () => {
    await client.appendToStream('s', [noted('a0'), noted('a1')])
    await assert.rejects(client.deleteStream('s', { expectedRevision: 0n }), WrongExpectedVersionError)
    await assert.rejects(client.deleteStream('none'), WrongExpectedVersionError)
    await client.deleteStream('s', { expectedRevision: 1n })
    await assert.rejects(readTexts(client.readStream('s')), StreamNotFoundError)
    await assert.rejects(client.appendToStream('s', noted('a'), { expectedRevision: 'stream_exists' }), StreamDeletedError)
    assert.equal((await client.appendToStream('s', noted('a2'), { expectedRevision: 'no_stream' })).nextExpectedRevision, 2n)
    assert.deepEqual(await readTexts(client.readStream('s')), ['a2'])
  })

  it('refuses everything on a stream that was deleted for good', async () => {
    await client.appendToStream('s', noted('a0'))
    await client.tombstoneStream('s')
    await assert.rejects(readTexts(client.readStream('s')), StreamDeletedError)
    await assert.rejects(client.appendToStream('s', noted('a1')), StreamDeletedError)
    await assert.rejects(client.deleteStream('s'), StreamDeletedError)
  })

  it('includes the position forwards, excludes it backwards, and leaves gaps between positions', async () => {
    await client.appendToStream('s', [noted('a0'), noted('a1'), noted('a2')])
    const [, middle] = server.store.all.map(({ position }) => ({ commit: position, prepare: position }))
    assert.ok(middle)
    assert.deepEqual(await readTexts(client.readAll({ fromPosition: middle })), ['a1', 'a2'])
    assert.deepEqual(await readTexts(client.readAll({ fromPosition: middle, direction: 'backwards' })), ['a0'])
    assert.deepEqual(await readTexts(client.readAll({ fromPosition: 'end', direction: 'backwards', maxCount: 1 })), ['a2'])
    assert.deepEqual(await readTexts(client.readStream('s', { fromRevision: 1n, direction: 'backwards' })), ['a1', 'a0'])
    assert.deepEqual(await readTexts(client.readStream('s', { fromRevision: 9n })), [])
    const gaps = server.store.all.slice(1).map(({ position }, index) => position - (server.store.all[index]?.position ?? 0n))
    assert.ok(gaps.every((gap) => gap > 1n))
  })

  it('filters subscriptions by regular expression and prefix, on streams and types, and tells how far it got', async () => {
    await client.setStreamMetadata('x-1', { maxCount: 2 })
    for (const [stream, text] of [
      ['x-1', 'a0'],
      ['y-1', 'b0'],
      ['x-2', 'b1'],
      ['z-1', 'a1'],
    ] as const) {
      await client.appendToStream(stream, noted(text))
    }
    const seenWith = async (filter: Parameters<typeof client.subscribeToAll>[0]) => {
      const subscription = client.subscribeToAll(filter)
      const seen: unknown[] = []
      subscription.on('data', ({ event }) => seen.push(textOf(event?.data)))
      await new Promise((resolve) => subscription.on('caughtUp', resolve))
      await subscription.unsubscribe()
      return seen
    }
    const checkpoints: bigint[] = []
    const checkpointReached = (_: unknown, { commit }: Readonly<{ commit: bigint }>) => void checkpoints.push(commit)
    assert.equal((await seenWith({})).length, 5)
    assert.deepEqual(await seenWith({ filter: excludeSystemEvents() }), ['a0', 'b0', 'b1', 'a1'])
    assert.deepEqual(await seenWith({ filter: streamNameFilter({ prefixes: ['x-', 'z-'] }) }), ['a0', 'b1', 'a1'])
    assert.deepEqual(await seenWith({ filter: eventTypeFilter({ regex: '^B$', maxSearchWindow: 2, checkpointReached }) }), [
      'b0',
      'b1',
    ])
    const positions = server.store.all.map(({ position }) => position)
    assert.deepEqual(checkpoints, [positions[1], positions[3], positions[4]])
  })

  it('follows one stream, live', async () => {
    await client.appendToStream('s', [noted('a0'), noted('a1')])
    const seen: unknown[] = []
    for await (const { event } of client.subscribeToStream('s', { fromRevision: 0n })) {
      seen.push(textOf(event?.data))
      if (seen.length === 2) break
      await client.appendToStream('other', noted('b'))
      await client.appendToStream('s', noted('a2'), { expectedRevision: 1n })
    }
    assert.deepEqual(seen, ['a1', 'a2'])
  })

  it('tells a client without the password to go away', async () => {
    const guarded = await eventStoreServer({ credentials: { username: 'admin', password: 'changeit' } })
    const stranger = EventStoreDBClient.connectionString(guarded.url)
    await assert.rejects(readTexts(stranger.readStream('s')), AccessDeniedError)
    guarded.stop()
  })
})

const textOf = (data: unknown): unknown => (typeof data === 'object' && data !== null && 'text' in data ? data.text : undefined)

const readTexts = async (
  events: AsyncIterable<Readonly<{ event?: Readonly<{ data: unknown }> }>>,
): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  for await (const { event } of events) found.push(textOf(event?.data))
  return found
}
