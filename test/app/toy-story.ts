import type { ToyEvent } from './toy-projections.ts'
import { filled, named, placed, put, shaken, takenAway, takenOut } from './toy-projections.ts'
import type { Rig } from './projection-rig.ts'

/** What happens to three boxes. */
export const story: readonly (readonly [string, ...ToyEvent[]])[] = [
  ['1', placed('red', { weight: 3, note: 'it\u0000s' }), filled('hat', 'cup', 'pen')],
  ['2', placed('blue'), filled('cup'), shaken(2)],
  ['1', takenOut('cup'), shaken(5), named('green')],
  ['3', placed('blue'), named('red'), takenAway],
  ['2', takenAway],
  ['2', placed('blue'), filled('pen')],
]

/** What the read models then hold: boxes, things, name_counts. */
export const expected = [
  [
    { box_id: '1', name: 'green', tags: ['a "b"', 'c\\'], facts: { note: 'it\ufffds', weight: 3 }, shakes: 5 },
    { box_id: '2', name: 'blue', tags: ['a "b"', 'c\\'], facts: {}, shakes: 7 },
  ].map(({ shakes, ...row }) => ({ ...row, placed_at: '2026-01-02T03:04:05.678Z', shakes })),
  [
    { box_id: '1', thing: 'hat', place: 0, shaken_by: 5 },
    { box_id: '1', thing: 'pen', place: 2, shaken_by: 5 },
    { box_id: '2', thing: 'pen', place: 0, shaken_by: null },
  ],
  [
    { name: 'blue', boxes: 1 },
    { name: 'green', boxes: 1 },
  ],
]

export const tell = async (rig: Rig): Promise<void> => {
  for (const [id, ...events] of story) await put(rig.log, id, ...events)
}
