import type { AccountEnrollmentEvent, Ownership } from '../domain/account-enrollments/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type AccountEnrollmentRow = Readonly<{
  invitation_id: string
  /** As it was given. */
  managed_account: string
  /** By which it is found: accounts do not differ in case. */
  account_key: string
  ownership: Ownership
  team_id: string
  stage: 'offered' | 'accepted' | 'used' | 'withdrawn'
  offered_at: string
  expires_at: string
}>

/** Invitations to enroll with a managed account. */
export const accountEnrollments: Projection<AccountEnrollmentEvent, AccountEnrollmentRow> = {
  name: 'account_enrollments',
  version: 1,
  schema: `
    invitation_id text not null,
    managed_account text not null,
    account_key text not null,
    ownership text not null,
    team_id text not null,
    stage text not null,
    offered_at timestamptz not null,
    expires_at timestamptz not null`,
  key: ['invitation_id'],
  indexes: ['(account_key)'],

  on: {
    AccountEnrollmentOffered: ({ id, at, data: { managedAccount, ownership, teamId, expiresAt } }) => ({
      where: { invitation_id: id },
      set: {
        managed_account: managedAccount,
        account_key: accountKeyOf(managedAccount),
        ownership,
        team_id: teamId,
        stage: 'offered',
        offered_at: at,
        expires_at: expiresAt,
      },
    }),
    AccountEnrollmentAccepted: ({ id }) => ({ where: { invitation_id: id }, change: { stage: 'accepted' } }),
    AccountEnrollmentUsed: ({ id }) => ({ where: { invitation_id: id }, change: { stage: 'used' } }),
    AccountEnrollmentWithdrawn: ({ id }) => ({ where: { invitation_id: id }, change: { stage: 'withdrawn' } }),
  },
}

const accountKeyOf = (account: string): string => account.normalize('NFC').toLowerCase()

/** The invitation that waits for this account, the newest if there are several; `now` is ISO 8601. */
export const openInvitation = (account: string, now: string) =>
  query<AccountEnrollmentRow>`
    select * from account_enrollments
    where account_key = ${accountKeyOf(account)} and stage in ('offered', 'accepted') and expires_at > ${now}
    order by offered_at desc limit 1`

/** The newest invitations first. */
export const invitationsPage = (limit: number, offset: number) =>
  query<AccountEnrollmentRow>`
    select * from account_enrollments order by offered_at desc, invitation_id limit ${limit} offset ${offset}`
