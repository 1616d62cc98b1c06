import assert from 'node:assert/strict'
import { mustBePosition, positionOf, recorded, written } from '../../src/adapters/event-envelope.ts'
import { fact, metadata } from '../contracts/event-log-samples.ts'

describe('An append on its way into the log', () => {
  it('is refused when it holds no events', () => {
    assert.throws(() => written('host-1', [], 'no_stream'), /append to host-1 holds no events/)
  })

  it('is refused when an event id is no UUID', () => {
    assert.throws(() => written('host-1', [{ ...fact('one'), eventId: 'seven' }], 'no_stream'), /"seven" is not a UUID/)
  })

  it('is refused when it holds an event id twice, however it is spelled', () => {
    const event = { ...fact('one'), eventId: '0B0E0F00-0000-4000-8000-00000000000A' }
    assert.throws(
      () => written('host-1', [event, { ...event, eventId: event.eventId.toLowerCase() }], 'no_stream'),
      /the same event id twice/,
    )
  })

  it('is measured in bytes of UTF-8, metadata included', () => {
    const { bytes } = written('host-1', [{ ...fact('one'), data: { text: 'ä€' } }], 'no_stream')
    assert.equal(bytes, '{"text":""}'.length + 5 + JSON.stringify(metadata).length)
  })
})

describe('An event out of the log', () => {
  it('has its stream apart, and the time of its metadata', () => {
    const eventId = '0b0e0f00-0000-4000-8000-00000000000a'
    assert.deepEqual(
      recorded({ position: '1', stream: 'host-a-b', revision: 3, eventId, type: 'HostSeen', data: { a: 1 }, metadata }),
      {
        position: '1',
        category: 'host',
        id: 'a-b',
        revision: 3,
        eventId,
        type: 'HostSeen',
        data: { a: 1 },
        metadata,
        at: metadata.at,
      },
    )
  })
})

describe('A position', () => {
  it('sorts as text the way its number does', () => {
    assert.equal(positionOf('12'), '00000000000000000012')
    assert.ok(positionOf(9) < positionOf(10) && positionOf('9223372036854775807') > positionOf(10))
  })

  it('of another engine is refused', () => {
    for (const foreign of ['12', '0000000000000000001x', '00000000000000000001/00000000000000000001']) {
      assert.throws(() => mustBePosition(foreign), /is not a position in this event log/)
    }
  })
})
