import type { UserEvent } from '../domain/users/events.ts'
import type { Role } from '../domain/server/events.ts'
import type { TeamRole } from '../domain/users/rights.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

/** `email_key` is the address as addresses are compared. */
export type UserRow = Readonly<{
  user_id: string
  name: string
  email: string
  email_key: string
  global_role: Role | null
  teams: readonly TeamRole[]
  sso_enabled: boolean
  disabled: boolean
  created_at: string
  updated_at: string
}>

/** People who use the admin API; no passwords. */
export const users: Projection<UserEvent, UserRow> = {
  name: 'users',
  version: 1,
  schema: `
    user_id text not null,
    name text not null,
    email text not null,
    email_key text not null,
    global_role text,
    teams jsonb not null,
    sso_enabled boolean not null,
    disabled boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null`,
  key: ['user_id'],
  indexes: ['(email_key)'],

  on: {
    UserCreated: ({ id, at, data: { name, email, rights, ssoEnabled } }) => ({
      where: { user_id: id },
      set: {
        ...{ name, email, email_key: comparableEmail(email), global_role: rights.globalRole, teams: rights.teams },
        ...{ sso_enabled: ssoEnabled, disabled: false, created_at: at, updated_at: at },
      },
    }),
    UserRenamed: ({ id, at, data }) => ({ where: { user_id: id }, change: { name: data.name, updated_at: at } }),
    UserRightsChanged: ({ id, at, data: { rights } }) => ({
      where: { user_id: id },
      change: { global_role: rights.globalRole, teams: rights.teams, updated_at: at },
    }),
    UserPasswordChanged: ({ id, at }) => ({ where: { user_id: id }, change: { sso_enabled: false, updated_at: at } }),
    UserSsoEnabled: ({ id, at }) => ({ where: { user_id: id }, change: { sso_enabled: true, updated_at: at } }),
    UserDisabled: ({ id, at }) => ({ where: { user_id: id }, change: { disabled: true, updated_at: at } }),
    UserEnabled: ({ id, at }) => ({ where: { user_id: id }, change: { disabled: false, updated_at: at } }),
    UserDeleted: ({ id }) => ({ where: { user_id: id }, remove: true }),
  },
}

/** Addresses that differ in case only are one mailbox, almost everywhere. */
export const comparableEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase()

export const userById = (userId: string) => query<UserRow>`select * from users where user_id = ${userId}`

export const userByEmail = (email: string) =>
  query<UserRow>`select * from users where email_key = ${comparableEmail(email)} order by created_at limit 1`

/** By name; `text` is a part of name or address, null for all; `teamId`: only those with a role in it. */
export const usersPage = (filter: Readonly<{ text: string | null; teamId: string | null }>, limit: number, offset: number) =>
  query<UserRow>`
    select * from users
    where (${filter.text}::text is null or position(lower(${filter.text}) in lower(name || ' ' || email)) > 0)
      and (${filter.teamId}::text is null or exists (
        select from jsonb_array_elements(teams) t where t->>'id' = ${filter.teamId}))
    order by lower(name), user_id limit ${limit} offset ${offset}`
