import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { eventTypes } from '../../src/domain/event-types.ts'
import type { Recorded } from '../../src/kernel/event.ts'

describe('The types of events', () => {
  it('are those that were ever stored, each in the category of its streams', () => {
    const stored = readdirSync('test/fixtures/events').map(
      (file) => JSON.parse(readFileSync(`test/fixtures/events/${file}`, 'utf8')) as Recorded,
    )
    const known = Object.entries(eventTypes).flatMap(([category, types]) => types.map((type) => `${category} ${type}`))
    assert.deepEqual(known.sort(), [...new Set(stored.map(({ category, type }) => `${category} ${type}`))].sort())
  })
})
