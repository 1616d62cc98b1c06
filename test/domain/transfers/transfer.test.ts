import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { Tally, TransferEvent } from '../../../src/domain/transfers/events.ts'
import { asLines, hostIdsIn } from '../../../src/domain/transfers/host-list.ts'
import { sumOf, tallyOf } from '../../../src/domain/transfers/tally.ts'
import { batchesLeft, transfer } from '../../../src/domain/transfers/transfer.ts'
import { work } from '../../../src/domain/transfers/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given } from '../../support/given.ts'
import { enrolled } from '../../support/host-stories.ts'

const data = { teamId: '7', hosts: 5, batchSize: 2, list: { gzip: '' } }
const requested: TransferEvent = { type: 'TransferRequested', data }
const moved = (count: number): Tally => ({ moved: count, alreadyThere: 0, left: [] })
const over = (batch: number, tally: Tally, done: number): TransferEvent => ({
  type: 'TransferContinued',
  data: { ...tally, batch, done },
})
const left: Tally = { moved: 1, alreadyThere: 0, left: [{ because: 'forgotten', hosts: 1, hostIds: ['4'] }] }

describe('a transfer of many hosts', () => {
  it('is asked for once', () => {
    given(transfer, []).when({ type: 'RequestTransfer', data }).then([requested]).andAgainNothing()
  })

  it('is carried out in batches, each a work of its own', () => {
    const event = { ...requested, id: 'T' } as Recorded<OfType<TransferEvent, 'TransferRequested'>>
    assert.deepEqual(
      work.TransferRequested?.(event).map(({ kind, key }) => `${kind} ${key}`),
      ['transfer-hosts T/0', 'transfer-hosts T/1', 'transfer-hosts T/2'],
    )
  })

  it('ends with the last batch, whichever that is, and says what became of all hosts', () => {
    given(transfer, [requested])
      .when({ type: 'NoteBatch', data: { ...moved(1), batch: 2 } })
      .then([over(2, moved(1), 1)])
      .andAgainNothing()
      .when({ type: 'NoteBatch', data: { ...left, batch: 0 } })
      .then([over(0, left, 3)])
      .thenState((state) => {
        assert.deepEqual(batchesLeft(state), [1])
      })
      .when({ type: 'NoteBatch', data: { ...moved(2), batch: 1 } })
      .then([over(1, moved(2), 5), { type: 'TransferEnded', data: { ...left, moved: 4 } }])
      .andAgainNothing()
  })

  it('that nobody asked for has no batches', () => {
    given(transfer, [])
      .when({ type: 'NoteBatch', data: { ...moved(1), batch: 0 } })
      .thenRejected('not-found')
    assert.deepEqual(batchesLeft(transfer.initial), [])
  })

  it('keeps the ids of its hosts in their order', () => {
    assert.deepEqual(hostIdsIn(asLines(['3', '1', '2'])), ['3', '1', '2'])
  })
})

describe('what became of the hosts of a transfer', () => {
  it('is counted by reason, and some of those that were left are named', () => {
    const many = Array.from({ length: 30 }, (_, index) => [String(index), 'forgotten'] as const)
    const tally = tallyOf([...many, ['a', 'moved'], ['b', 'already-there'], ['c', 'moved-since'], ['d', 'moved']])
    assert.deepEqual([tally.moved, tally.alreadyThere], [2, 1])
    assert.deepEqual(
      tally.left.map(({ because, hosts, hostIds }) => [because, hosts, hostIds.length]),
      [
        ['forgotten', 30, 20],
        ['moved-since', 1, 1],
      ],
    )
    const twice = sumOf(tally, tally)
    assert.deepEqual(
      [twice.moved, twice.alreadyThere, ...twice.left.map(({ hosts, hostIds }) => [hosts, hostIds.length])],
      [4, 2, [60, 20], [2, 2]],
    )
  })
})

describe('a host that a transfer of many is to move', () => {
  const [early, asked, late] = ['2026-03-01T12:00:01.000Z', '2026-03-01T12:00:02.000Z', '2026-03-01T12:00:03.000Z']
  const move = (teamId: string, id: string, askedAt: string, from?: string) =>
    ({
      type: 'TransferHost',
      data: { teamId, because: 'asked', ...(from !== undefined && { from }), transfer: { id, askedAt } },
    }) as const
  const byHand = (teamId: string, at: string) =>
    ({ type: 'HostTransferred', at, data: { teamId, from: '0', because: 'asked' } }) as const

  it('goes once, and its history says by which transfer, and when that was asked for', () => {
    given(host, enrolled())
      .when(move('7', 'T', asked))
      .then([
        { type: 'HostTransferred', data: { teamId: '7', from: '0', because: 'asked', transfer: { id: 'T', askedAt: asked } } },
      ])
      .andAgainNothing()
  })

  it('goes where it was moved by hand before, and stays where it was moved by hand since', () => {
    given(host, [...enrolled(), byHand('8', early)])
      .when(move('7', 'T', asked))
      .thenState(({ membership }) => assert.equal(membership.teamId, '7'))
    given(host, [...enrolled(), byHand('8', late)])
      .when(move('7', 'T', asked))
      .thenNothing()
  })

  it('goes by whichever transfer was asked for last, in whatever order they come to it', () => {
    const [one, other] = [move('7', 'T', early), move('8', 'U', asked)]
    for (const order of [
      [one, other],
      [other, one],
    ]) {
      const [first, second] = order
      assert.ok(first !== undefined && second !== undefined)
      given(host, enrolled())
        .when(first)
        .when(second)
        .thenState(({ membership }) => assert.equal(membership.teamId, '8'))
    }
  })

  it('goes although its team was deleted since: that is nobody’s word about the host', () => {
    const dissolved = { type: 'HostTransferred', at: late, data: { teamId: '0', from: '8', because: 'team-deleted' } } as const
    given(host, [...enrolled(), byHand('8', early), dissolved])
      .when(move('7', 'T', asked))
      .thenState(({ membership }) => assert.equal(membership.teamId, '7'))
  })

  it('stays when it is not where it was to be taken from, or was forgotten meanwhile', () => {
    given(host, [...enrolled(), byHand('8', early)])
      .when(move('7', 'T', asked, '9'))
      .thenNothing()
    const forgotten = { type: 'HostForgotten', at: late, data: { because: 'asked', reason: '', times: 1 } } as const
    given(host, [...enrolled(), forgotten])
      .when(move('7', 'T', asked))
      .thenNothing()
  })
})
