import assert from 'node:assert/strict'
import type { HostEvent } from '../../src/domain/host/events.ts'
import type { OfType, Recorded } from '../../src/kernel/event.ts'
import { commandHistory } from '../../src/projections/command-history.ts'
import { enrollments } from '../../src/projections/enrollments.ts'
import { hostProfiles } from '../../src/projections/host-profiles.ts'
import { hosts } from '../../src/projections/hosts.ts'
import { waitingCommands } from '../../src/projections/waiting-commands.ts'
import {
  answered,
  installing,
  listing,
  opened,
  profileOf,
  removing,
  sealedAs,
  started,
  topic,
  udid,
  userChannel,
} from '../support/host-stories.ts'

const at = '2026-03-01T12:00:00.000Z'
const where = { host_id: '1' }
const wifi = profileOf('wifi')
const ofWifi = { host_id: '1', profile_id: 'wifi' }

/** An event of host 1, as it comes out of the log. */
const recorded = <T extends HostEvent['type']>(event: OfType<HostEvent, T>) =>
  ({ ...event, id: '1', category: 'host', revision: 3, position: '007', at, eventId: 'e' }) as unknown as Recorded<
    OfType<HostEvent, T>
  >

const told = <T extends HostEvent['type']>(type: T, data: OfType<HostEvent, T>['data']) =>
  recorded<T>({ type, data } as unknown as OfType<HostEvent, T>)

const queued = told('CommandsQueued', {
  commands: [installing('c1', wifi), removing('c2', profileOf('vpn'), true), listing('c3')],
})
const cancelled = told('CommandsCancelled', { commandIds: ['c1', 'c2'], because: 'superseded' })

