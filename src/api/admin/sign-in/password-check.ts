import type { Request, Response } from 'express'
import type { App } from '../../../app/app.ts'
import { SecretGone } from '../../../app/ports.ts'
import type { User } from '../../../domain/users/user.ts'
import { user } from '../../../domain/users/user.ts'
import { comparableEmail, userByEmail } from '../../../projections/users.ts'
import { addressOf, attemptsOf } from '../../attempts.ts'
import { refuse } from '../../errors.ts'
import type { Passwords } from '../../passwords.ts'
import type { TellRefusedSignIn } from './refused-sign-ins.ts'
import { passwordContext, vaultOwnerOf } from '../users/user-changes.ts'

/** The user whose password it was, as the log has it. */
export type Checked = Readonly<{ userId: string; state: User }>

/**
 * Tells whose password this is. Refuses with 401, in the same words and after the same time whether the address is unknown, the user may not sign in
 * so, or the password is wrong; with 429 when an address or an account was tried too often.
 */
export type PasswordCheck = (
  told: Readonly<{ email: string; password: string }>,
  request: Request,
  response: Response,
) => Promise<Checked>

const windowMs = 15 * 60_000
/** Wrong passwords in that time, counted by each process for itself: for one account, and from one address (an office may be behind it). */
const perAccount = 20
const perAddress = 60

export const passwordCheck = (
  app: Pick<App, 'read' | 'load' | 'vault' | 'clock'>,
  passwords: Passwords,
  tellRefused: TellRefusedSignIn = () => undefined,
): PasswordCheck => {
  const accounts = attemptsOf(app.clock, { limit: perAccount, windowMs })
  const addresses = attemptsOf(app.clock, { limit: perAddress, windowMs })

  const hashOf = async ({ userId, state }: Checked): Promise<string | null> => {
    if (state.stage !== 'active' || state.password === null) return null
    try {
      return Buffer.from(await app.vault.open(vaultOwnerOf(userId), passwordContext, state.password)).toString()
    } catch (error) {
      if (error instanceof SecretGone) return null
      throw error
    }
  }

  return async ({ email, password }, request, response) => {
    const [account, address] = [comparableEmail(email), addressOf(request)]
    if (!accounts.mayTry(account) || !addresses.mayTry(address)) {
      tellRefused('password', request, null)
      response.set('retry-after', String(windowMs / 1000))
      return refuse(429, 'base', 'Too many wrong passwords were tried; try again in a quarter of an hour.')
    }
    // Before the answer is known: guesses that run side by side count too.
    accounts.count(account)
    addresses.count(address)
    const [row] = await app.read(userByEmail(email))
    const found = row === undefined ? null : { userId: row.user_id, state: (await app.load(user, row.user_id)).state }
    const isRight = await passwords.matches(password, found === null ? null : await hashOf(found))
    if (!isRight || found === null) {
      tellRefused('password', request, found?.userId ?? null)
      return refuse(401, 'base', 'The e-mail address or the password is wrong.')
    }
    accounts.takeBack(account)
    addresses.takeBack(address)
    return found
  }
}
