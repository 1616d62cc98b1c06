import assert from 'node:assert/strict'
import fc from 'fast-check'
import { memoryEventLog } from '../../../../src/adapters/memory/event-log.ts'
import { lookingBack } from '../../../../src/api/admin/past/looking-back.ts'
import type { PastHost } from '../../../../src/api/admin/past/past-host.ts'
import { pastHost } from '../../../../src/api/admin/past/past-host.ts'
import type { Moment } from '../../../../src/app/moment.ts'
import { replayer } from '../../../../src/app/replay.ts'
import type { HostEvent } from '../../../../src/domain/host/events.ts'
import { host } from '../../../../src/domain/host/host.ts'
import { profile } from '../../../../src/domain/profiles/profile.ts'
import type { Recorded } from '../../../../src/kernel/event.ts'
import type { HostProfileRow } from '../../../../src/projections/host-profiles.ts'
import { makeHistory } from '../../../support/history.ts'
import type { Tables } from '../../../projections/tables.ts'
import { openTables } from '../../../projections/tables.ts'

type Stream = readonly Recorded<HostEvent>[]

/** The moments of a cut after each event of a stream: its position, and its time where no later event shares it. */
const cutsOf = (stream: Stream): readonly (readonly [Moment, number])[] =>
  stream.flatMap(({ position, at }, index): readonly (readonly [Moment, number])[] => [
    [{ text: position, position }, index + 1],
    ...(stream[index + 1]?.at === at ? [] : [[{ text: at, until: Date.parse(at) }, index + 1] as const]),
    ...(stream[index - 1]?.at === at ? [] : [[{ text: at, until: Date.parse(at) - 1 }, index] as const]),
  ])

describe('a host as it was', function () {
  this.timeout(120_000)

  it('is the fold of what had happened, at every cut of every history, by time and by position, in whatever order it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat()), async (seed, order) => {
        const log = memoryEventLog()
        const { hostIds } = await makeHistory(seed, { events: 400, hosts: 4, teams: 2, profiles: 6 }, log)
        const replay = replayer(log, pastHost, { streams: 2, states: 4, pageSize: 7 })
        for (const hostId of hostIds) {
          const stream = (await log.readStream(`host-${hostId}`)) as Stream
          const states = stream.reduce((all, event) => [...all, host.evolve(all.at(-1) ?? host.initial, event)], [host.initial])
          const cuts = cutsOf(stream).map((cut) => [order.next().value, cut] as const)
          for (const [, [moment, events]] of cuts.sort(([one], [other]) => one - other)) {
            const was = await replay(hostId, moment)
            assert.equal(was.events, events)
            assert.deepEqual(was.state.host, states[events])
            assert.equal(was.last?.position, stream[events - 1]?.position)
            assert.equal(was.next?.position, stream[events]?.position)
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  describe('and its rows', () => {
    let tables: Tables
    before(async () => {
      tables = await openTables()
    })
    after(() => tables.close())

    it('are those of the read model at that time, of profiles and of declarations', async () => {
      const { hostIds } = await makeHistory('rows', { events: 500, hosts: 5, teams: 2, profiles: 6 }, tables.log)
      const { host: replay } = lookingBack(tables)
      for (let batch = await tables.project(60); batch.length > 0; batch = await tables.project(60)) {
        const position = batch.at(-1)?.position ?? ''
        const now = (await tables.rows('host_profiles')) as readonly HostProfileRow[]
        for (const hostId of hostIds) {
          const { state } = await replay(hostId, { text: position, position })
          assert.deepEqual(
            sorted(state),
            now
              .filter(({ host_id }) => host_id === hostId)
              .map(plain)
              .sort(byId),
          )
        }
      }
      assert.ok((await tables.rows('host_profiles')).length > 0)
    })

    it('are of settings that were there then, be they deleted or deleted and uploaded again', async () => {
      const version = {
        name: 'Mail',
        identifier: 'mail',
        checksum: 'v1',
        scope: 'System',
        size: 1,
        payloadTypes: [],
        content: { gzip: '' },
      } as const
      const upload = { type: 'UploadProfile', data: { ...version, teamId: '9', family: 'apple' } } as const
      const positions: string[] = []
      for (const command of [
        upload,
        { type: 'DeleteProfile', data: { because: 'asked' } } as const,
        { ...upload, data: { ...upload.data, checksum: 'v2' } },
        { type: 'DeleteProfile', data: { because: 'asked' } } as const,
      ]) {
        tables.advance(60_000)
        await tables.tell(profile, 'mail', command)
        positions.push((await tables.log.head()) ?? '')
      }
      while ((await tables.project()).length > 0);
      const past = lookingBack(tables)
      const then = async (moment: Moment) => (await past.settingsOf('9', moment)).map(({ checksum }) => checksum)
      const times = (await tables.log.readStream('profile-mail')).map(({ at }) => at)
      for (const [index, expected] of [['v1'], [], ['v2'], []].entries()) {
        assert.deepEqual(await then({ text: '', position: positions[index] ?? '' }), expected)
        assert.deepEqual(await then({ text: '', until: Date.parse(times[index] ?? '') }), expected)
      }
      assert.deepEqual(await then({ text: '', until: Date.parse(times[0] ?? '') - 1 }), [])
    })
  })
})

const byId = (one: { profile_id?: unknown }, other: { profile_id?: unknown }): number =>
  String(one.profile_id) < String(other.profile_id) ? -1 : 1

const plain = (row: object): Readonly<Record<string, unknown>> => {
  const { position: _, ...rest } = row as Readonly<Record<string, unknown>>
  return rest
}

const sorted = ({ profiles }: PastHost) => [...profiles.values()].map(plain).sort(byId)
