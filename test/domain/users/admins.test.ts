import { admins } from '../../../src/domain/users/admins.ts'
import type { AdminsEvent } from '../../../src/domain/users/events.ts'
import { given } from '../../support/given.ts'

const listed = (userId: string, grant = 1): AdminsEvent => ({ type: 'AdminListed', data: { userId, grant } })
const released = (userId: string, grant = 1): AdminsEvent => ({ type: 'AdminReleased', data: { userId, grant } })
const list = (userId: string, grant = 1) => ({ type: 'ListAdmin', data: { userId, grant } }) as const
const release = (userId: string, grant = 1) => ({ type: 'ReleaseAdmin', data: { userId, grant } }) as const

describe('the list of admins', () => {
  it('lets go of an admin when another is left', () => {
    given(admins, [listed('a'), listed('b')])
      .when(release('a'))
      .then([released('a')])
      .andAgainNothing()
  })

  it('never lets go of the last one', () => {
    given(admins, [listed('a')])
      .when(release('a'))
      .thenRejected('last-admin')
    given(admins, [listed('a'), listed('b'), released('b')])
      .when(release('a'))
      .thenRejected('last-admin')
    given(admins, []).when(release('a')).thenRejected('last-admin')
  })

  it('does not list again who was let go of meanwhile, but by a later grant', () => {
    const history = [listed('b'), listed('a'), released('a', 1)]
    given(admins, history).when(list('a', 1)).thenNothing()
    given(admins, history)
      .when(list('a', 3))
      .then([listed('a', 3)])
      .andAgainNothing()
  })

  it('keeps who was given the role anew when somebody lets go of an earlier grant', () => {
    given(admins, [listed('a', 3), listed('b')])
      .when(release('a', 1))
      .thenNothing()
  })

  it('remembers a release that came before the listing', () => {
    given(admins, [listed('b')])
      .when(release('a'))
      .then([released('a')])
      .when(list('a'))
      .thenNothing()
  })
})
