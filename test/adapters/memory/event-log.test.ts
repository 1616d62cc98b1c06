import assert from 'node:assert/strict'
import { memoryEventLog } from '../../../src/adapters/memory/event-log.ts'
import { LogUnavailable } from '../../../src/app/ports.ts'
import { eventLogContract } from '../../contracts/event-log.contract.ts'

eventLogContract('memory', async () => {
  const log = memoryEventLog()
  return { log, close: () => log.close() }
})

describe('The memory event log', () => {
  it('has no head while it is empty', async () => {
    const log = memoryEventLog()
    assert.equal(await log.head(), null)
    assert.deepEqual(await log.readAll({ after: null, limit: 10 }), [])
  })

  it('is unavailable, and ends its subscriptions, once closed', async () => {
    const log = memoryEventLog()
    const next = log.subscribe({ after: null, signal: new AbortController().signal })[Symbol.asyncIterator]().next()
    await log.close()
    assert.equal((await next).done, true)
    await assert.rejects(log.head(), LogUnavailable)
  })
})
