import assert from 'node:assert/strict'
import { isSameJudgement, judge } from '../../../src/domain/explanation/judging.ts'
import { judge as twin } from '../../projections/cohorts-twin.ts'
import { random } from '../../../src/simulators/random.ts'

const ids = ['a', 'b', 'c', 'd'] as const

describe('What a host is to have of a team, by labels', () => {
  it('is judged as the cohorts are, whatever the labels', () => {
    const luck = random('judging')
    const modes = new Set<string>()
    for (let round = 0; round < 5_000; round++) {
      const some = () => ids.filter(() => luck.chance(0.4))
      const targets = { includeAll: some(), includeAny: luck.chance(0.5) ? some() : [], excludeAny: some() }
      const labels = new Map(ids.map((id) => [id as string, { dynamic: luck.chance(0.5), deleted: luck.chance(0.15) }]))
      const [members, known] = [some(), some()]
      const judged = judge({
        profile: { teamId: '7', family: 'apple', targets, deleted: false },
        ...{ platform: 'ios', teamId: '7', members: new Set(members), known: new Set(known), labels },
      })
      assert.equal(judged.mode, twin(targets, labels, { member: members, known }), JSON.stringify({ targets, members, known }))
      assert.ok(isSameJudgement(judged, judged))
      modes.add(`${judged.mode} ${judged.ground.kind}`)
    }
    assert.deepEqual([...modes].sort(), [
      'held not-known',
      'kept broken',
      'unwanted excluded',
      'unwanted lacking',
      'unwanted not-included',
      'wanted fits',
    ])
  })
})
