import assert from 'node:assert/strict'
import type { NameEvent } from '../../../src/domain/names/events.ts'
import { names } from '../../../src/domain/names/names.ts'
import { work } from '../../../src/domain/names/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given } from '../../support/given.ts'

const claimed = (holder: string, ...held: readonly string[]): NameEvent => ({
  type: 'NamesClaimed',
  data: { holder, names: held },
})
const claim = (holder: string, ...wanted: readonly string[]) => ({ type: 'ClaimNames', data: { holder, names: wanted } }) as const

describe('names', () => {
  it('are claimed once', () => {
    given(names, [])
      .when(claim('one', 'Office', 'com.example.office'))
      .then([claimed('one', 'Office', 'com.example.office')])
      .andAgainNothing()
  })

  it('are not given to a second holder, not even one of them', () => {
    given(names, [claimed('one', 'Office', 'com.example.office')])
      .when(claim('two', 'Home', 'com.example.office'))
      .thenRejected('name-taken')
  })

  it('may be changed by their holder, which gives the old ones back', () => {
    given(names, [claimed('one', 'Office')])
      .when(claim('one', 'Studio'))
      .then([claimed('one', 'Studio')])
      .when(claim('two', 'Office'))
      .then([claimed('two', 'Office')])
  })

  it('are given back once, and are free then', () => {
    given(names, [claimed('one', 'Office')])
      .when({ type: 'ReleaseNames', data: { holder: 'one' } })
      .then([{ type: 'NamesReleased', data: { holder: 'one' } }])
      .andAgainNothing()
      .when(claim('two', 'Office'))
      .then([claimed('two', 'Office')])
  })

  it('are looked after two minutes later, in case their holder never comes', () => {
    const event = { ...claimed('one', 'Office'), id: 'teams', at: '2026-03-01T12:00:00.000Z' }
    assert.deepEqual(work.NamesClaimed?.(event as Recorded<OfType<NameEvent, 'NamesClaimed'>>), [
      { kind: 'release-names', key: 'teams/one', dueAt: '2026-03-01T12:02:00.000Z' },
    ])
  })
})
