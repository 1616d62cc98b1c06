import assert from 'node:assert/strict'
import type { Host } from '../../src/domain/host/host.ts'
import { host } from '../../src/domain/host/host.ts'
import type { EventLog } from '../../src/app/ports.ts'
import { random } from '../../src/simulators/random.ts'
import { allProjections } from '../../src/projections/all.ts'
import { hostCount, hostIdsPassing } from '../../src/projections/host-directory.ts'
import type { History } from '../support/history.ts'
import { makeHistory } from '../support/history.ts'
import { cohortsAsToldBy } from './cohorts-twin.ts'
import type { Tables } from './tables.ts'
import { openTables, tableNames } from './tables.ts'

describe('the read models of a long history', function () {
  this.timeout(60_000)
  let tables: Tables
  let history: History
  beforeEach(async () => {
    tables = await openTables()
    history = await makeHistory('a year', undefined, tables.log)
  })
  afterEach(() => tables.close())

  it('are the same when every batch comes twice, when they are filled anew, and whatever the size of a batch', async () => {
    await tables.runOnce(97, twice(tables.log))
    const once = await tables.allRows()
    for (const name of tableNames) assert.ok((once[name]?.length ?? 0) > 0, `The table ${name} shows something.`)
    for (const batchSize of [1500, 211]) {
      await tables.store.rebuild(allProjections)
      await tables.runOnce(batchSize)
      assert.deepEqual(await tables.allRows(), once)
    }
  })

  it('are the same when the tail is replayed over those of one row per event', async () => {
    const events = await tables.log.readAll({ after: null, limit: 10_000 })
    await tables.project()
    const once = await tables.allRows()
    for (const tail of [700, 90, 1]) {
      const from = events.at(-tail - 1)?.position ?? ''
      await tables.sql(`update projection_state set position = '${from}' where name <> 'cohorts'`)
      await tables.runOnce(64)
      assert.deepEqual(await tables.allRows(), once)
    }
  })

  it('know each cohort as a slow and obvious twin does, after every batch', async () => {
    const luck = random('batches')
    const told = []
    for (;;) {
      const batch = await tables.project(1 + luck.below(80))
      if (batch.length === 0) break
      told.push(...batch)
      const twin = cohortsAsToldBy(told)
      for (const table of ['cohort_hosts', 'cohorts', 'desired_profiles', 'spared_profiles'] as const)
        assert.deepEqual(sorted(await tables.rows(table)), sorted(twin[table]), `${table} after ${String(told.length)} events`)
    }
    assert.ok(told.length >= 1500)
  })

  it('say of each host what its own stream says', async () => {
    await tables.project()
    for (const hostId of history.hostIds) {
      const { state } = await history.load(host, hostId)
      if (state.enrollment.stage === 'never') continue
      const shown = await Promise.all(
        ['hosts', 'host_profiles', 'waiting_commands', 'enrollments'].map((name) => ofHost(name, hostId)),
      )
      assert.deepEqual(shown, rowsOf(state))
    }
  })

  it('count the hosts on which a setting stands so as they list them, after every batch', async () => {
    const luck = random('counts')
    const everything = {
      text: null,
      teamIds: null,
      settings: null,
      labelId: null,
      presence: null,
      stages: null,
      platform: null,
      osVersion: null,
    }
    let counted = 0
    for (;;) {
      const batch = await tables.project(1 + luck.below(300))
      if (batch.length === 0) break
      const profiles = new Set(
        (await tables.rows('host_profiles')).flatMap((row) => ('profile_id' in row ? [String(row.profile_id)] : [])),
      )
      for (const profileId of profiles)
        for (const profileStatus of ['verified', 'verifying', 'pending', 'failed'] as const) {
          const filter = { ...everything, profileId, profileStatus, now: '2026-03-01T12:00:00.000Z' }
          const [row] = await tables.read(hostCount(filter))
          assert.equal(row?.count, (await tables.read(hostIdsPassing(filter, '', 1000))).length, profileStatus)
          counted += row?.count ?? 0
        }
    }
    assert.ok(counted > 0)
  })

  const ofHost = async (table: string, hostId: string): Promise<unknown> =>
    (await tables.rows(table))
      .filter((row) => 'host_id' in row && row.host_id === hostId)
      .map((row) => compared(table, row))
      .sort(byText)
})

/** A log that delivers every batch twice, and a part of it once more. */
const twice = (log: EventLog): EventLog => ({
  ...log,
  async *subscribe(options) {
    for await (const batch of log.subscribe(options)) {
      yield batch
      yield batch.slice(-3)
      yield batch
    }
  },
})

const byText = (one: unknown, other: unknown): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
const sorted = (rows: readonly object[]): readonly object[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).sort())).sort(byText)

/** What a table and the stream's own state both know. */
const compared = (table: string, row: object): unknown => {
  const { [table]: columns = [] } = both
  return columns.map((column) => (row as Readonly<Record<string, unknown>>)[column])
}

const both: Readonly<Record<string, readonly string[]>> = {
  hosts: ['platform', 'team_id', 'stage', 'os_version'],
  host_profiles: ['profile_id', 'identifier', 'checksum', 'scope', 'operation', 'status', 'command_id'],
  waiting_commands: ['command_id', 'channel', 'request'],
  enrollments: ['channel', 'enrollment_id', 'token_at'],
}

const rowsOf = ({ enrollment, membership, hostProfiles, commands }: Host): unknown => [
  [[enrollment.platform, membership.teamId, enrollment.stage, enrollment.facts.osVersion]],
  Object.entries(hostProfiles)
    .map(([profileId, has]) => [profileId, has.identifier, has.checksum, has.scope, has.operation, has.status, has.commandId])
    .sort(byText),
  [...commands.waiting].map(([commandId, { channel, request }]) => [commandId, channel, request]).sort(byText),
  Object.entries(enrollment.channels)
    .map(([channel, { enrollmentId, tokenSince }]) => [channel, enrollmentId, tokenSince])
    .sort(byText),
]
