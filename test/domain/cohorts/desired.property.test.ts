import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { LabelNature, Place } from '../../../src/domain/cohorts/desired.ts'
import { cohortOf, desiredOf } from '../../../src/domain/cohorts/desired.ts'
import type { Setting } from '../../../src/domain/profiles/setting.ts'
import { judge } from '../../projections/cohorts-twin.ts'

const labelIds = ['a', 'b', 'c', 'd'] as const
const some = fc.subarray([...labelIds])

const natures: fc.Arbitrary<ReadonlyMap<string, LabelNature>> = fc
  .record(Object.fromEntries(labelIds.map((id) => [id, fc.record({ dynamic: fc.boolean(), deleted: fc.boolean() })])))
  .map((all) => new Map(Object.entries(all)))

const setting: fc.Arbitrary<Setting> = fc
  .record({
    team: fc.constantFrom('0', '1'),
    family: fc.constantFrom('apple' as const, 'windows' as const),
    includeAll: some,
    includeAny: some,
    excludeAny: some,
  })
  .map(({ team, family, ...targets }) => ({
    ...{ profileId: 'p', teamId: team, family, kind: 'profile', name: 'n', identifier: 'i', scope: 'System', checksum: 'c' },
    ...{ targets, createdAt: '', since: '', secretsAt: null },
  }))

const place: fc.Arbitrary<Place> = fc
  .record({ family: fc.constantFrom('apple', 'windows', 'none'), labels: some, known: some })
  .map(({ family, labels, known }) => ({ family, teamId: '1', enrolled: true, labels: new Set(labels), known: new Set(known) }))

describe('what a cohort is to have', () => {
  it('is what its hosts would be told one by one', () => {
    fc.assert(
      fc.property(natures, fc.array(setting, { maxLength: 5 }), place, (labels, settings, host) => {
        const ofTeam = settings.filter(({ teamId }) => teamId === '1')
        const told = desiredOf(cohortOf(host, ofTeam), ofTeam, labels).map(({ mode, targets }) => ({ mode, targets }))
        const expected = ofTeam
          .filter(({ family }) => family === host.family)
          .map(({ targets }) => ({ mode: judge(targets, labels, { member: [...host.labels], known: [...host.known] }), targets }))
          .filter(({ mode }) => mode !== 'unwanted')
        assert.deepEqual(told, expected)
      }),
      { numRuns: 3000 },
    )
  })
})
