import assert from 'node:assert/strict'
import type { HostCommand } from '../../src/domain/host/host.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import type { DesiredProfile } from '../../src/domain/host-profiles/state.ts'
import type { ProfileCommand } from '../../src/domain/profiles/profile.ts'
import { profile } from '../../src/domain/profiles/profile.ts'
import { channelsToWake, hostsToWakeAgain } from '../../src/projections/waking.ts'
import { profilesOfHost } from '../../src/projections/host-profiles.ts'
import type { ProfileStatusCounts } from '../../src/projections/rollout.ts'
import {
  cohortsOf,
  desiredSets,
  hostsOfTeam,
  hostsThatDiffer,
  profileStatusCounts,
  teamStatusCounts,
} from '../../src/projections/rollout.ts'
import { upcomingCommands } from '../../src/projections/waiting-commands.ts'
import { authenticate, listing, profileOf, reconcileTo, reportOf, updateToken } from '../support/host-stories.ts'
import type { Tables } from './tables.ts'
import { openTables } from './tables.ts'

const macs = ['MAC-1', 'MAC-2', 'MAC-3'] as const
const ids = macs.map(hostIdOf)
const [one = '', two = '', three = ''] = ids

const enrolling = (udid: string): readonly HostCommand[] => {
  const [begin, token] = [authenticate(), updateToken()]
  return [
    { ...begin, data: { ...begin.data, hardwareId: udid, enrollmentId: udid } },
    { ...token, data: { ...token.data, enrollmentId: udid } },
  ]
}

const wifi = profileOf('wifi')
const vpn = profileOf('vpn')

const uploadOf = ({ identifier, checksum, scope }: DesiredProfile): ProfileCommand => {
  const version = { name: identifier, identifier, checksum, scope, size: 1, payloadTypes: [], content: { gzip: '' } }
  return { type: 'UploadProfile', data: { ...version, teamId: '0', family: 'apple' } }
}

