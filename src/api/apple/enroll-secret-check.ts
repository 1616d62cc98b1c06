import type { Request, Response } from 'express'
import { HttpRefusal, refuse } from '../errors.ts'
import type { Attempts } from '../attempts.ts'
import { addressOf } from '../attempts.ts'
import type { TeamOfSecret } from '../enrolling-teams.ts'

/** Wrong secrets of one address in a minute, before it has to wait: many devices may stand behind one address, but they do not guess. */
export const wrongPerMinute = 30

/** Why a page or a profile is not given. */
export type SecretCheck = Readonly<{ teamId: string; secret: string }> | 'wrong' | 'too-many'

/** Looks the secret in `?enroll_secret=` up. A wrong one counts against its address. */
export const checkSecret = async (request: Request, teamOf: TeamOfSecret, attempts: Attempts): Promise<SecretCheck> => {
  const address = addressOf(request)
  if (!attempts.mayTry(address)) return 'too-many'
  const { enroll_secret: told } = request.query
  const secret = typeof told === 'string' ? told : ''
  const teamId = await teamOf(secret)
  if (teamId !== null) return { teamId, secret }
  attempts.count(address)
  return 'wrong'
}

/** As `checkSecret`; refuses with 403 or 429, never with 401. */
export const secretMustBeRight = async (
  request: Request,
  response: Response,
  { teamOf, attempts }: Readonly<{ teamOf: TeamOfSecret; attempts: Attempts }>,
): Promise<Readonly<{ teamId: string; secret: string }>> => {
  const checked = await checkSecret(request, teamOf, attempts)
  if (checked === 'wrong') return refuse(403, 'enroll_secret', 'This enroll secret is not known.')
  if (checked !== 'too-many') return checked
  response.set('retry-after', '60')
  throw new HttpRefusal(429, [{ name: 'base', reason: 'Too many wrong enroll secrets came from this address.' }])
}
