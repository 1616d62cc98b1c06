import assert from 'node:assert/strict'
import { evidenceOf } from '../../../../src/api/admin/explanations/explanation-evidence.ts'
import type { App } from '../../../../src/app/app.ts'
import { explainProfile } from '../../../../src/domain/explanation/explain.ts'
import type { HostCommand } from '../../../../src/domain/host/host.ts'
import { host } from '../../../../src/domain/host/host.ts'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import { label } from '../../../../src/domain/labels/label.ts'
import type { Targets } from '../../../../src/domain/profiles/events.ts'
import { profile } from '../../../../src/domain/profiles/profile.ts'
import type { AnyCommand, AnyEvent } from '../../../../src/kernel/event.ts'
import type { Decider } from '../../../../src/kernel/decider.ts'
import { Rejection } from '../../../../src/kernel/rejection.ts'
import { profilesOfHost } from '../../../../src/projections/host-profiles.ts'
import type { Random } from '../../../../src/simulators/random.ts'
import { random } from '../../../../src/simulators/random.ts'
import { testCause } from '../../../support/app.ts'
import { authenticate, reportOf, updateToken, userChannel } from '../../../support/host-stories.ts'
import type { WorkerRig } from '../../../workers/rig.ts'
import { workerRig } from '../../../workers/rig.ts'

/** `EXPLANATION_STEPS` makes the story longer. */
const steps = Number(process.env['EXPLANATION_STEPS'] ?? 250)

const udids = ['UDID-A', 'UDID-B', 'UDID-C', 'UDID-D'] as const
const hostIds = udids.map(hostIdOf)
const teams = ['0', '7'] as const
const labels = ['101', '102', '103', '104'] as const
const profiles = ['a1', 'a2', 'a3', 'a4', 'd5', 'w6'] as const

