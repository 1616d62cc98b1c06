import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { Random } from '../../../src/simulators/random.ts'
import { random } from '../../../src/simulators/random.ts'
import { mobileconfig, profileForm } from '../../support/admin-api.ts'
import { enrollHost, testCause } from '../../support/app.ts'
import type { PlanningRig } from './rig.ts'
import { planningRig } from './rig.ts'

/** `PLAN_STEPS` makes the story longer. */
const steps = Number(process.env['PLAN_STEPS'] ?? 50)

type Change = Readonly<{ route: string; json?: unknown; form?: () => FormData }>

type World = Readonly<{
  hosts: readonly string[]
  teams: number[]
  labels: Map<string, Readonly<{ id: number; kind: 'manual' | 'vitals' | 'dynamic' }>>
  settings: Map<string, Readonly<{ identifier: string; team: number; file: 'json' | 'mobileconfig' }>>
}>

type Planned = Readonly<{
  hosts: number
  installs: number
  removals: number
  by_reason: readonly Readonly<{ installs: number; removals: number }>[]
  sample: readonly Readonly<{
    host_id: number
    install: readonly Readonly<{ profile_uuid: string }>[]
    remove: readonly Readonly<{ profile_uuid: string }>[]
  }>[]
}>

for (const { asks, how } of [
  { asks: 1000, how: 'each host is asked' },
  { asks: 0, how: 'hosts are judged in groups' },
])
  describe(`A plan for which ${how}`, function () {
    this.timeout(60_000 + steps * 5_000)
    let rig: PlanningRig
    before(async () => {
      rig = await planningRig(asks)
    })
    after(() => rig?.stop())

    it('is what then happens, host by host, whatever the change; and writes nothing', async () => {
      const luck = random(`plans ${String(asks)}`)
      const world = await made(rig)
      let sent = 0
      for (let step = 0; step < steps; step++) {
        const change = await something(luck, rig, world, step)
        await rig.comeToRest(world.hosts)
        const story = `${String(step)}: ${change.route} ${JSON.stringify(change.json ?? null)}`
        const before = (await rig.events()).length
        const planned = await rig.call(planOf(change.route), body(change))
        assert.equal((await rig.events()).length, before, `${story} wrote something`)
        const revisions = await Promise.all(world.hosts.map((hostId) => rig.revisionOf(hostId)))
        const done = await rig.call(change.route, body(change))
        if (done.status >= 300) {
          assert.deepEqual([planned.status, planned.body], [done.status, done.body], story)
          continue
        }
        assert.equal(planned.status, 200, `${story}: ${JSON.stringify(planned.body)}`)
        remember(world, change, done.body)
        await rig.comeToRest(world.hosts)
        const plan = planned.body.plan as Planned
        const happened = await Promise.all(world.hosts.map((hostId, index) => rig.sentSince(hostId, revisions[index] ?? 0)))
        assert.deepEqual(
          world.hosts.map((hostId) => toldOf(plan, hostId)),
          happened,
          `${story}: ${JSON.stringify(plan)}`,
        )
        const all = happened.flat()
        const count = (sign: string) => all.filter((one) => one.startsWith(sign)).length
        assert.deepEqual([plan.installs, plan.removals], [count('+'), count('-')], story)
        const told = (deed: 'installs' | 'removals') => plan.by_reason.reduce((sum, one) => sum + one[deed], 0)
        assert.deepEqual([told('installs'), told('removals')], [plan.installs, plan.removals], story)
        sent += all.length
      }
      assert.ok(sent > steps / 2, `Only ${String(sent)} things were sent in all.`)
    })
  })

const planOf = (route: string): string => `${route}${route.includes('?') ? '&' : '?'}plan=true`
const body = ({ json, form }: Change) => (form === undefined ? (json === undefined ? {} : { json }) : { body: form() })

