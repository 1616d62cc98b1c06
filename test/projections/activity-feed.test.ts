import assert from 'node:assert/strict'
import fc from 'fast-check'
import { profile } from '../../src/domain/profiles/profile.ts'
import type { ActivityFilter, ActivityRow } from '../../src/projections/activity-feed.ts'
import { activityPage, everyActivity } from '../../src/projections/activity-feed.ts'
import { makeHistory } from '../support/history.ts'
import type { Tables } from './tables.ts'
import { openTables } from './tables.ts'

/** The feed as a slow and obvious twin would cut it out of everything that there is. */
const cut = (all: readonly ActivityRow[], filter: ActivityFilter): readonly ActivityRow[] => {
  const { before, after, since, until, type, actor, hostId, changeSet, order, limit, offset } = filter
  const passing = all.filter(
    (row) =>
      (before === null || row.event_position < before) &&
      (after === null || row.event_position > after) &&
      (since === null || row.at >= since) &&
      (until === null || row.at <= until) &&
      (type === null || row.activity === type) &&
      (actor === null || (row.actor_kind === 'admin' && row.actor_id.toLowerCase().includes(actor.toLowerCase()))) &&
      (hostId === null || row.host_id === hostId) &&
      (changeSet === null || row.correlation_id === changeSet),
  )
  return (order === 'asc' ? passing : passing.toReversed()).slice(offset, offset + limit)
}

describe('the feed of a long history', function () {
  this.timeout(120_000)
  let tables: Tables
  let all: readonly ActivityRow[]
  let hostIds: readonly string[]

  before(async () => {
    tables = await openTables()
    hostIds = (await makeHistory('a feed', { events: 600, hosts: 6, teams: 2, profiles: 6 }, tables.log)).hostIds
    for (const [id, family, kind] of [
      ['w1', 'windows', 'profile'],
      ['d1', 'apple', 'declaration'],
      ['d2', 'apple', 'declaration'],
    ] as const) {
      const version = {
        name: id,
        identifier: id,
        checksum: id,
        scope: 'System',
        size: 1,
        payloadTypes: [],
        content: { gzip: '' },
      } as const
      await tables.tell(profile, id, { type: 'UploadProfile', data: { ...version, teamId: '0', family, kind } })
      await tables.tell(profile, id, { type: 'EditProfile', data: { ...version, checksum: 'new' } })
    }
    await tables.tell(profile, 'd2', { type: 'DeleteProfile', data: { because: 'asked' } })
    await tables.project()
    all = await tables.read(activityPage({ ...everyActivity, order: 'asc', limit: 10_000 }))
  })
  after(() => tables.close())

  it('is cut into the same pages as by a slow twin, whatever is asked for', async () => {
    const types = [...new Set(all.map(({ activity }) => activity)), 'created_profile', 'unheard_of']
    for (const type of ['edited_windows_profile', 'created_declaration_profile', 'deleted_macos_profile'])
      assert.ok(types.includes(type), `The feed has ${type}.`)
    const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null, freq: 2 })
    const position = orNull(fc.constantFrom(...all.map(({ event_position }) => event_position)))
    const time = orNull(fc.constantFrom(...all.map(({ at }) => at), '2000-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z'))
    const filters = fc.record({
      before: position,
      after: position,
      since: time,
      until: time,
      type: orNull(fc.constantFrom(...types)),
      actor: orNull(fc.constantFrom('ada', 'HIST', 'd', 'nobody')),
      hostId: orNull(fc.constantFrom(...hostIds)),
      changeSet: orNull(fc.constantFrom(...all.map(({ correlation_id }) => correlation_id))),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.integer({ min: 1, max: 30 }),
      offset: fc.constantFrom(0, 0, 1, 7),
    })
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        assert.deepEqual(await tables.read(activityPage(filter)), cut(all, filter))
      }),
      { numRuns: 400 },
    )
  })

  it('names what the entries are about as it is called now', () => {
    const edited = all.find(({ activity }) => activity === 'edited_windows_profile')
    assert.deepEqual([edited?.profile_name, edited?.profile_identifier, edited?.team_id], ['w1', 'w1', '0'])
    assert.ok(all.some(({ host_id, host_serial }) => host_id !== null && host_serial?.startsWith('S') === true))
  })
})
