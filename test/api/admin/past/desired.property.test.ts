import assert from 'node:assert/strict'
import { cohortIdOf, desiredThen } from '../../../../src/api/admin/cohorts/desired.ts'
import { lookingBack } from '../../../../src/api/admin/past/looking-back.ts'
import type { Moment } from '../../../../src/app/moment.ts'
import { belongs } from '../../../../src/app/moment.ts'
import type { HostCommand } from '../../../../src/domain/host/host.ts'
import { host } from '../../../../src/domain/host/host.ts'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import { label } from '../../../../src/domain/labels/label.ts'
import type { ProfileCommand } from '../../../../src/domain/profiles/profile.ts'
import { profile } from '../../../../src/domain/profiles/profile.ts'
import type { AnyCommand, AnyEvent, Recorded } from '../../../../src/kernel/event.ts'
import type { Decider } from '../../../../src/kernel/decider.ts'
import { Rejection } from '../../../../src/kernel/rejection.ts'
import type { Random } from '../../../../src/simulators/random.ts'
import { random } from '../../../../src/simulators/random.ts'
import { cohortsAsToldBy } from '../../../projections/cohorts-twin.ts'
import type { Tables } from '../../../projections/tables.ts'
import { openTables } from '../../../projections/tables.ts'
import { authenticate, updateToken } from '../../../support/host-stories.ts'

const udids = ['MAC-1', 'MAC-2', 'PHONE-1'] as const
const labelIds = ['71', '72', '73', '74'] as const
const settingIds = ['s1', 's2', 's3', 's4'] as const

const enroll = (tables: Tables, udid: string): Promise<void> => {
  const [begin, token] = [authenticate(undefined, udid.startsWith('P') ? 'ios' : 'darwin'), updateToken()]
  const said = { ...begin, data: { ...begin.data, hardwareId: udid, enrollmentId: udid } }
  return tables.tellHost(hostIdOf(udid), said, { ...token, data: { ...token.data, enrollmentId: udid } })
}

/** Lets one thing happen by the real deciders; what they reject does not happen. */
const happen = async (tables: Tables, luck: Random): Promise<void> => {
  const attempt = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: NoInfer<C>,
  ) => {
    try {
      await tables.tell(decider, id, command)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
    }
  }
  const some = () => labelIds.filter(() => luck.chance(0.25))
  const udid = luck.pick(udids)
  const tell = (command: HostCommand) => attempt(host, hostIdOf(udid), command)
  const labelId = luck.pick(labelIds)
  const roll = luck.below(12)
  if (roll < 2) await enroll(tables, udid)
  else if (roll < 3) await tell({ type: 'EndEnrollment', data: { because: 'checked-out' } })
  else if (roll < 4) await tell({ type: 'TransferHost', data: { teamId: luck.pick(['0', '5']), because: 'asked' } })
  else if (roll < 6) await tell({ type: 'ReportLabels', data: { memberships: { [labelId]: luck.chance(0.5) } } })
  else if (roll < 7) await tell({ type: 'ListOn', data: { labelId, listed: luck.chance(0.7) } })
  else if (roll < 9) {
    const definition = { name: `Label ${labelId}`, description: '', platform: null, query: null, criteria: null }
    const kind = luck.pick(['dynamic', 'manual'] as const)
    await attempt(
      label,
      labelId,
      luck.chance(0.75) ? { type: 'CreateLabel', data: { kind, ...definition } } : { type: 'DeleteLabel', data: {} },
    )
  } else {
    const id = luck.pick(settingIds)
    const teamId = id === 's4' ? '5' : '0'
    const targets = { includeAll: some(), includeAny: some(), excludeAny: some() }
    const version = {
      name: id,
      identifier: id,
      checksum: `c${String(luck.below(3))}`,
      scope: 'System',
      size: 1,
      payloadTypes: [],
      content: { gzip: '' },
    } as const
    const command = luck.pick<ProfileCommand>([
      { type: 'UploadProfile', data: { ...version, teamId, family: 'apple', targets } },
      { type: 'UploadProfile', data: { ...version, teamId, family: 'apple', targets } },
      { type: 'EditProfile', data: { ...version, targets } },
      { type: 'EditProfile', data: { ...version, targets } },
      { type: 'DeleteProfile', data: { because: 'asked' } },
    ])
    await attempt(profile, id, command)
  }
}

describe('the desired set of a host at any moment', function () {
  this.timeout(180_000)
  let tables: Tables
  before(async () => {
    tables = await openTables()
  })
  after(() => tables.close())

  for (const seed of ['a label', 'another label', 'a third'])
    it(`is what a full recomputation of the log up to then says (${seed})`, async () => {
      const luck = random(seed)
      for (const udid of udids) await enroll(tables, udid)
      for (let step = 0; step < 120; step++) {
        tables.advance(luck.below(3) * 60_000)
        await happen(tables, luck)
      }
      while ((await tables.project()).length > 0);
      const all = await tables.log.readAll({ after: null, limit: 10_000 })
      const past = lookingBack(tables)
      const modes = new Set<string>()
      for (const [index, { position, at }] of all.entries()) {
        if (index % 5 !== 0) continue
        for (const moment of [
          { text: position, position },
          { text: at, until: Date.parse(at) },
        ])
          for (const mode of await compare(past, all, moment)) modes.add(mode)
      }
      assert.ok(modes.size >= 2, `It came to ${[...modes].join()}.`)
    })
})

/** Compares every host; answers the modes that were met. */
const compare = async (
  past: ReturnType<typeof lookingBack>,
  all: readonly Recorded[],
  moment: Moment,
): Promise<readonly string[]> => {
  const twin = cohortsAsToldBy(all.filter((event) => belongs(moment, event)))
  const modes: string[] = []
  for (const { host_id, cohort_id, enrolled } of twin.cohort_hosts) {
    const { state } = await past.host(host_id, moment)
    const told = await desiredThen(past, state.host, moment)
    assert.deepEqual([cohortIdOf(told.cohort), told.enrolled], [cohort_id, enrolled])
    const expected = [...twin.desired_profiles.map((row) => ({ ...row, mode: 'wanted' })), ...twin.spared_profiles]
      .filter((row) => enrolled && row.cohort_id === cohort_id)
      .map(({ profile_id, mode, checksum, since, secrets_at }) => [profile_id, mode, checksum, since, secrets_at])
      .sort()
    assert.deepEqual(
      told.settings
        .map(({ profileId, mode, checksum, since, secretsAt }) => [profileId, mode, checksum, since, secretsAt])
        .sort(),
      expected,
    )
    modes.push(...told.settings.map(({ mode }) => mode))
  }
  return modes
}
