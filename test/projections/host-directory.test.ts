import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { HostEvent } from '../../src/domain/host/events.ts'
import { hostIdOf } from '../../src/domain/host/host-id.ts'
import type { HostOrder } from '../../src/projections/host-directory.ts'
import { hostCount, hostIdsPassing, hostsPage } from '../../src/projections/host-directory.ts'
import type { HostFilter } from '../../src/projections/host-filter.ts'
import { hostsByPlatform, hostsHeard } from '../../src/projections/host-summary.ts'
import type { HostRow } from '../../src/projections/hosts.ts'
import type { Tables } from './tables.ts'
import { openTables } from './tables.ts'

const now = '2026-03-01T12:00:00.000Z'
const daysAgo = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString()

/** Names that a pattern, a pair of texts or a change of case could be mistaken in. */
const names = ['Ada’s Mac', '100% Mac', 'under_score', 'back\\slash', 'SHOUTING', 'Äpfel', 'line\nbreak', "o'Brien", undefined]
const platforms = ['darwin', 'ios', 'ipados', 'windows'] as const

const hosts = Array.from({ length: 60 }, (_, index) => {
  const hardwareId = `HARD-${String(index)}`
  return { index, hardwareId, hostId: hostIdOf(hardwareId), seen: index % 4 === 3 ? null : daysAgo(index % 3 === 0 ? 40 : 0) }
})

/** Every third, merged away or not. */
const labelled = new Set(hosts.flatMap(({ index, hostId }) => (index % 3 === 0 ? [hostId] : [])))

const lifeOf = ({ index, hardwareId }: (typeof hosts)[number]): readonly HostEvent[] => {
  const name = names[index % names.length]
  const platform = platforms[index % 4] ?? 'darwin'
  const facts = {
    ...(name !== undefined && { name }),
    ...(index % 5 > 0 && { serial: `C0${String(index)}x` }),
    osVersion: `14.${String(index % 3)}`,
  }
  return [
    { type: 'HostDiscovered', data: { source: 'apple', hardwareId, platform, facts } },
    ...(index % 2 === 0 ? [{ type: 'HostTransferred', data: { from: '0', teamId: '7', because: 'asked' } } as const] : []),
    ...(index % 3 === 0
      ? [{ type: 'LabelMembershipChanged', data: { joined: ['77'], left: [], learned: [], because: 'listed' } } as const]
      : []),
    ...(index % 10 === 9 ? [{ type: 'HostMergedAway', data: { into: hosts[0]?.hostId ?? '' } } as HostEvent] : []),
  ]
}

const everything: HostFilter = {
  ...{ text: null, teamIds: null, settings: null, profileId: null, profileStatus: null, labelId: null, presence: null },
  ...{ stages: null, platform: null, osVersion: null, now },
}

