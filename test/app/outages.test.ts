import assert from 'node:assert/strict'
import { outagesToldOnce } from '../../src/app/outages.ts'
import { LogUnavailable } from '../../src/app/ports.ts'
import { eventually } from '../support/eventually.ts'

describe('A store that goes away', () => {
  const lines: string[] = []
  const ending = new AbortController()
  const note = (_: object, message: string): void => void lines.push(message)
  const logger = { info: note, warn: note, error: note }
  let isAway = true
  const probe = (): Promise<void> => (isAway ? Promise.reject(new Error('away')) : Promise.resolve())
  const outages = (isToldElsewhere: boolean) => {
    const told = outagesToldOnce({ logger, clock: () => new Date(), signal: ending.signal, isToldElsewhere, lookMs: 1 })
    told.watch({ 'event log': probe, database: probe })
    return told
  }
  beforeEach(() => {
    lines.length = 0
    isAway = true
  })
  after(() => {
    ending.abort()
  })

  const missed = { err: new LogUnavailable('It is away.') }

  it('is told of once when it goes, and once when it is back', async () => {
    const { logger: calm } = outages(false)
    for (let time = 0; time < 5; time++) calm.error(missed, 'a request failed')
    isAway = false
    await eventually('it is back', () => lines.length === 2)
    assert.deepEqual(lines, [
      'The event log is away: what needs it is answered with 503 until it is back.',
      'The event log is back.',
    ])
  })

  it('is not told of by a process whose kin tells of it, which tells all else', async () => {
    const { logger: quiet } = outages(true)
    for (let time = 0; time < 5; time++) quiet.error(missed, 'a request failed')
    quiet.warn({ err: new Error('other') }, 'something else')
    isAway = false
    const { logger: calm } = outages(false)
    calm.error(missed, 'a request failed')
    await eventually('another is back', () => lines.includes('The event log is back.'))
    assert.deepEqual(lines, [
      'something else',
      'The event log is away: what needs it is answered with 503 until it is back.',
      'The event log is back.',
    ])
  })
})
