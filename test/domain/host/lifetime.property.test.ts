import assert from 'node:assert/strict'
import fc from 'fast-check'
import { memoryEventLog } from '../../../src/adapters/memory/event-log.ts'
import { differences, factsOfHost } from '../../../src/domain/host/differences.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Host } from '../../../src/domain/host/host.ts'
import { host } from '../../../src/domain/host/host.ts'
import { segmentAfter, segmentsOf } from '../../../src/domain/host/segments.ts'
import type { Recorded } from '../../../src/kernel/event.ts'
import { makeHistory } from '../../support/history.ts'

type Stream = readonly Recorded<HostEvent>[]

/** Streams of hosts as the real deciders write them. */
const streams = async (seed: string): Promise<readonly Stream[]> => {
  const log = memoryEventLog()
  const { hostIds } = await makeHistory(seed, { events: 500, hosts: 5, teams: 2, profiles: 6 }, log)
  const all = await Promise.all(hostIds.map((hostId) => log.readStream(`host-${hostId}`)))
  return all.filter((stream) => stream.length > 0) as readonly Stream[]
}

const statesOf = (stream: Stream): readonly Host[] =>
  stream.reduce<readonly Host[]>((states, event) => [...states, host.evolve(states.at(-1) ?? host.initial, event)], [])

const seeds = fc.string({ minLength: 1, maxLength: 8 })

describe('the lifetime of a host', function () {
  this.timeout(60_000)

  it('is cut into segments without gaps, overlaps or empty moments, each with the state that it says', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        for (const stream of await streams(seed)) {
          const segments = segmentsOf(stream)
          assert.equal(segments[0]?.from, stream[0]?.at)
          for (const [index, { from, to, because }] of segments.entries()) {
            assert.equal(to, segments[index + 1]?.from ?? null)
            assert.ok(to === null || Date.parse(from) < Date.parse(to), `${from} is before ${String(to)}`)
            assert.equal(because.at, from)
          }
          const states = statesOf(stream)
          for (const [index, { at }] of stream.entries()) {
            if (stream[index + 1]?.at === at) continue
            const { kind, epoch, teamId } = segments.findLast(({ from }) => from <= at) ?? assert.fail('Some segment holds.')
            const state = states[index] ?? host.initial
            assert.deepEqual({ kind, epoch, teamId }, segmentAfter(state))
          }
          for (const [index, segment] of segments.entries()) {
            const before = segments[index - 1]
            const isOther = before?.kind !== segment.kind || before.epoch !== segment.epoch || before.teamId !== segment.teamId
            assert.ok(isOther, 'Neighbours differ.')
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('lets time stand still where clocks went back', () => {
    const event = (minute: number, told: HostEvent): Recorded<HostEvent> =>
      ({ ...told, at: `2026-03-01T12:0${String(minute)}:00.000Z`, id: '7' }) as Recorded<HostEvent>
    const started = (epoch: number): HostEvent => ({
      type: 'EnrollmentStarted',
      data: { epoch, enrollmentId: 'e', kind: 'device', topic: 't', certificate: 'c', because: 'first-enrollment' },
    })
    const moved: HostEvent = { type: 'HostTransferred', data: { teamId: '4', from: '0', because: 'asked' } }
    const told = segmentsOf([event(5, started(1)), event(3, moved), event(8, started(2))])
    assert.deepEqual(
      told.map(({ from, to, epoch, teamId }) => [from.slice(14, 16), to?.slice(14, 16), epoch, teamId]),
      [
        ['05', '08', 1, '4'],
        ['08', undefined, 2, '4'],
      ],
    )
  })

  it('differs between two moments in what a full comparison finds, each time because of the last event that made it so', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.nat(), fc.nat(), async (seed, one, other) => {
        for (const stream of await streams(seed)) {
          const states = [host.initial, ...statesOf(stream)]
          const [from, to] = [one % states.length, other % states.length].sort((a, b) => a - b) as [number, number]
          const facts = states.map(factsOfHost)
          const at = (index: number, path: string) => facts[index]?.get(path) ?? null
          const paths = new Set([...(facts[from]?.keys() ?? []), ...(facts[to]?.keys() ?? [])])
          const expected = [...paths]
            .filter((path) => at(from, path) !== at(to, path))
            .sort()
            .map((path) => {
              let last = to
              while (at(last, path) === at(last - 1, path)) last--
              return { path, before: at(from, path), after: at(to, path), because: stream[last - 1] }
            })
          assert.deepEqual(differences(states[from] ?? host.initial, stream.slice(from, to)), expected)
        }
      }),
      { numRuns: 25 },
    )
  })
})
