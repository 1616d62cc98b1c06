import type { Sealed } from '../../kernel/content.ts'
import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { UserEvent } from './events.ts'
import type { Rights } from './rights.ts'
import { isSameRights } from './rights.ts'

/** The grant of which the list of admins released the user; null: none (see `admins`). */
type Released = Readonly<{ released: number | null }>

export type UserCommand =
  | { type: 'CreateUser'; data: OfType<UserEvent, 'UserCreated'>['data'] }
  | { type: 'RenameUser'; data: { name: string } }
  | { type: 'ChangeUserRights'; data: { rights: Rights } & Released }
  | { type: 'ChangeUserPassword'; data: OfType<UserEvent, 'UserPasswordChanged'>['data'] }
  | { type: 'EnableUserSso'; data: object }
  | { type: 'DisableUser'; data: Released }
  | { type: 'EnableUser'; data: object }
  | { type: 'DeleteUser'; data: Released }
  | { type: 'RecordSignIn'; data: OfType<UserEvent, 'UserSignedIn'>['data'] }

export type User = Readonly<{
  stage: 'absent' | 'active' | 'disabled' | 'deleted'
  name: string
  email: string
  rights: Rights
  ssoEnabled: boolean
  password: Sealed | null
  /** How often rights were given: with the creation, a change, and coming back. */
  grant: number
}>

const nobody: User = {
  ...{ stage: 'absent', name: '', email: '', ssoEnabled: false, password: null, grant: 0 },
  rights: { globalRole: null, teams: [] },
}

/** A person who uses the admin API. */
export const user: Decider<UserCommand, UserEvent, User> = {
  category: 'user',
  initial: nobody,

  decide: decideBy<UserCommand, UserEvent, User>({
    CreateUser: ({ data }, now) => {
      if (now.stage !== 'absent') reject('already-exists', 'This user was created before.', 'email')
      return [{ type: 'UserCreated', data }]
    },
    RenameUser: ({ data }, now) => {
      mustExist(now)
      return data.name === now.name ? [] : [{ type: 'UserRenamed', data }]
    },
    ChangeUserRights: ({ data: { rights, released } }, now) => {
      mustExist(now)
      if (isSameRights(rights, now.rights)) return []
      mustBeReleased(now, released)
      return [{ type: 'UserRightsChanged', data: { rights } }]
    },
    ChangeUserPassword: ({ data }, now) => {
      mustExist(now)
      if (data.because === 'own' && now.ssoEnabled)
        reject('not-supported', 'This user signs in at the identity provider and has no password here.', 'new_password')
      return [{ type: 'UserPasswordChanged', data }]
    },
    EnableUserSso: (_, now) => {
      mustExist(now)
      return now.ssoEnabled ? [] : [{ type: 'UserSsoEnabled', data: {} }]
    },
    DisableUser: ({ data: { released } }, now) => {
      mustExist(now)
      if (now.stage === 'disabled') return []
      mustBeReleased(now, released)
      return [{ type: 'UserDisabled', data: {} }]
    },
    EnableUser: (_, now) => {
      mustExist(now)
      return now.stage === 'active' ? [] : [{ type: 'UserEnabled', data: {} }]
    },
    DeleteUser: ({ data: { released } }, now) => {
      if (now.stage === 'deleted') return []
      mustExist(now)
      mustBeReleased(now, released)
      return [{ type: 'UserDeleted', data: { name: now.name, email: now.email } }]
    },
    RecordSignIn: ({ data }, now) => {
      if (now.stage !== 'active') reject('not-found', 'This user may not sign in.')
      if (now.ssoEnabled !== (data.by === 'sso')) reject('not-supported', 'This user signs in another way.')
      return [{ type: 'UserSignedIn', data }]
    },
  }),

  evolve: evolveBy<UserEvent, User>({
    UserCreated: (_, { data: { because: _because, ...data } }) => ({ ...data, stage: 'active', grant: 1 }),
    UserRenamed: (state, { data }) => ({ ...state, name: data.name }),
    UserRightsChanged: (state, { data }) => ({ ...state, rights: data.rights, grant: state.grant + 1 }),
    UserPasswordChanged: (state, { data }) => ({ ...state, password: data.password, ssoEnabled: false }),
    UserSsoEnabled: (state) => ({ ...state, password: null, ssoEnabled: true }),
    UserDisabled: (state) => ({ ...state, stage: 'disabled' }),
    UserEnabled: (state) => ({ ...state, stage: 'active', grant: state.grant + 1 }),
    UserDeleted: (state) => ({ ...state, stage: 'deleted', password: null }),
    UserSignedIn: (state) => state,
  }),
}

/** True of a user who may do everything, and is not disabled. */
export const isActingAdmin = ({ stage, rights }: Pick<User, 'stage' | 'rights'>): boolean =>
  stage === 'active' && rights.globalRole === 'admin'

const mustExist = ({ stage }: User): void => {
  if (stage !== 'active' && stage !== 'disabled') reject('not-found', 'This user does not exist.', 'id')
}

const mustBeReleased = (now: User, released: number | null): void => {
  if (isActingAdmin(now) && released !== now.grant)
    reject('still-in-progress', 'The role of this user is being changed by somebody else; try again.')
}
