import assert from 'node:assert/strict'
import type { Agent } from '../../../src/api/agents/known-agents.ts'
import { factsIn, labelIn, profilesIn } from '../../../src/api/agents/queries.ts'
import { questionsFor } from '../../../src/api/agents/schedule.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const hour = 3_600_000
const agent = (due: Partial<Agent['due']> = {}, platform = 'darwin'): Agent => ({
  ...{ hostId: '1000000', platform, kind: 'osquery' },
  due: { detailAt: now, labelsAt: now, askedAt: 0, refetch: false, ...due },
})
const labels = [
  { label_id: '7', query: 'SELECT 1', platform: null },
  { label_id: '8', query: 'SELECT 2', platform: 'windows' },
]
const asked = (one: Agent, at = now) => Object.keys(questionsFor(one, labels, at).queries)

describe('what an agent is asked', () => {
  it('is nothing while it told all within the hour', () => {
    assert.deepEqual(questionsFor(agent(), labels, now + hour / 2), { queries: {} })
  })

  it('is all when it never told anything, each with the discovery that it needs', () => {
    const { queries, discovery } = questionsFor(agent({ detailAt: null, labelsAt: null }), labels, now)
    assert.deepEqual(Object.keys(queries), [
      'fleet_detail_query_host',
      'fleet_detail_query_mdm_config_profiles_darwin',
      'fleet_detail_query_mdm',
      'fleet_detail_query_disk_encryption_darwin',
      'fleet_label_query_7',
    ])
    assert.deepEqual(Object.keys(discovery ?? {}), [
      'fleet_detail_query_mdm_config_profiles_darwin',
      'fleet_detail_query_mdm',
      'fleet_detail_query_disk_encryption_darwin',
    ])
  })

  it('is asked once, and again when no answer came for a minute', () => {
    const one = agent({ refetch: true })
    assert.equal(asked(one).length, 5)
    assert.deepEqual(asked(one, now + 59_000), [])
    assert.equal(asked(one, now + 60_000).length, 5)
  })

  it('comes due within an hour, and not for all hosts at once', () => {
    const dueAt = (hostId: string) =>
      [0, 1, 2, 3, 4, 5, 6].map((tenth) => asked({ ...agent(), hostId }, now + hour - (tenth * hour) / 60).length > 0)
    assert.ok(dueAt('1000000')[0])
    assert.notDeepEqual(dueAt('1000000'), dueAt('1359999'))
  })
})

describe('what an agent answers', () => {
  it('holds facts, without serial numbers that are none', () => {
    assert.deepEqual(factsIn([{ hardware_serial: '-1', computer_name: 'Mac', os_version: '' }]), { name: 'Mac' })
    assert.deepEqual(factsIn([]), {})
  })

  it('holds profiles with the dates of their installation', () => {
    const rows = [
      { identifier: 'a', display_name: 'A', install_date: '2026-03-01 13:00:00 +0100' },
      { identifier: 'b', install_date: 'yesterday' },
      { display_name: 'nobody' },
    ]
    assert.deepEqual(profilesIn(rows), [
      { identifier: 'a', name: 'A', installedAt: '2026-03-01T12:00:00.000Z' },
      { identifier: 'b', name: null, installedAt: null },
    ])
  })

  it('is about a label when its name says so', () => {
    assert.deepEqual(['fleet_label_query_7', 'fleet_label_query_x', 'fleet_detail_query_host'].map(labelIn), ['7', null, null])
  })
})