describe('Whatever happens, an explanation', function () {
  this.timeout(60_000 + steps * 1_000)
  let rig: WorkerRig
  let app: App

  before(async () => {
    rig = await workerRig()
    app = { ...rig.app, declarationsToken: 'standing' }
  })
  after(() => rig.stop())

  const tell = async <C extends AnyCommand, E extends AnyEvent, S>(
    decider: Decider<C, E, S>,
    id: string,
    command: NoInfer<C>,
  ): Promise<void> => {
    try {
      await app.execute(decider, id, command, testCause())
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
    }
  }

  const workOff = async (): Promise<void> => {
    await rig.caughtUp()
    for (const name of await app.work.dueKinds()) await rig.work(name, app)
  }

  /** Status and operation of every profile on every host, as the read models show them and as they are explained. */
  const shown = async (): Promise<readonly string[]> =>
    (
      await Promise.all(
        hostIds.map(async (hostId) => {
          const rows = await app.read(profilesOfHost(hostId))
          return profiles.map((profileId) => {
            const row = rows.find((one) => one.profile_id === profileId)
            const told =
              row === undefined ? 'absent null' : `${row.status === 'waiting' ? 'pending' : row.status} ${row.operation}`
            return `${hostId} ${profileId} ${told}`
          })
        }),
      )
    ).flat()

  const explained = async (position: string): Promise<readonly string[]> =>
    (
      await Promise.all(
        hostIds.map((hostId) =>
          Promise.all(
            profiles.map(async (profileId) => {
              const evidence = await evidenceOf(app, { hostId, profileId, commandId: null }, { text: position, position })
              const { verdict, chain } = explainProfile(evidence, profileId, null)
              assert.match(verdict.sentence, /^\S.*\.$/)
              assert.doesNotMatch(verdict.sentence, /undefined|null|\.\.|NaN/, verdict.sentence)
              assert.ok(chain.length <= 200)
              const positions = chain.map(({ event }) => event.position)
              assert.deepEqual(positions, positions.toSorted())
              if (verdict.status !== 'absent') assert.ok(chain.length > 0, verdict.sentence)
              return `${hostId} ${profileId} ${verdict.status} ${String(verdict.operation)}`
            }),
          ),
        ),
      )
    ).flat()

  const enroll = async (index: number, luck: Random): Promise<void> => {
    const udid = udids[index] ?? udids[0]
    const id = hostIdOf(udid)
    const epoch = luck.pick(['1', '2', '3'])
    const [begin, token] = [authenticate(`${udid}-${epoch}`), updateToken(`${udid}-${epoch}`, 'device', `${udid}-${epoch}`)]
    await tell(host, id, { ...begin, data: { ...begin.data, hardwareId: udid, enrollmentId: udid } })
    if (luck.chance(0.1)) return
    await tell(host, id, { ...token, data: { ...token.data, enrollmentId: udid, awaitingConfiguration: luck.chance(0.1) } })
    if (luck.chance(0.3)) await tell(host, id, updateToken('user', userChannel, `${udid}-${epoch}`))
  }

  const answer = async (hostId: string, luck: Random): Promise<void> => {
    const { commands, hostProfiles } = await rig.stateOf(hostId)
    for (const commandId of [...commands.waiting.keys()].slice(0, 1 + luck.below(3))) {
      await tell(host, hostId, { type: 'SendCommand', data: { commandId } })
      if (luck.chance(0.2)) continue
      const outcome = luck.pick(['acknowledged', 'acknowledged', 'acknowledged', 'failed', 'deferred'] as const)
      await tell(host, hostId, outcome === 'failed' ? reportOf(commandId, outcome, ['Domain', 12]) : reportOf(commandId, outcome))
    }
    if (!luck.chance(0.3)) return
    const listed = Object.values(hostProfiles).filter(() => luck.chance(0.8))
    const seen = listed.map(({ identifier }) => ({ identifier, name: null, installedAt: null }))
    const source = luck.pick(['agent', 'profile-list'] as const)
    const data = { source, scope: 'both', profiles: [...seen, { identifier: 'x', name: null, installedAt: null }] } as const
    const rest = { desired: [], previousReportAt: null, expected: ['x'] } as const
    await tell(host, hostId, { type: 'ObserveProfiles', data: { ...data, ...rest } })
  }

  const declare = async (hostId: string, luck: Random): Promise<void> => {
    const { declarations } = await rig.stateOf(hostId)
    const told = Object.values(declarations.assigned)
      .filter(({ token }) => token !== '' && luck.chance(0.8))
      .map(({ identifier, token }) => ({
        identifier,
        token,
        status: luck.pick(['verified', 'failed'] as const),
        detail: 'Told.',
      }))
    await tell(host, hostId, { type: 'ReportStatus', data: { declarations: told, items: {}, facts: {}, full: true } })
    if (luck.chance(0.2)) await tell(host, hostId, { type: 'GiveUpDeclarations', data: { now: app.clock().toISOString() } })
  }

  const someTargets = (luck: Random): Targets => {
    const some = () => ['2', ...labels].filter(() => luck.chance(0.35))
    const how = luck.below(4)
    return {
      includeAll: how === 1 ? some() : [],
      includeAny: how === 2 ? some() : [],
      excludeAny: how === 3 || luck.chance(0.3) ? some().filter((one) => one !== '2') : [],
    }
  }

  const version = (profileId: string, luck: Random) => ({
    ...{ name: `Profile ${profileId}`, identifier: `com.example.${profileId === 'a2' ? 'a1' : profileId}` },
    scope: profileId === 'a3' ? ('User' as const) : ('System' as const),
    ...{ checksum: `${profileId}-${luck.pick(['v1', 'v2'])}`, size: 1, payloadTypes: [], content: { gzip: '' } },
    ...(profileId === 'a4' && { variables: [luck.pick(['HOST_UUID', 'HOST_END_USER_IDP_USERNAME'])] }),
  })

  const settings = async (luck: Random): Promise<void> => {
    const profileId = luck.pick(profiles)
    const { state } = await app.load(profile, profileId)
    const data = version(profileId, luck)
    if (state.stage !== 'present') {
      const family = profileId === 'w6' ? ('windows' as const) : ('apple' as const)
      const kind = profileId === 'd5' ? ('declaration' as const) : ('profile' as const)
      const home = { teamId: luck.pick(teams), family, kind, targets: someTargets(luck) }
      return tell(profile, profileId, { type: 'UploadProfile', data: { ...data, ...home } })
    }
    const roll = luck.below(10)
    if (roll < 3) return tell(profile, profileId, { type: 'DeleteProfile', data: { because: 'asked' } })
    await tell(profile, profileId, { type: 'EditProfile', data: { ...data, ...(roll < 8 && { targets: someTargets(luck) }) } })
  }

  const grouping = async (luck: Random): Promise<void> => {
    const labelId = luck.pick(labels)
    const { state } = await app.load(label, labelId)
    const kind = labelId === '104' ? ('manual' as const) : ('dynamic' as const)
    const asked = {
      description: '',
      platform: null,
      criteria: null,
      query: kind === 'manual' ? null : `select ${String(luck.below(3))}`,
    }
    if (state.stage === 'absent')
      return tell(label, labelId, { type: 'CreateLabel', data: { name: `Label ${labelId}`, kind, ...asked } })
    if (luck.chance(0.06)) return tell(label, labelId, { type: 'DeleteLabel', data: {} })
    if (kind === 'dynamic') return tell(label, labelId, { type: 'EditLabel', data: { name: `Label ${labelId}`, ...asked } })
    const join = hostIds.filter(() => luck.chance(0.4))
    const leave = hostIds.filter((hostId) => !join.includes(hostId))
    await tell(label, labelId, { type: 'ListHosts', data: { join, leave } })
  }

  const happen = async (luck: Random): Promise<void> => {
    const index = luck.below(hostIds.length)
    const hostId = hostIds[index] ?? ''
    const roll = luck.below(100)
    const toHost = (command: HostCommand) => tell(host, hostId, command)
    if (roll < 6) return enroll(index, luck)
    if (roll < 8) return toHost({ type: 'EndEnrollment', data: { because: 'checked-out' } })
    if (roll < 14) return toHost({ type: 'TransferHost', data: { teamId: luck.pick(teams), because: 'asked' } })
    if (roll < 24) {
      const memberships = Object.fromEntries(labels.slice(0, 3).map((one) => [one, luck.chance(0.5)]))
      return toHost({ type: 'ReportLabels', data: { memberships } })
    }
    if (roll < 36) return settings(luck)
    if (roll < 44) return grouping(luck)
    if (roll < 48) return toHost({ type: 'ResendProfile', data: { profileId: luck.pick(profiles) } })
    if (roll < 50) return toHost({ type: 'ResendDeclaration', data: { profileId: 'd5' } })
    if (roll < 52) return void rig.advance(luck.below(3 * 60 * 60 * 1000))
    if (roll < 54) {
      const now = new Date(app.clock().getTime() + (luck.chance(0.3) ? 91 * 86_400_000 : 0)).toISOString()
      return toHost({ type: 'ExpireCommands', data: { now } })
    }
    if (roll < 60) return declare(hostId, luck)
    if (roll < 80) return answer(hostId, luck)
    await workOff()
  }

  it('says of every profile on every host what lists show, now and of every moment', async () => {
    const luck = random('explanations')
    for (const index of hostIds.keys()) await enroll(index, luck)
    const past: Readonly<{ at: string; statuses: readonly string[] }>[] = []
    const seen = new Set<string>()
    for (let step = 0; step < steps; step++) {
      await happen(luck)
      if (!luck.chance(0.3)) continue
      await rig.caughtUp()
      const statuses = await shown()
      assert.deepEqual(await explained((await app.log.head()) ?? ''), statuses, `after step ${String(step)}`)
      for (const one of statuses) seen.add(one.split(' ').slice(2).join(' '))
      past.push({ at: (await app.log.head()) ?? '', statuses })
    }
    for (const { at, statuses } of past.filter((_, index) => index % 5 === 0))
      assert.deepEqual(await explained(at), statuses, `as of ${at}`)
    for (const one of [
      'absent null',
      'pending install',
      'pending remove',
      'verifying install',
      'verified install',
      'failed install',
    ])
      assert.ok(seen.has(one), `${one} must have come about`)
  })
})