const toldOf = ({ sample }: Planned, hostId: string): readonly string[] =>
  sample
    .filter(({ host_id }) => String(host_id) === hostId)
    .flatMap(({ install, remove }) => [
      ...install.map(({ profile_uuid }) => `+${profile_uuid}`),
      ...remove.map(({ profile_uuid }) => `-${profile_uuid}`),
    ])
    .sort()

const made = async (rig: PlanningRig): Promise<World> => {
  const hosts: string[] = []
  for (let count = 0; count < 6; count++)
    hosts.push(
      await enrollHost(rig.app, {
        ...{ udid: `HOST-${String(count)}`, serial: `S${String(count % 3)}`, name: `mac ${String(count % 2)}` },
        ...{ productName: count === 5 ? 'iPhone15,2' : 'Mac14,7', osVersion: count === 4 ? '12.1' : '15.1' },
      }),
    )
  const teams = [0]
  for (const name of ['Red', 'Blue']) teams.push((await rig.call('POST /teams', { json: { name } })).body.team.id as number)
  const label = async (json: object) => (await rig.call('POST /labels', { json })).body.label.id as number
  const labels: World['labels'] = new Map([
    ['listed', { id: await label({ name: 'listed', hosts: [] }), kind: 'manual' }],
    ['also listed', { id: await label({ name: 'also listed', hosts: ['HOST-1'] }), kind: 'manual' }],
    ['vital', { id: await label({ name: 'vital', criteria: { vital: 'hardware_serial', value: 's1' } }), kind: 'vitals' }],
    ['asked', { id: await label({ name: 'asked', query: 'select 1' }), kind: 'dynamic' }],
  ])
  return { hosts, teams, labels, settings: new Map() }
}

const remember = ({ settings, teams }: World, { route, json }: Change, answer: { profile_uuid?: string } | null): void => {
  const gone = /^DELETE \/configuration_profiles\/(.+)$/.exec(route)?.[1]
  if (gone !== undefined) settings.delete(gone)
  const team = /^DELETE \/teams\/(\d+)$/.exec(route)?.[1]
  if (team !== undefined) teams.splice(teams.indexOf(Number(team)), 1)
  if (team !== undefined) for (const [uuid, one] of settings) if (one.team === Number(team)) settings.delete(uuid)
  if (answer?.profile_uuid !== undefined && json !== undefined)
    settings.set(answer.profile_uuid, json as { identifier: string; team: number; file: 'json' })
}

const scopes = ['', '', '', '</dict></array><key>PayloadScope</key><string>User</string><key>x</key><array><dict>']

const fileOf = (
  luck: Random,
  number: number,
  edition: number,
): Readonly<{ name: string; content: string; file: 'json' | 'mobileconfig' }> => {
  if (number >= 4) {
    const asset = {
      Type: 'com.apple.asset.useridentity',
      Identifier: 'com.example.d4',
      Payload: { FullName: `Ada ${String(edition)}` },
    }
    const account = {
      Type: 'com.apple.configuration.account.mail',
      Identifier: `com.example.d${String(number)}`,
      Payload: { UserIdentityAssetReference: 'com.example.d4', VisibleName: String(edition) },
    }
    return { name: `d${String(number)}.json`, content: JSON.stringify(number === 4 ? asset : account), file: 'json' }
  }
  const variable = number === 3 ? '$FLEET_VAR_HOST_HARDWARE_SERIAL' : ''
  const extra = `<key>Edition</key><string>${String(edition)}${variable}</string>${luck.pick(scopes as [string])}`
  return {
    name: 'x.mobileconfig',
    content: mobileconfig({ identifier: `com.example.p${String(number)}`, name: `P${String(number)}`, extra }),
    file: 'mobileconfig',
  }
}

const aims = (luck: Random, world: World): Readonly<Record<string, string>> => {
  const mode = luck.pick(['', '', 'labels_include_all', 'labels_include_any', 'labels_exclude_any'] as const)
  const names = [...world.labels.keys(), 'macOS']
  return mode === '' || world.labels.size === 0 ? {} : { [mode]: names[luck.below(names.length)] ?? 'macOS' }
}

