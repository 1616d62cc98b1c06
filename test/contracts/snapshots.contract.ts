import assert from 'node:assert/strict'
import type { Snapshots } from '../../src/app/snapshot-ports.ts'

/** What every store of snapshots does; run it against each adapter. */
export const snapshotsContract = (
  name: string,
  open: () => Promise<Readonly<{ snapshots: Snapshots; stop: () => Promise<void> }>>,
): void => {
  describe(`${name} keeps the contract of snapshots`, () => {
    let under: Awaited<ReturnType<typeof open>>
    before(async () => {
      under = await open()
    })
    after(() => under?.stop())

    const snapshot = (revision: number, state: unknown = { level: revision }) => ({
      revision,
      eventId: `event-${String(revision)}`,
      state,
    })

    it('knows none of a stream that none was kept of', async () => {
      assert.equal(await under.snapshots.find('box-none'), null)
    })

    it('answers a state as it was, with all that JSON cannot tell', async () => {
      const state = {
        set: new Set(['a']),
        map: new Map([['b', { c: null, d: undefined }]]),
        list: [1, 'ü', true],
        none: undefined,
      }
      await under.snapshots.keep('box-1', snapshot(7, state))
      assert.deepStrictEqual(await under.snapshots.find('box-1'), snapshot(7, state))
    })

    it('keeps the newest of a stream, in whatever order they come', async () => {
      await under.snapshots.keep('box-2', snapshot(200))
      await under.snapshots.keep('box-2', snapshot(900))
      await under.snapshots.keep('box-2', snapshot(500))
      assert.deepEqual(await under.snapshots.find('box-2'), snapshot(900))
    })
  })
}
