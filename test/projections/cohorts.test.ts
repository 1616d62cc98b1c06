import assert from 'node:assert/strict'
import type { HostEvent } from '../../src/domain/host/events.ts'
import type { LabelEvent } from '../../src/domain/labels/events.ts'
import type { ProfileEvent, Targets } from '../../src/domain/profiles/events.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import type { Random } from '../../src/simulators/random.ts'
import { random } from '../../src/simulators/random.ts'
import { sealedAs } from '../support/host-stories.ts'
import { cohortsAsToldBy } from './cohorts-twin.ts'
import type { Tables } from './tables.ts'
import { openTables } from './tables.ts'
import { appendAtEnd } from '../support/append-at-end.ts'

/** Raise it to 10,000 for a long run: `COHORT_STEPS=10000`. */
const steps = Number(process.env['COHORT_STEPS'] ?? 1200)

describe('the cohorts of random teams, labels, hosts and settings', function () {
  this.timeout(steps * 100 + 30_000)
  let tables: Tables
  before(async () => {
    tables = await openTables()
  })
  after(() => tables.close())

  it('are those of a slow and obvious twin after every batch', async () => {
    const luck = random('labels and teams')
    const told: Recorded[] = []
    const modes = new Set<string>()
    for (let step = 0; step < steps; step += 1) {
      const [stream, event] = something(luck)
      const id = `step/${String(step)}`
      const metadata = { actor: { kind: 'admin', id }, $correlationId: id, $causationId: id, at: atStep(step), hostIds: [] }
      await appendAtEnd(tables.log, stream, [{ ...event, eventId: uuidOf(step), metadata } as never])
      if (!luck.chance(0.1) && step + 1 < steps) continue
      told.push(...(await tables.project()))
      const twin = cohortsAsToldBy(told)
      for (const { mode } of twin.spared_profiles) modes.add(mode)
      for (const table of ['cohort_hosts', 'cohorts', 'desired_profiles', 'spared_profiles'] as const)
        assert.deepEqual(sorted(await tables.rows(table)), sorted(twin[table]), `${table} after ${String(told.length)} events`)
    }
    assert.deepEqual([...modes].sort(), ['held', 'kept'])
  })
})

const uuidOf = (step: number): string => `00000000-0000-5000-8000-${String(step).padStart(12, '0')}`
const atStep = (step: number): string => new Date(Date.parse('2026-03-01T00:00:00Z') + step * 1000).toISOString()

type Happening = readonly [stream: string, event: HostEvent | ProfileEvent | LabelEvent]

const labels = ['1', '2', '3', 'l1', 'l2', 'l3', 'l4', 'l5']
const own = ['l1', 'l2', 'l3', 'l4', 'l5'] as const
const teams = ['0', '7', '8'] as const

/** What is there already: deciders would not let happen what does not fit it. */
const hosts = new Set<string>()
const made = new Set<string>()
const settings = new Map<string, string>()
const deleted = new Set<string>()

const something = (luck: Random): Happening => {
  const host = `host-${String(luck.below(25))}`
  const profile = `profile-p${String(luck.below(10))}`
  const label = luck.pick(own)
  const roll = luck.below(100)
  if (!made.has(label)) {
    made.add(label)
    return [`label-${label}`, created(label)]
  }
  if (roll < 2 && deleted.delete(label)) return [`label-${label}`, created(label)]
  if (roll < 1) {
    deleted.add(label)
    return [`label-${label}`, { type: 'LabelDeleted', data: { name: label } }]
  }
  if (roll < 60) return [host, hosts.has(host) ? lifeOf(luck) : (hosts.add(host), discovered(luck))]
  const teamId = settings.get(profile)
  if (teamId === undefined) {
    const home = { teamId: luck.pick(teams), family: 'apple' as const }
    settings.set(profile, home.teamId)
    return [profile, { type: 'ProfileUploaded', data: { ...version(luck), ...home, targets: targets(luck) } }]
  }
  if (roll < 68) return [profile, { type: 'ProfileEdited', data: version(luck) }]
  if (roll < 80) return [profile, { type: 'ProfileRetargeted', data: { targets: targets(luck) } }]
  if (roll < 90) return [profile, { type: 'ProfileSecretsChanged', data: { secrets: ['WIFI'] } }]
  settings.delete(profile)
  return [profile, { type: 'ProfileDeleted', data: { teamId, because: 'asked' } }]
}

const lifeOf = (luck: Random): HostEvent => {
  const roll = luck.below(100)
  if (roll < 20) return { type: 'ChannelOpened', data: channel }
  if (roll < 28) return { type: 'EnrollmentEnded', data: { because: 'checked-out' } }
  if (roll < 45) return { type: 'HostTransferred', data: { teamId: luck.pick(teams), from: '0', because: 'asked' } }
  return membership(luck)
}

const channel = {
  ...{ channel: 'device', enrollmentId: 'x', topic: 't', tokenFingerprint: 'f', awaitingConfiguration: false, user: null },
  push: sealedAs('push'),
}

const discovered = (luck: Random): HostEvent =>
  ({
    type: 'HostDiscovered',
    data: { source: 'apple', hardwareId: 'x', platform: luck.pick(['darwin', 'ios', 'ipados']), facts: {} },
  }) satisfies HostEvent

/** The last is manual, the others are dynamic. */
const created = (label: string): LabelEvent => ({
  type: 'LabelCreated',
  data: {
    ...{ name: label, description: '', platform: null, criteria: null },
    ...(label === 'l5' ? { kind: 'manual', query: null } : { kind: 'dynamic', query: 'select 1' }),
  },
})

const membership = (luck: Random): HostEvent => {
  const label = [...made][luck.below(made.size)] ?? '1'
  const learned = label === 'l5' ? [] : [label]
  const [joined, left] = luck.chance(0.5) ? [[label], []] : [[], [label]]
  return { type: 'LabelMembershipChanged', data: { joined, left, learned, because: 'reported' } }
}

const version = (luck: Random) => ({
  ...{ name: 'Wi-Fi', identifier: 'com.example.wifi', scope: 'System' as const, size: 1 },
  ...{
    payloadTypes: luck.chance(0.2) ? ['com.apple.SoftwareUpdate'] : [],
    checksum: luck.pick(['aa', 'bb']),
    content: { gzip: '' },
    variables: luck.chance(0.2) ? ['HOST_UUID'] : [],
    refersTo: luck.chance(0.2) ? ['com.example.asset'] : [],
  },
})

const targets = (luck: Random): Targets => {
  const some = () => labels.filter((label) => (label.length === 1 || made.has(label)) && luck.chance(0.2))
  const [all, any, none] = [some(), some(), some()]
  const roll = luck.below(5)
  return {
    includeAll: roll === 0 || roll === 3 ? all : [],
    includeAny: roll === 1 || roll === 4 ? any : [],
    excludeAny: roll >= 2 ? none : [],
  }
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(inOrder(row))).sort()

const inOrder = (row: object) => Object.fromEntries(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)))