describe('what events change in the table of', () => {
  it('hosts: only the facts that were told', () => {
    const { on } = hosts
    assert.deepEqual(on.HostDescribed?.(told('HostDescribed', { facts: { osVersion: '15.4' }, source: 'authenticate' })), {
      where,
      change: { updated_at: at, os_version: '15.4' },
    })
    const { hardwareId, platform, facts } = { hardwareId: udid, platform: 'ios', facts: { serial: 'S', name: 'Atlas' } } as const
    assert.deepEqual(on.HostDiscovered?.(told('HostDiscovered', { source: 'apple', hardwareId, platform, facts })), {
      where,
      set: {
        ...{ hardware_id: udid, platform: 'ios', team_id: '0', stage: 'known', discovered_at: at, updated_at: at },
        ...{ serial: 'S', name: 'Atlas' },
      },
    })
  })

  it('hosts: where the host stands, which a user channel does not change', () => {
    const { on } = hosts
    assert.deepEqual(on.EnrollmentStarted?.(recorded<'EnrollmentStarted'>(started() as OfType<HostEvent, 'EnrollmentStarted'>)), {
      where,
      change: {
        ...{ stage: 'started', enrollment_id: udid, enrolled_at: null, updated_at: at },
        ...{ ended_because: null, ended_at: null, forgotten_at: null, sent_away: false },
      },
    })
    const open = (channel?: string) => recorded<'ChannelOpened'>(opened('t', channel) as OfType<HostEvent, 'ChannelOpened'>)
    assert.deepEqual(on.ChannelOpened?.(open()), { where, change: { stage: 'enrolled', enrolled_at: at, updated_at: at } })
    assert.deepEqual(on.ChannelOpened?.(open(userChannel)), [])
    assert.deepEqual(on.EnrollmentEnded?.(told('EnrollmentEnded', { because: 'checked-out' })), {
      where,
      change: { stage: 'ended', ended_because: 'checked-out', ended_at: at, sent_away: false, updated_at: at },
    })
    assert.deepEqual(on.HostForgotten?.(told('HostForgotten', { because: 'asked', reason: 'sold', times: 1 })), {
      where,
      change: { name: null, serial: null, forgotten_at: at, updated_at: at },
    })
    assert.deepEqual(on.HostTransferred?.(told('HostTransferred', { teamId: '7', from: '0', because: 'asked' })), {
      where,
      change: { team_id: '7', updated_at: at },
    })
  })

  it('enrollments: what a push needs, gone with the enrollment', () => {
    const { on } = enrollments
    const reachable = (token: string) => ({
      where: { ...where, channel: 'device' },
      set: { enrollment_id: udid, topic, push: sealedAs(token), token_at: at },
    })
    assert.deepEqual(
      on.ChannelOpened?.(recorded<'ChannelOpened'>(opened('t') as OfType<HostEvent, 'ChannelOpened'>)),
      reachable('t'),
    )
    const changed = { channel: 'device', enrollmentId: udid, topic, tokenFingerprint: 'u', push: sealedAs('u') }
    assert.deepEqual(on.PushTokenChanged?.(told('PushTokenChanged', changed)), reachable('u'))
    const gone = { where, remove: true }
    assert.deepEqual(
      on.EnrollmentStarted?.(recorded<'EnrollmentStarted'>(started(2) as OfType<HostEvent, 'EnrollmentStarted'>)),
      gone,
    )
    assert.deepEqual(on.EnrollmentEnded?.(told('EnrollmentEnded', { because: 'checked-out' })), gone)
  })

  it('waiting commands: in the order of their queueing, until answered or cancelled', () => {
    const { on } = waitingCommands
    assert.deepEqual(
      [on.CommandsQueued?.(queued) ?? []]
        .flat()
        .map((change) => ('set' in change ? [change.where.command_id, change.set.queued_position, change.set.place] : change)),
      [
        ['c1', '007', 0],
        ['c2', '007', 1],
        ['c3', '007', 2],
      ],
    )
    const gone = (commandId: string) => ({ where: { ...where, command_id: commandId }, remove: true })
    assert.deepEqual(
      on.CommandAnswered?.(recorded<'CommandAnswered'>(answered('c1') as OfType<HostEvent, 'CommandAnswered'>)),
      gone('c1'),
    )
    assert.deepEqual(on.CommandsCancelled?.(cancelled), [gone('c1'), gone('c2')])
  })

  it('commands: how each ended, and why', () => {
    const { on } = commandHistory
    const ended = (command_id: string, change: object) => ({
      where: { ...where, command_id },
      change: { ...change, updated_at: at },
    })
    assert.deepEqual(
      on.CommandAnswered?.(
        recorded<'CommandAnswered'>(answered('c1', { outcome: 'malformed' }) as OfType<HostEvent, 'CommandAnswered'>),
      ),
      ended('c1', { status: 'malformed', errors: [], result: null, code: null }),
    )
    assert.deepEqual(
      on.CommandsCancelled?.(cancelled),
      ['c1', 'c2'].map((id) => ended(id, { status: 'cancelled', cancelled_because: 'superseded' })),
    )
    assert.deepEqual(on.CommandDeferred?.(told('CommandDeferred', { commandId: 'c1' })), ended('c1', { status: 'deferred' }))
  })

  it('host profiles: what is under way; a removal makes no row, and other requests none at all', () => {
    const common = { status: 'pending', detail: null, changed_at: at }
    const { profileId: _, ...content } = wifi
    assert.deepEqual(hostProfiles.on.CommandsQueued?.(queued), [
      {
        where: ofWifi,
        set: {
          ...{ ...common, ...content, kind: 'profile', secrets_at: null },
          ...{ command_id: 'c1', operation: 'install', reason: { code: 'profile-missing' } },
        },
      },
      {
        where: { host_id: '1', profile_id: 'vpn' },
        change: { ...common, command_id: 'c2', operation: 'remove', reason: { code: 'no-longer-wanted' } },
      },
    ])
  })

  it('host profiles: what became of it', () => {
    const { on } = hostProfiles
    assert.deepEqual(on.ProfileInstalled?.(told('ProfileInstalled', { profileId: 'wifi', checksum: 'x', status: 'verified' })), {
      where: ofWifi,
      change: { status: 'verified', failures: 0, detail: null, changed_at: at },
    })
    const failure = { profileId: 'wifi', checksum: 'x', attempt: 2, detail: 'no' }
    for (const [willRetry, status] of [
      [true, 'waiting'],
      [false, 'failed'],
    ] as const)
      assert.deepEqual(on.ProfileInstallFailed?.(told('ProfileInstallFailed', { ...failure, willRetry })), {
        where: ofWifi,
        change: { status, failures: 2, detail: 'no', command_id: null, changed_at: at },
      })
    assert.deepEqual(on.ProfileRemoved?.(told('ProfileRemoved', { profileId: 'wifi', because: 'removed' })), {
      where: ofWifi,
      remove: true,
    })
    assert.deepEqual(on.ProfileForgotten?.(told('ProfileForgotten', { profileId: 'wifi', because: 'replaced' })), {
      where: ofWifi,
      remove: true,
    })
    assert.deepEqual(on.ProfileRemovalFailed?.(told('ProfileRemovalFailed', { profileId: 'wifi', detail: 'no' })), {
      where: ofWifi,
      change: { status: 'failed', detail: 'no', command_id: null, changed_at: at },
    })
    assert.deepEqual(on.ProfileResendAsked?.(told('ProfileResendAsked', { profileId: 'wifi' })), {
      where: ofWifi,
      change: { status: 'waiting', failures: 0, detail: null, changed_at: at },
    })
  })

  it('host profiles: a profile that is kept changes its id', () => {
    const { profileId: _, ...content } = wifi
    const kept = { from: 'wifi', to: 'wifi-b', ...content, status: 'verifying', commandId: 'c1' } as const
    assert.deepEqual(hostProfiles.on.ProfileKept?.(told('ProfileKept', kept)), [
      { where: ofWifi, remove: true },
      {
        where: { host_id: '1', profile_id: 'wifi-b' },
        set: { ...content, status: 'verifying', operation: 'install', command_id: 'c1', failures: 0, changed_at: at },
      },
    ])
  })
})