describe('the directory of hosts', function () {
  this.timeout(30_000)
  let tables: Tables
  let rows: readonly (HostRow & { seen_at: string | null })[]
  before(async () => {
    tables = await openTables()
    for (const one of hosts) {
      const at = daysAgo(one.index % 7 === 0 ? 50 : 0)
      const metadata = {
        $correlationId: 'c',
        $causationId: 'c',
        actor: { kind: 'server', id: 's' } as const,
        at,
        hostIds: [one.hostId],
      }
      const events = lifeOf(one).map((event) => ({ ...event, eventId: randomUUID(), metadata }))
      await tables.log.append(`host-${one.hostId}`, events, 'no_stream')
      if (one.seen !== null) await tables.sql(`insert into host_seen values ('${one.hostId}', '${one.seen}')`)
    }
    await tables.project()
    const all = (await tables.rows('hosts')) as readonly HostRow[]
    const seenAt = new Map(hosts.map(({ hostId, seen }) => [hostId, seen]))
    rows = all.filter((row) => row.merged_into === null).map((row) => ({ ...row, seen_at: seenAt.get(row.host_id) ?? null }))
  })
  after(() => tables.close())

  const byId = (one: HostRow, other: HostRow): number => Number(one.host_id) - Number(other.host_id)
  const listed = async (filter: Partial<HostFilter>, order: HostOrder = 'id', descending = false): Promise<readonly string[]> => {
    const found: string[] = []
    for (let offset = 0; ; offset += 7) {
      const page = { order, descending, after: null, limit: 7, offset }
      const part = await tables.read(hostsPage({ ...everything, ...filter }, page))
      found.push(...part.map(({ host_id }) => host_id))
      if (part.length < 7) return found
    }
  }

  const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  for (const text of [
    'mac',
    'MAC',
    '100%',
    '0% M',
    '%',
    'r_s',
    '_',
    'k\\s',
    'out',
    'Äpf',
    'e\nb',
    'mac\nc0',
    "o'B",
    'C01',
    'hard-1',
    'nobody',
    '---',
    'x',
  ])
    it(`finds hosts by ${JSON.stringify(text)} as a slow reader does`, async () => {
      const wanted = rows
        .filter(({ name, serial, hardware_id }) =>
          [name ?? '', serial ?? '', hardware_id].some((one) => lower(one).includes(lower(text))),
        )
        .sort(byId)
        .map(({ host_id }) => host_id)
      assert.deepEqual(await listed({ text }), wanted)
      assert.equal((await tables.read(hostCount({ ...everything, text })))[0]?.count, wanted.length)
      const ids = (await tables.read(hostIdsPassing({ ...everything, text }, '', 100))).map(({ host_id }) => host_id)
      assert.deepEqual(ids, wanted.toSorted())
    })

  it('counts all hosts, those of teams and those of labels, and none that was merged away', async () => {
    const counted = async (filter: Partial<HostFilter>) =>
      (await tables.read(hostCount({ ...everything, ...filter })))[0]?.count ?? Number.NaN
    const asked: readonly (readonly [Partial<HostFilter>, (row: (typeof rows)[number]) => boolean])[] = [
      [{}, () => true],
      [{ teamIds: ['7'] }, ({ team_id }) => team_id === '7'],
      [{ teamIds: ['0', '7'] }, () => true],
      [{ teamIds: [] }, () => false],
      [{ labelId: '77' }, ({ host_id }) => labelled.has(host_id)],
      [{ labelId: '77', teamIds: ['7'] }, ({ host_id, team_id }) => labelled.has(host_id) && team_id === '7'],
      [{ labelId: '1' }, () => true],
      [{ labelId: '5' }, ({ platform }) => platform === 'windows'],
      [{ labelId: '78' }, () => false],
    ]
    for (const [filter, passes] of asked) {
      const wanted = rows.filter(passes)
      assert.equal(await counted(filter), wanted.length, JSON.stringify(filter))
      assert.deepEqual(
        await listed(filter),
        wanted.toSorted(byId).map(({ host_id }) => host_id),
      )
    }
  })

  it('looks texts up along an index of trigrams', async () => {
    const found = await tables.sql(`select from pg_indexes where tablename = 'hosts' and indexdef like '%gin_trgm_ops%'`)
    assert.equal(found.length, 1)
  })

  const keys: readonly (readonly [HostOrder, (row: (typeof rows)[number]) => string | number | null])[] = [
    ['id', ({ host_id }) => Number(host_id)],
    ['name', ({ name, serial, hardware_id }) => lower(name ?? serial ?? hardware_id)],
    ['serial', ({ serial }) => serial],
    ['os_version', ({ os_version }) => os_version],
    ['discovered', ({ discovered_at }) => discovered_at],
    ['seen', ({ seen_at }) => seen_at],
  ]
  const compared = (one: string | number, other: string | number): number =>
    typeof one === 'number' && typeof other === 'number'
      ? one - other
      : Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)))
  for (const [order, keyOf] of keys)
    for (const descending of [false, true])
      it(`lists hosts by ${order}, ${descending ? 'down' : 'up'}, what is missing last`, async () => {
        const sign = descending ? -1 : 1
        const wanted = rows.toSorted((one, other) => {
          const [a, b] = [keyOf(one), keyOf(other)]
          const byKey = a === null || b === null ? Number(a === null) - Number(b === null) : sign * compared(a, b)
          return byKey !== 0 ? byKey : one.host_id < other.host_id ? -1 : 1
        })
        assert.deepEqual(
          await listed({}, order, descending),
          wanted.map(({ host_id }) => host_id),
        )
      })

  for (const teamId of [null, '7', '8'])
    it(`counts ${teamId === null ? 'all hosts' : `the hosts of team ${teamId}`} as they were heard of`, async () => {
      const own = rows.filter(({ team_id }) => teamId === null || team_id === teamId)
      const before = (days: number) => Date.parse(daysAgo(days))
      const count = (passes: (row: (typeof rows)[number]) => boolean) => own.filter(passes).length
      assert.deepEqual(await tables.read(hostsHeard(teamId, now)), [
        {
          online: count(({ seen_at }) => seen_at !== null && Date.parse(seen_at) > before(1 / 24)),
          mia: count(({ seen_at, discovered_at }) => Date.parse(seen_at ?? discovered_at) <= before(30)),
          new: count(({ discovered_at }) => Date.parse(discovered_at) > before(1)),
        },
      ])
      const counted = platforms.map((platform) => ({
        platform: platform,
        hosts: count((row) => row.platform === platform),
      }))
      assert.deepEqual(
        await tables.read(hostsByPlatform(teamId)),
        counted.filter(({ hosts: some }) => some > 0).sort((a, b) => (a.platform < b.platform ? -1 : 1)),
      )
    })
})
