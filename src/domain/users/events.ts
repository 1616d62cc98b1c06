import type { Sealed } from '../../kernel/content.ts'
import type { Rights } from './rights.ts'

/**
 * A person who uses the admin API. The password is kept as a hash, which is sealed for the owner `user-<id>` in the context `password`.
 */
export type UserEvent =
  | {
      type: 'UserCreated'
      data: {
        name: string
        email: string
        rights: Rights
        /** True: the identity provider says who it is, and there is no password. */
        ssoEnabled: boolean
        password: Sealed | null
        /** `signed-in`: the identity provider vouched for somebody whom nobody had created. */
        because: 'asked' | 'signed-in'
      }
    }
  | { type: 'UserRenamed'; data: { name: string } }
  | { type: 'UserRightsChanged'; data: { rights: Rights } }
  /** From now on the password alone opens. `own`: the user did it, who knew the one before. */
  | { type: 'UserPasswordChanged'; data: { password: Sealed; because: 'own' | 'reset' } }
  /** From now on the identity provider alone opens; the password is gone. */
  | { type: 'UserSsoEnabled'; data: Readonly<Record<string, never>> }
  | { type: 'UserDisabled'; data: Readonly<Record<string, never>> }
  | { type: 'UserEnabled'; data: Readonly<Record<string, never>> }
  | { type: 'UserDeleted'; data: { name: string; email: string } }
  | { type: 'UserSignedIn'; data: { by: 'password' | 'sso'; address: string } }

/**
 * Who is an admin everywhere, kept apart from the users, so that one of them always is. `grant` counts how often a user was given rights: what
 * is said of an earlier grant says nothing of a later one.
 */
export type AdminsEvent =
  | { type: 'AdminListed'; data: { userId: string; grant: number } }
  | { type: 'AdminReleased'; data: { userId: string; grant: number } }
