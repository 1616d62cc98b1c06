import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { enrolled, having, profileOf, reconcileTo } from '../../support/host-stories.ts'
import assert from 'node:assert/strict'

const camera = profileOf('camera')
const other = profileOf('other')
const overriding = {
  ...{ profileId: 'camera', checksum: camera.checksum, detail: 'Overridden by other.' },
  by: [{ profileId: 'other', checksum: other.checksum }],
}
const note = (all: readonly (typeof overriding)[]) => ({ type: 'NoteOverriding', data: { all } }) as const
const overridden = { type: 'ProfileOverridden', data: overriding } as const
const history = [...enrolled('windows'), ...having(camera), ...having(other)]

describe('A profile that another overrides on a host', () => {
  it('counts as failed, and that is told once [case C1]', () => {
    given(host, history)
      .when(note([overriding]))
      .then([overridden])
      .andAgainNothing()
  })

  it('stays so while what overrides it is wanted as it is [case C1]', () => {
    given(host, [...history, overridden])
      .when(reconcileTo([camera, other]))
      .thenNothing()
  })

  for (const [what, desired] of [
    ['is gone', [camera]],
    ['is another version', [camera, { ...other, checksum: 'new' }]],
  ] as const)
    it(`is sent again when what overrides it ${what} [case C1]`, () => {
      given(host, [...history, overridden])
        .when(reconcileTo(desired))
        .thenState(({ commands, hostProfiles }) => {
          assert.equal(hostProfiles['camera']?.status, 'pending')
          assert.ok(
            [...commands.waiting.values()].some(({ request }) => 'profileId' in request && request.profileId === 'camera'),
          )
        })
    })

  it('is sent again when what overrode it is not in force [case C1]', () => {
    given(host, [...history, overridden])
      .when(note([]))
      .then([{ type: 'ProfileOverrideEnded', data: { profileId: 'camera' } }])
      .when(reconcileTo([camera, other]))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['camera']?.status, 'pending'))
  })

  it('is not told of while it is on its way, or in a version that the host has no more [case C1]', () => {
    given(host, history)
      .when(note([{ ...overriding, checksum: 'older' }]))
      .thenNothing()
    given(host, [...enrolled('windows'), ...having(other)])
      .when(reconcileTo([camera, other]))
      .when(note([overriding]))
      .thenNothing()
  })
})
