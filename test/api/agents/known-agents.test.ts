import assert from 'node:assert/strict'
import { keyHashOf, knownAgents } from '../../../src/api/agents/known-agents.ts'
import type { App } from '../../../src/app/app.ts'

describe('The keys of agents', () => {
  let now: Date
  let asked: number
  let rows: readonly object[]

  const known = () => {
    now = new Date('2026-03-01T12:00:00.000Z')
    ;[asked, rows] = [0, []]
    const read = (() => {
      asked++
      return Promise.resolve(rows)
    }) as unknown as App['read']
    const agentReports = { last: () => Promise.resolve({ detailAt: null, labelsAt: null }), note: () => Promise.resolve() }
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const agents = knownAgents({ read, agentReports, logger, clock: () => now })
    agents.stop()
    return agents
  }

  it('that are nobody’s are looked up once in ten seconds', async () => {
    const agents = known()
    for (let times = 0; times < 5; times++) assert.equal(await agents.find('stranger'), null)
    assert.equal(asked, 1)
    now = new Date(now.getTime() + 10_001)
    rows = [{ key_hash: keyHashOf('stranger'), host_id: '1', agent: 'osquery', platform: 'darwin' }]
    assert.equal((await agents.find('stranger'))?.hostId, '1')
    assert.equal(asked, 2)
  })

  it('that were given out just now are believed at once', async () => {
    const agents = known()
    assert.equal(await agents.find('new'), null)
    agents.remember('new', { hostId: '2', platform: 'darwin', kind: 'orbit' })
    assert.equal((await agents.find('new'))?.hostId, '2')
  })

  it('that are known are not looked up again', async () => {
    const agents = known()
    rows = [{ key_hash: keyHashOf('known'), host_id: '1', agent: 'osquery', platform: 'darwin' }]
    await agents.find('known')
    await agents.find('known')
    assert.equal(asked, 1)
  })
})
