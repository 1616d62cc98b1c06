import assert from 'node:assert/strict'
import type { UserEvent } from '../../../src/domain/users/events.ts'
import { everywhere } from '../../../src/domain/users/rights.ts'
import { user } from '../../../src/domain/users/user.ts'
import { work } from '../../../src/domain/users/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import { given } from '../../support/given.ts'

const password = { keyId: 'key', nonce: 'nonce', sealed: 'sealed' }
const inTeam = (id: string, role: 'admin' | 'observer') => ({ globalRole: null, teams: [{ id, role }] }) as const

const created = (rights: OfType<UserEvent, 'UserCreated'>['data']['rights']): UserEvent => ({
  type: 'UserCreated',
  data: { name: 'Grace', email: 'grace@example.com', rights, ssoEnabled: false, password, because: 'asked' },
})
const observer = created(everywhere('observer'))
const admin = created(everywhere('admin'))
const deleted: UserEvent = { type: 'UserDeleted', data: { name: 'Grace', email: 'grace@example.com' } }

describe('a user', () => {
  it('is created once', () => {
    const { data } = observer as OfType<UserEvent, 'UserCreated'>
    given(user, []).when({ type: 'CreateUser', data }).then([observer])
    given(user, [observer]).when({ type: 'CreateUser', data }).thenRejected('already-exists')
    given(user, [observer, deleted]).when({ type: 'CreateUser', data }).thenRejected('already-exists')
  })

  it('has rights that change when they are others', () => {
    const change = (released: number | null, rights: ReturnType<typeof inTeam>) =>
      ({ type: 'ChangeUserRights', data: { rights, released } }) as const
    given(user, [observer])
      .when(change(null, inTeam('7', 'observer')))
      .then([{ type: 'UserRightsChanged', data: { rights: inTeam('7', 'observer') } }])
      .andAgainNothing()
      .when(change(null, inTeam('7', 'admin')))
      .then([{ type: 'UserRightsChanged', data: { rights: inTeam('7', 'admin') } }])
  })

  it('that is an admin stops being one only when the list of admins has let go of this very grant', () => {
    const rights = everywhere('observer')
    given(user, [admin])
      .when({ type: 'ChangeUserRights', data: { rights, released: null } })
      .thenRejected('still-in-progress')
    given(user, [admin])
      .when({ type: 'DisableUser', data: { released: null } })
      .thenRejected('still-in-progress')
    given(user, [admin])
      .when({ type: 'DeleteUser', data: { released: 2 } })
      .thenRejected('still-in-progress')
    given(user, [admin])
      .when({ type: 'ChangeUserRights', data: { rights, released: 1 } })
      .then([{ type: 'UserRightsChanged', data: { rights } }])
    const again: UserEvent = { type: 'UserRightsChanged', data: { rights: everywhere('admin') } }
    given(user, [admin, { type: 'UserRightsChanged', data: { rights } }, again])
      .when({ type: 'DeleteUser', data: { released: 1 } })
      .thenRejected('still-in-progress')
  })

  it('signs in as it is set up to, while it is active', () => {
    const signIn = (by: 'password' | 'sso') => ({ type: 'RecordSignIn', data: { by, address: '192.0.2.1' } }) as const
    given(user, [observer])
      .when(signIn('password'))
      .then([{ type: 'UserSignedIn', data: { by: 'password', address: '192.0.2.1' } }])
    given(user, [observer]).when(signIn('sso')).thenRejected('not-supported')
    given(user, [observer, { type: 'UserDisabled', data: {} }])
      .when(signIn('password'))
      .thenRejected('not-found')
    given(user, [observer, { type: 'UserDisabled', data: {} }, { type: 'UserEnabled', data: {} }])
      .when(signIn('password'))
      .thenState(() => undefined)
    given(user, [observer, deleted]).when(signIn('password')).thenRejected('not-found')
    given(user, []).when(signIn('password')).thenRejected('not-found')
  })

  it('has no password once the identity provider vouches, until an admin sets one', () => {
    given(user, [observer])
      .when({ type: 'EnableUserSso', data: {} })
      .then([{ type: 'UserSsoEnabled', data: {} }])
      .andAgainNothing()
      .thenState(({ password: kept, ssoEnabled }) => assert.deepEqual([kept, ssoEnabled], [null, true]))
    const sso = [observer, { type: 'UserSsoEnabled', data: {} }] as const
    given(user, sso)
      .when({ type: 'ChangeUserPassword', data: { password, because: 'own' } })
      .thenRejected('not-supported')
    given(user, sso)
      .when({ type: 'ChangeUserPassword', data: { password, because: 'reset' } })
      .thenState(({ ssoEnabled }) => assert.equal(ssoEnabled, false))
  })

  it('is renamed, disabled, enabled and deleted, each once', () => {
    given(user, [observer])
      .when({ type: 'RenameUser', data: { name: 'Grace Hopper' } })
      .then([{ type: 'UserRenamed', data: { name: 'Grace Hopper' } }])
      .andAgainNothing()
      .when({ type: 'DisableUser', data: { released: null } })
      .then([{ type: 'UserDisabled', data: {} }])
      .andAgainNothing()
      .when({ type: 'EnableUser', data: {} })
      .then([{ type: 'UserEnabled', data: {} }])
      .andAgainNothing()
    given(user, [observer])
      .when({ type: 'DeleteUser', data: { released: null } })
      .then([deleted])
      .andAgainNothing()
  })

  it('that never was, or is gone, cannot be changed', () => {
    for (const history of [[], [observer, deleted]]) {
      given(user, history)
        .when({ type: 'RenameUser', data: { name: 'x' } })
        .thenRejected('not-found')
      given(user, history).when({ type: 'EnableUser', data: {} }).thenRejected('not-found')
      given(user, history).when({ type: 'EnableUserSso', data: {} }).thenRejected('not-found')
      given(user, history)
        .when({ type: 'DisableUser', data: { released: null } })
        .thenRejected('not-found')
    }
  })

  it('that is deleted gives its address back', () => {
    const event = { ...deleted, id: '7' } as Recorded<OfType<UserEvent, 'UserDeleted'>>
    assert.deepEqual(work.UserDeleted?.(event), [{ kind: 'release-names', key: 'users/7' }])
  })
})
