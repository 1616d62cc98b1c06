import assert from 'node:assert/strict'
import { host } from '../../src/domain/host/host.ts'
import type { HostProfile } from '../../src/domain/host-profiles/state.ts'
import { label } from '../../src/domain/labels/label.ts'
import type { Targets } from '../../src/domain/profiles/events.ts'
import { profile } from '../../src/domain/profiles/profile.ts'
import { asDesired, desiredOfHost } from '../../src/projections/rollout.ts'
import { testCause } from '../support/app.ts'
import { reportOf } from '../support/host-stories.ts'
import type { WorkerRig } from '../workers/rig.ts'
import { workerRig } from '../workers/rig.ts'

const hour = 60 * 60 * 1000

describe('Settings on their way', function () {
  this.timeout(30_000)
  let rig: WorkerRig
  let hostId: string

  beforeEach(async () => {
    rig = await workerRig()
    const [first] = await rig.enroll('one')
    hostId = first ?? assert.fail('There is no host.')
  })
  afterEach(() => rig.stop())

  const on = async (profileId: string): Promise<HostProfile | undefined> => (await rig.stateOf(hostId)).hostProfiles[profileId]
  const waiting = async () => [...(await rig.stateOf(hostId)).commands.waiting]
  const queued = async (kind: string) =>
    (await rig.eventsOf(hostId, 'CommandsQueued')).flatMap(({ data }) =>
      (data as { commands: readonly { request: { kind: string } }[] }).commands.filter(({ request }) => request.kind === kind),
    ).length
  const settle = async () => {
    await rig.workAll()
    await rig.answerAll([hostId])
    await rig.workAll()
  }
  const edit = (profileId: string, checksum: string) =>
    rig.app.execute(
      profile,
      profileId,
      {
        type: 'EditProfile',
        data: {
          ...{ name: profileId, identifier: `com.example.${profileId}`, scope: 'System', checksum, size: 1 },
          ...{ payloadTypes: [], content: { gzip: '' } },
        },
      },
      testCause(),
    )
  const drop = (profileId: string) =>
    rig.app.execute(profile, profileId, { type: 'DeleteProfile', data: { because: 'asked' } }, testCause())
  const fail = async (...errors: readonly (readonly [string, number])[]) => {
    for (const [commandId] of await waiting())
      await rig.app.execute(host, hostId, reportOf(commandId, 'failed', ...errors), testCause())
    await rig.caughtUp()
  }
  const observe = async (identifiers: readonly string[], previousReportAt: string | null) => {
    await rig.caughtUp()
    const desired = (await rig.app.read(desiredOfHost(hostId))).map(asDesired)
    const installedAt = rig.app.clock().toISOString()
    const profiles = identifiers.map((identifier) => ({ identifier, name: null, installedAt }))
    const data = { source: 'agent', scope: 'both', profiles, desired, previousReportAt, expected: ['enrollment'] } as const
    await rig.app.execute(host, hostId, { type: 'ObserveProfiles', data }, testCause())
    await rig.workAll()
  }
  const aimed = async (profileId: string, targets: Partial<Targets>) => {
    const data = {
      ...{ name: profileId, identifier: `com.example.${profileId}`, checksum: 'v1', size: 1, payloadTypes: [] },
      ...({ scope: 'System', family: 'apple' } as const),
      ...{ content: { gzip: '' }, teamId: '0' },
      targets: { includeAll: [], includeAny: [], excludeAny: [], ...targets },
    } as const
    await rig.app.execute(profile, profileId, { type: 'UploadProfile', data }, testCause())
    await rig.workAll()
  }
  const dynamic = (labelId: string) =>
    rig.app.execute(
      label,
      labelId,
      {
        type: 'CreateLabel',
        data: { kind: 'dynamic', name: labelId, description: '', platform: null, query: 'select 1', criteria: null },
      },
      testCause(),
    )
  const report = async (memberships: Readonly<Record<string, boolean>>) => {
    await rig.app.execute(host, hostId, { type: 'ReportLabels', data: { memberships } }, testCause())
    await rig.workAll()
  }

  it('new content under the same identifier is one installation more, and no removal', async () => {
    await rig.upload('wifi')
    await settle()
    await edit('wifi', 'wifi-v2')
    await settle()
    assert.deepEqual([await queued('install-profile'), await queued('remove-profile')], [2, 0])
    assert.equal((await on('wifi'))?.checksum, 'wifi-v2')
  })

  for (const [mode, targets] of [
    ['include_all', { includeAll: ['dyn'] }],
    ['include_any', { includeAny: ['dyn'] }],
    ['exclude_any', { excludeAny: ['dyn'] }],
  ] as const)
    it(`a label that the host never answered gives it nothing by ${mode}, and takes nothing away that it has`, async () => {
      await dynamic('dyn')
      await rig.caughtUp()
      await aimed('wifi', targets)
      assert.equal(await on('wifi'), undefined)
      await report({ dyn: mode !== 'exclude_any' })
      await rig.answerAll([hostId])
      await rig.workAll()
      assert.equal((await on('wifi'))?.operation, 'install')
      await dynamic('newer')
      await rig.caughtUp()
      const before = await queued('remove-profile')
      await rig.app.execute(
        profile,
        'wifi',
        {
          type: 'EditProfile',
          data: {
            ...{ name: 'wifi', identifier: 'com.example.wifi', scope: 'System', checksum: 'v1', size: 1, payloadTypes: [] },
            content: { gzip: '' },
            targets: {
              includeAll: mode === 'include_all' ? ['dyn', 'newer'] : [],
              includeAny: mode === 'include_any' ? ['dyn', 'newer'] : [],
              excludeAny: mode === 'exclude_any' ? ['dyn', 'newer'] : [],
            },
          },
        },
        testCause(),
      )
      await rig.workAll()
      assert.equal((await on('wifi'))?.operation, 'install')
      assert.equal(await queued('remove-profile'), before)
    })

  it('settings for a user are waited with for two hours, and refused three hours after the enrollment', async () => {
    rig.advance(hour)
    await rig.upload('user', '0', { scope: 'User' })
    await rig.workAll()
    assert.equal(await on('user'), undefined)
    rig.advance(2 * hour)
    await rig.workAll()
    assert.equal((await on('user'))?.status, 'failed')
    assert.equal(await queued('install-profile'), 0)
  })

  it('a removal while the installation is under way cancels it, removes all the same, and takes any answer', async () => {
    await rig.upload('wifi')
    await rig.workAll()
    await drop('wifi')
    await rig.workAll()
    assert.equal((await rig.eventsOf(hostId, 'CommandsCancelled')).length, 1)
    const [[, removal] = []] = await waiting()
    assert.equal(removal?.request.kind, 'remove-profile')
    await fail(['MCMDMErrorDomain', 12_000])
    assert.equal(await on('wifi'), undefined)
  })

  it('a profile that was not there is removed: error 89', async () => {
    await rig.upload('wifi')
    await settle()
    await drop('wifi')
    await rig.workAll()
    await fail(['MDMClientError', 89])
    assert.equal(await on('wifi'), undefined)
    assert.deepEqual(
      (await rig.eventsOf(hostId, 'ProfileRemoved')).map(({ data }) => (data as { because: string }).because),
      ['was-not-there'],
    )
  })

  it('NotNow leaves everything as it is until the host does it', async () => {
    await rig.upload('wifi')
    await rig.workAll()
    for (const [commandId] of await waiting()) await rig.app.execute(host, hostId, reportOf(commandId, 'deferred'), testCause())
    assert.equal((await on('wifi'))?.status, 'pending')
    await rig.answerAll([hostId])
    assert.equal((await on('wifi'))?.status, 'verifying')
  })

  it('three more attempts follow a failure; then it has failed until an admin asks again, by status', async () => {
    await rig.upload('wifi')
    const resend = () => rig.app.execute(host, hostId, { type: 'ResendProfile', data: { profileId: 'wifi' } }, testCause())
    await rig.workAll()
    await assert.rejects(resend(), { code: 'still-in-progress' })
    for (let attempt = 0; attempt < 4; attempt++) {
      await fail(['MCInstallationErrorDomain', 4001])
      await rig.workAll()
    }
    assert.deepEqual([(await on('wifi'))?.status, await queued('install-profile')], ['failed', 4])
    await resend()
    await rig.workAll()
    assert.deepEqual([(await on('wifi'))?.status, await queued('install-profile')], ['pending', 5])
    await rig.answerAll([hostId])
    await assert.rejects(resend(), { code: 'still-in-progress' })
    await observe(['com.example.wifi'], null)
    assert.equal((await on('wifi'))?.status, 'verified')
    await resend()
    await rig.workAll()
    assert.equal((await on('wifi'))?.status, 'pending')
  })

  it('a resend that has its turn goes only to hosts on which the settings still stand as failed', async () => {
    await rig.upload('wifi')
    await rig.workAll()
    for (let attempt = 0; attempt < 4; attempt++) {
      await fail(['MCInstallationErrorDomain', 4001])
      await rig.workAll()
    }
    const turn = (inMs: number) => ({
      ...{ kind: 'resend-settings', key: `${hostId}/wifi`, causeId: 'asked', correlationId: 'asked' },
      dueAt: new Date(rig.app.clock().getTime() + inMs).toISOString(),
    })
    await rig.app.work.addNow([turn(60_000)])
    await rig.workAll()
    assert.equal((await on('wifi'))?.status, 'failed', 'not before its turn')
    rig.advance(60_000)
    await rig.workAll()
    assert.equal((await on('wifi'))?.status, 'pending')
    await rig.app.work.addNow([turn(0)])
    await rig.workAll()
    assert.equal(await queued('install-profile'), 5)
  })

  it('an hour of grace is counted by the report before this one, and an empty report says nothing', async () => {
    await rig.upload('wifi')
    await settle()
    const begun = rig.app.clock()
    const after = (ms: number) => new Date(begun.getTime() + ms).toISOString()
    rig.advance(2 * hour)
    await observe(['com.example.other'], after(0.5 * hour))
    assert.equal((await on('wifi'))?.status, 'verifying', 'the report before was within the hour')
    await observe([], after(1.5 * hour))
    assert.equal((await on('wifi'))?.status, 'verifying', 'no rows mean that the table could not be read')
    await observe(['com.example.other'], after(1.5 * hour))
    assert.deepEqual([(await on('wifi'))?.status, await queued('install-profile')], ['pending', 2])
  })
})