/** Something an admin may do next; some of it will be refused. */
const something = async (luck: Random, rig: PlanningRig, world: World, step: number): Promise<Change> => {
  const hosts = world.hosts.filter(() => luck.chance(0.4))
  const team = luck.pick(world.teams as [number])
  const [uuid, setting] = [...world.settings][luck.below(Math.max(1, world.settings.size))] ?? []
  const roll = luck.below(100)
  // What hosts' agents say is no change of an admin's, and is there before the next plan.
  const asked = world.labels.get('asked')
  if (asked !== undefined && luck.chance(0.3))
    for (const hostId of hosts)
      await rig.app.execute(
        host,
        hostId,
        { type: 'ReportLabels', data: { memberships: { [asked.id]: luck.chance(0.5) } } },
        testCause(),
      )
  if (roll < 30 || uuid === undefined || setting === undefined) {
    const number = luck.below(7)
    const { name, content, file } = fileOf(luck, number, luck.below(3))
    const fields = { team_id: String(team), ...aims(luck, world) }
    const identifier = `com.example.${file === 'json' ? 'd' : 'p'}${String(number)}`
    return {
      route: 'POST /configuration_profiles',
      json: { identifier, team, file },
      form: () => profileForm(content, { fileName: name, ...fields }),
    }
  }
  if (roll < 45) {
    const number = Number(setting.identifier.slice(-1))
    const { name, content } = fileOf(luck, number, step)
    const fields = aims(luck, world)
    return { route: `PATCH /configuration_profiles/${uuid}`, form: () => profileForm(content, { fileName: name, ...fields }) }
  }
  if (roll < 52) return { route: `DELETE /configuration_profiles/${uuid}` }
  if (roll < 60) {
    const profiles = [0, 1, 2, 4, 5]
      .filter(() => luck.chance(0.5))
      .map((number) => fileOf(luck, number, luck.below(2)))
      .map(({ name, content }) => {
        const [[mode, label] = []] = Object.entries(aims(luck, world))
        const contents = Buffer.from(content).toString('base64')
        return { name: name.replace('.json', ''), contents, ...(mode !== undefined && { [mode]: [label] }) }
      })
    return { route: `POST /configuration_profiles/batch?team_id=${String(team)}`, json: { profiles } }
  }
  if (roll < 75)
    return luck.chance(0.6)
      ? { route: 'POST /hosts/transfer', json: { team_id: team, hosts: hosts.map(Number) } }
      : {
          route: 'POST /hosts/transfer/filter',
          json: { team_id: team, filters: { query: luck.pick(['S1', 'mac 0', 'nobody'] as const) } },
        }
  const [name, label] = [...world.labels][luck.below(Math.max(1, world.labels.size))] ?? []
  if (name === undefined || label === undefined) return { route: 'DELETE /labels/id/17' }
  if (roll < 93) {
    if (label.kind === 'manual') return { route: `PATCH /labels/${String(label.id)}`, json: { hosts: hosts.map(Number) } }
    if (label.kind === 'dynamic') return { route: `PATCH /labels/${String(label.id)}`, json: { query: `select ${String(step)}` } }
    const criteria = luck.pick<Readonly<{ vital: string; value: string }>>([
      { vital: 'hostname', value: 'Mac 0' },
      { vital: 'hardware_serial', value: 's2' },
      { vital: 'platform', value: 'ios' },
      { vital: 'os_version', value: '15.1' },
    ])
    return { route: `PATCH /labels/${String(label.id)}`, json: { criteria } }
  }
  if (roll < 95) {
    world.labels.delete(name)
    return { route: `DELETE /labels/${encodeURIComponent(name)}` }
  }
  return { route: `DELETE /teams/${String(luck.pick(world.teams as [number]))}` }
}