describe('what is asked of the read models', function () {
  this.timeout(30_000)
  let tables: Tables
  before(async () => {
    tables = await openTables()
  })
  after(() => tables.close())

  const counts = async (of: 'wifi' | 'vpn' | 'team'): Promise<ProfileStatusCounts | undefined> =>
    (await tables.read(of === 'team' ? teamStatusCounts('0') : profileStatusCounts(of)))[0]
  const standing = (told: Partial<ProfileStatusCounts>) => ({ verified: 0, verifying: 0, failed: 0, pending: 0, ...told })
  const waiting = async (hostId: string): Promise<readonly string[]> => {
    const rows = await tables.read(upcomingCommands(hostId, 100, 0))
    return rows.map(({ command_id }) => command_id)
  }
  const differing = async () => (await tables.read(hostsThatDiffer('', 10))).map(({ host_id }) => host_id)
  const firstOf = async (hostId: string): Promise<string> => (await waiting(hostId))[0] ?? assert.fail('No command waits.')

  it('has every host of the team pending the moment a profile is uploaded', async () => {
    for (const [index, udid] of macs.entries()) await tables.tellHost(ids[index] ?? '', ...enrolling(udid))
    await tables.tell(profile, 'wifi', uploadOf(wifi))
    await tables.project()
    assert.deepEqual(await counts('wifi'), standing({ pending: 3 }))
    assert.deepEqual(await counts('team'), standing({ pending: 3 }))
    assert.deepEqual(await differing(), [...ids].sort())
    assert.deepEqual(
      (await tables.read(profilesOfHost(one))).map(({ profile_id, status, name }) => [profile_id, status, name]),
      [['wifi', 'waiting', wifi.identifier]],
    )
  })

  it('pages through the hosts of a team in order, and knows their cohorts and what these want', async () => {
    const places = [...ids].sort().map((host_id) => ({ host_id, cohort_id: 'apple_0' }))
    assert.deepEqual(await tables.read(hostsOfTeam('0', '', 2)), places.slice(0, 2))
    assert.deepEqual(await tables.read(hostsOfTeam('0', places[1]?.host_id ?? '', 2)), places.slice(2))
    assert.deepEqual(await tables.read(hostsOfTeam('7', '', 2)), [])
    assert.equal((await tables.read(cohortsOf([one, 'nobody']))).length, 1)
    assert.deepEqual(
      (await tables.read(desiredSets(['apple_0', 'apple_7']))).map(({ cohort_id, ...set }) => [
        cohort_id,
        set.profile_id,
        set.checksum,
      ]),
      [['apple_0', 'wifi', 'wifi-v1']],
    )
  })

  it('has no host differ that has its command, nor one that did it', async () => {
    for (const hostId of ids) await tables.tellHost(hostId, reconcileTo([wifi]))
    await tables.project()
    assert.deepEqual(await differing(), [])
    assert.deepEqual(await counts('wifi'), standing({ pending: 3 }))
    await tables.tellHost(one, reportOf(await firstOf(one)))
    await tables.tellHost(two, reportOf(await firstOf(two), 'failed', ['MCProfileErrorDomain', 1000]))
    await tables.project()
    assert.deepEqual(await counts('wifi'), standing({ verifying: 1, pending: 2 }))
    assert.deepEqual(await differing(), [two])
  })

  it('counts a host once, by the worst of its profiles', async () => {
    for (let attempt = 2; attempt <= 4; attempt++) {
      await tables.tellHost(two, reconcileTo([wifi]))
      await tables.project()
      await tables.tellHost(two, reportOf(await firstOf(two), 'failed'))
    }
    await tables.tell(profile, 'vpn', uploadOf(vpn))
    await tables.project()
    assert.deepEqual(await counts('wifi'), standing({ verifying: 1, failed: 1, pending: 1 }))
    assert.deepEqual(await counts('vpn'), standing({ pending: 3 }))
    assert.deepEqual(await counts('team'), standing({ failed: 1, pending: 2 }))
    for (const hostId of [one, three]) await tables.tellHost(hostId, reconcileTo([wifi, vpn]))
    await tables.project()
    await tables.tellHost(one, reportOf(await firstOf(one)))
    await tables.project()
    assert.deepEqual(await counts('team'), standing({ failed: 1, pending: 1, verifying: 1 }))
  })

  it('counts a deleted profile as pending until it is gone everywhere', async () => {
    await tables.tell(profile, 'vpn', { type: 'DeleteProfile', data: { because: 'asked' } })
    await tables.project()
    assert.deepEqual(await counts('vpn'), standing({ pending: 2 }))
    assert.deepEqual(await differing(), [one, three].sort())
    await tables.tellHost(one, reconcileTo([wifi]))
    await tables.project()
    await tables.tellHost(one, reportOf(await firstOf(one)))
    await tables.project()
    assert.deepEqual(await counts('vpn'), standing({ pending: 1 }))
  })

  it('tells people what waits in the order in which it is handed out', async () => {
    await tables.tellHost(one, { type: 'QueueCommands', data: { commands: [listing('first'), listing('second')] } })
    await tables.project()
    tables.advance(60_000)
    await tables.tellHost(one, { type: 'QueueCommands', data: { commands: [listing('a-third')] } }, reportOf('first', 'deferred'))
    await tables.project()
    assert.deepEqual(await waiting(one), ['first', 'second', 'a-third'])
  })

  it('wakes only channels on which something waits', async () => {
    await tables.tellHost(two, reconcileTo([wifi]))
    await tables.project()
    const channels = (await tables.read(channelsToWake(ids))).map(({ host_id, channel }) => [host_id, channel])
    assert.deepEqual(
      channels.sort(),
      [
        [one, 'device'],
        [three, 'device'],
      ].sort(),
    )
  })

  it('wakes silent hosts again after pauses that double, up to eight hours', async () => {
    const now = '2026-03-01T20:00:00.000Z'
    const again = async () => (await tables.read(hostsToWakeAgain(now, 10))).map(({ host_id }) => host_id).sort()
    const pushedAgo = (hostId: string, minutes: number, unanswered: number) =>
      tables.sql(`insert into channel_pushes values ('${hostId}', 'device', timestamptz '${now}' - interval '${String(minutes)} minutes', ${String(unanswered)})
        on conflict (host_id, channel) do update set pushed_at = excluded.pushed_at, unanswered = excluded.unanswered`)
    assert.deepEqual(await again(), [one, three].sort())
    await pushedAgo(one, 1, 0)
    await pushedAgo(three, 4, 2)
    await pushedAgo(two, 999, 0)
    assert.deepEqual(await again(), [])
    await pushedAgo(one, 1.1, 0)
    assert.deepEqual(await again(), [one])
    await pushedAgo(three, 4.1, 2)
    assert.deepEqual(await again(), [one, three].sort())
    await pushedAgo(three, 479, 500)
    assert.deepEqual(await again(), [one])
    await pushedAgo(three, 481, 500)
    assert.deepEqual(await again(), [one, three].sort())
  })
})
