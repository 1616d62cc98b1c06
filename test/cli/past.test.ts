import assert from 'node:assert/strict'
import { UsageError } from '../../src/cli/access.ts'
import { diffTable, segmentsTable, wantedOf } from '../../src/cli/past.ts'

const entry = (minute: number, type = 'HostLocked') => ({
  at: `2026-03-01T12:0${String(minute)}:00.000Z`,
  position: String(minute).padStart(20, '0'),
  type,
})

const because = {
  ...entry(3),
  ...{ revision: 3, sentence: 'The host is locked.', why: null, correlation_id: 'c' },
  actor: { kind: 'admin', id: 'ada' },
}

describe('the past on the command line', () => {
  it('takes the part of a history that is wanted, both ends included, by time or by position', () => {
    const minutes = (filter: Parameters<typeof wantedOf>[0]) => [1, 2, 3, 4].filter((minute) => wantedOf(filter)(entry(minute)))
    assert.deepEqual(minutes({}), [1, 2, 3, 4])
    assert.deepEqual(minutes({ from: '2026-03-01T12:02:00Z', to: '2026-03-01T13:03:00+01:00' }), [2, 3])
    assert.deepEqual(minutes({ from: entry(2).position, to: entry(3).position }), [2, 3])
    assert.deepEqual(minutes({ from: '2026-03-02' }), [])
    assert.throws(() => wantedOf({ from: 'yesterday' }), UsageError)
  })

  for (const time of ['2026-11-30T20:00', '2026-11-30T20:00:00', '2026-11-30 20:00', '2026-11-30T20:00:00.5'])
    it(`says what a time lacks that tells no zone: ${time} [case N1]`, () => {
      assert.throws(() => wantedOf({ to: time }), /is told without its zone: write 2026-11-30T20:00.*Z for UTC/)
    })

  it('shows what is different, with the event behind each change', () => {
    const asOf = { asked: '', events: 1, position: '', revision: 0, at: '' }
    const changes = [{ path: 'custody/status', before: 'unlocked', after: null, because }]
    const text = diffTable({ host_id: 7, from: asOf, to: asOf, changes, events_between: 2 })
    assert.match(text, /custody\/status {2}unlocked {2}- {3}2026-03-01 12:03:00Z {2}The host is locked\. {2}admin ada/)
    assert.match(
      diffTable({ host_id: 7, from: asOf, to: asOf, changes: [], events_between: 2 }),
      /^Nothing is different; 2 events/,
    )
  })

  it('shows a lifetime', () => {
    const segment = { from: because.at, to: null, kind: 'locked', epoch: 2, team_id: 4, team_name: 'Design', because } as const
    assert.match(segmentsTable([segment]), /2026-03-01 12:03:00Z {2}- {3}locked {2}2 {11}Design {2}The host is locked\./)
  })
})
