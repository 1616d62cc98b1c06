import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EventLog, NewEvent } from '../../src/app/ports.ts'
import { RevisionConflict } from '../../src/app/ports.ts'
import type { Metadata, Position, Recorded } from '../../src/kernel/event.ts'

export const metadata: Metadata = {
  $correlationId: 'correlation',
  $causationId: 'causation',
  actor: { kind: 'admin', id: 'ada@example.org' },
  at: '2026-01-02T03:04:05.678Z',
  hostIds: ['1', '2'],
}

export const aStream = (): string => `contract-${randomUUID()}`

export const fact = (text: string): NewEvent => ({ type: 'ContractTested', data: { text }, eventId: randomUUID(), metadata })

export const facts = (text: string, count: number): readonly NewEvent[] =>
  Array.from({ length: count }, (_, index) => fact(`${text}${String(index)}`))

export const texts = (events: readonly Readonly<{ data: object }>[]): readonly string[] =>
  events.map(({ data }) => ('text' in data ? String(data.text) : ''))

export const summary = (events: readonly Recorded[]) => events.map((event) => [event.revision, ...texts([event])])

export const of = (streams: readonly string[], events: readonly Recorded[]): readonly Recorded[] =>
  events.filter(({ category, id }) => streams.includes(`${category}-${id}`))

export const assertInOrder = (events: readonly Recorded[], after: Position | null): void => {
  let last = after ?? ''
  for (const { position } of events) {
    assert.ok(position > last, `${position} came after ${last}`)
    last = position
  }
}

export const assertConflict = (
  append: Promise<unknown>,
  { stream, expected, actual }: Readonly<Pick<RevisionConflict, 'stream' | 'expected' | 'actual'>>,
): Promise<void> =>
  assert.rejects(append, (error) => {
    assert.ok(error instanceof RevisionConflict, String(error))
    assert.deepEqual([error.stream, error.expected, error.actual], [stream, expected, actual])
    return true
  })

type Collecting = Readonly<{ after: Position | null; streams: readonly string[]; count: number; maxBatch?: number }>

/** Subscribes until `count` events of these streams have come; answers with them. */
export const collect = async (log: EventLog, { streams, count, ...options }: Collecting): Promise<readonly Recorded[]> => {
  const stop = new AbortController()
  const seen: Recorded[] = []
  for await (const batch of log.subscribe({ ...options, signal: stop.signal })) {
    seen.push(...of(streams, batch))
    if (seen.length >= count) stop.abort()
  }
  return seen
}
