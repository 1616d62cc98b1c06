import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { accountEnrollment } from '../../../domain/account-enrollments/account-enrollment.ts'
import type { Ownership } from '../../../domain/account-enrollments/events.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import type { AccountEnrollmentRow } from '../../../projections/account-enrollments.ts'
import { invitationsPage } from '../../../projections/account-enrollments.ts'
import { invitationOfCode } from '../../apple/account-sign-in.ts'
import { bodyOf, numberId, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'
import { teamMustExist } from '../doors/team-checks.ts'

/** Apple's words for whose device it is. */
const modes: Readonly<Record<Ownership, 'BYOD' | 'ADDE'>> = { personal: 'BYOD', organization: 'ADDE' }

export const wish = z.object({
  managed_apple_account: z
    .string()
    .trim()
    .max(255)
    .regex(/^[^\s@]+@[^\s@]+$/, 'A managed Apple account has the form name@domain.'),
  team_id: numberId.default(noTeam),
  mode: z.enum(['BYOD', 'ADDE']).default('BYOD'),
  expires_in_hours: z.int().min(1).max(720).default(168),
})

export const listQuery = z.object(paging(100, 1000))

export const invitationId = z.string().regex(/^[0-9a-z-]{1,64}$/, 'This is no id of an account enrollment.')

type AccountEnrollmentRoutes = Pick<
  Handlers,
  'GET /account_enrollments' | 'POST /account_enrollments' | 'DELETE /account_enrollments/:id'
>

/** Invitations to enroll with a managed Apple account. The code is shown once, here, and typed once, on the device. */
export const accountEnrollmentRoutes = ({
  app,
  tickets,
  settings,
}: Pick<AdminDeps, 'app' | 'tickets' | 'settings'>): AccountEnrollmentRoutes => ({
  'GET /account_enrollments': async (request, response) => {
    const page = queryOf(listQuery, request)
    const { limit, offset } = windowOf(page)
    const { rows, meta } = pageOf(await app.read(invitationsPage(limit, offset)), page)
    response.json({ account_enrollments: rows.map(present), meta })
  },

  'POST /account_enrollments': async (request, response, { cause }) => {
    const { managed_apple_account, team_id, mode, expires_in_hours } = bodyOf(wish, request)
    await teamMustExist(app, team_id)
    const code = randomCode()
    const id = await invitationOfCode(tickets, code)
    const ownership = mode === 'BYOD' ? 'personal' : 'organization'
    const expiresAt = new Date(app.clock().getTime() + expires_in_hours * 60 * 60 * 1000).toISOString()
    const data = { managedAccount: managed_apple_account, ownership, teamId: team_id, expiresAt } as const
    const executed = await app.execute(accountEnrollment, id, { type: 'OfferAccountEnrollment', data }, cause)
    const discovery_url = `${settings.publicUrl}/.well-known/com.apple.remotemanagement`
    const said = { id, managed_apple_account, team_id: Number(team_id), mode, code, expires_at: expiresAt, discovery_url }
    await answer(app, response, executed, () => ({ account_enrollment: said }))
  },

  'DELETE /account_enrollments/:id': async (request, response, { cause }) => {
    const id = paramOf(invitationId, request, 'id')
    const executed = await app.execute(accountEnrollment, id, { type: 'WithdrawAccountEnrollment', data: {} }, cause)
    await answer(app, response, executed, () => ({}))
  },
})

/** Without those that look alike; 32 of them, so that a byte picks each as likely. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Twelve letters in groups, such as `K7QF-2MXA-99TD`: 60 random bits. */
const randomCode = (): string =>
  [...randomBytes(12)]
    .map((byte) => letters.charAt(byte % letters.length))
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-')

export const present = (row: AccountEnrollmentRow) => ({
  id: row.invitation_id,
  managed_apple_account: row.managed_account,
  team_id: Number(row.team_id),
  mode: modes[row.ownership],
  status: row.stage,
  created_at: row.offered_at,
  expires_at: row.expires_at,
})
