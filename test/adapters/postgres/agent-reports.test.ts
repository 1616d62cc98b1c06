import assert from 'node:assert/strict'
import type { TestApp } from '../../support/app.ts'
import { testApp } from '../../support/app.ts'

describe('The times of agents’ reports', function () {
  this.timeout(60_000)
  let rig: TestApp

  before(async () => {
    rig = await testApp()
  })
  after(() => rig?.stop())

  it('are null until a host reports, and then as they were noted, each by itself', async () => {
    const { agentReports } = rig.app
    assert.deepEqual(await agentReports.last('1'), { detailAt: null, labelsAt: null })
    const at = Date.parse('2026-03-01T12:00:00.123Z')
    await agentReports.note('1', { detailAt: at, labelsAt: null })
    assert.deepEqual(await agentReports.last('1'), { detailAt: at, labelsAt: null })
    await agentReports.note('1', { detailAt: null, labelsAt: at + 5 })
    assert.deepEqual(await agentReports.last('1'), { detailAt: at, labelsAt: at + 5 })
  })
})
