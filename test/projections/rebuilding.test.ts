import assert from 'node:assert/strict'
import { fillLog } from '../../bench/support/filling.ts'
import { host } from '../../src/domain/host/host.ts'
import { profile } from '../../src/domain/profiles/profile.ts'
import { team } from '../../src/domain/teams/team.ts'
import { query } from '../../src/kernel/query.ts'
import { allProjections } from '../../src/projections/all.ts'
import { cohortsOf, desiredSets, profileStatusCounts } from '../../src/projections/rollout.ts'
import { testApp, testCause } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'

const hosts = 40
const teamId = '77'

const tables = allProjections.flatMap((projection) => ('on' in projection ? [projection.name] : projection.tables))

describe('The read models of a fleet with a history', function () {
  this.timeout(60_000)
  let test: Awaited<ReturnType<typeof testApp>>

  const everyRow = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const dumps = tables.map(async (table) => {
      const question = {
        ...query<Readonly<{ row: string }>>``,
        text: `select to_jsonb(t)::text as row from ${table} t order by 1`,
      }
      return [table, (await test.app.read(question)).map(({ row }) => row)] as const
    })
    return Object.fromEntries(await Promise.all(dumps))
  }

  const caughtUp = async (): Promise<void> => {
    assert.equal(await test.app.caughtUp({ position: await test.app.log.head() }), true)
  }

  const upload = (id: string, home: string, name: string) =>
    test.app.execute(
      profile,
      id,
      {
        type: 'UploadProfile',
        data: {
          teamId: home,
          family: 'apple',
          name,
          identifier: `com.example.${name}`,
          scope: 'System',
          checksum: name,
          size: 1,
          payloadTypes: [],
          content: { gzip: '' },
        },
      },
      testCause(),
    )

  before(async () => {
    test = await testApp()
    const { app } = test
    await fillLog(app.log, { from: 0, to: hosts, profiles: 3 })
    await app.execute(team, teamId, { type: 'CreateTeam', data: { name: 'Team', description: '' } }, testCause())
    await upload('a-one', '0', 'one')
    await upload('a-two', teamId, 'two')
    await caughtUp()
    const known = await app.read(query<Readonly<{ host_id: string }>>`select host_id from hosts order by host_id`)
    for (const [index, { host_id }] of known.entries()) {
      if (index % 2 === 0)
        await app.execute(host, host_id, { type: 'TransferHost', data: { teamId, because: 'asked' } }, testCause())
      if (index % 5 === 0)
        await app.execute(host, host_id, { type: 'EndEnrollment', data: { because: 'checked-out' } }, testCause())
    }
    await app.execute(profile, 'a-one', { type: 'DeleteProfile', data: { because: 'asked' } }, testCause())
    await upload('a-three', '0', 'three')
    await caughtUp()
  })
  after(() => test.stop())

  it('count what is pending the moment that the upload is read', async () => {
    const [counts] = await test.app.read(profileStatusCounts('a-two'))
    assert.deepEqual(counts, { verified: 0, verifying: 0, failed: 0, pending: 16 })
  })

  it('give each host the set of its team', async () => {
    const known = await test.app.read(query<Readonly<{ host_id: string; team_id: string }>>`select host_id, team_id from hosts`)
    const places = await test.app.read(cohortsOf(known.map(({ host_id }) => host_id)))
    assert.equal(places.length, hosts - 8)
    const sets = await test.app.read(desiredSets([...new Set(places.map(({ cohort_id }) => cohort_id))]))
    for (const { host_id, cohort_id } of places) {
      const home = known.find((one) => one.host_id === host_id)?.team_id
      const desired = sets.filter((set) => set.cohort_id === cohort_id).map(({ profile_id }) => profile_id)
      assert.deepEqual(desired, home === teamId ? ['a-two'] : ['a-three'])
    }
  })

  it('are the same, row for row, when they are dropped and filled anew in one go', async () => {
    const before = await everyRow()
    const { readModels } = test.app
    await readModels.rebuild(readModels.names)
    await eventually('all are filled anew', async () => {
      const states = (await readModels.states()).filter(({ name }) => readModels.names.includes(name))
      return states.length === readModels.names.length && states.every(({ generation, shown }) => generation > 1 && shown)
    })
    assert.deepEqual(await everyRow(), before)
  })
})
