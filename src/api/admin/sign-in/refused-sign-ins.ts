import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import type { App } from '../../../app/app.ts'
import type { SignInWay } from '../../../domain/server/events.ts'
import { security } from '../../../domain/server/security.ts'
import { attemptsOf } from '../../attempts.ts'

/** Tells of a sign-in that was refused; `userId` is the user that was meant, null: none that there is. Never fails, and keeps nobody waiting. */
export type TellRefusedSignIn = (by: SignInWay, request: Request, userId: string | null) => void

/** How many are recorded in a minute: of one address and way, and in all. Whoever guesses must not fill the log. */
const perAddress = 1
const inAll = 60

/**
 * Failed sign-ins leave an event, a log line and a count (`counted`), the first two at a bounded rate. What was typed is in none of them: people
 * type passwords where addresses belong.
 */
export const refusedSignIns = (
  { execute, clock, logger }: Pick<App, 'execute' | 'clock' | 'logger'>,
  counted: (by: SignInWay) => void = () => undefined,
): TellRefusedSignIn => {
  const [addresses, all] = [perAddress, inAll].map((limit) => attemptsOf(clock, { limit, windowMs: 60_000 }))

  const record = async (by: SignInWay, address: string, userId: string | null): Promise<void> => {
    const id = randomUUID()
    const cause = { id: `sign-in/${id}`, actor: { kind: 'server', id: 'sign-in' }, correlationId: id, causationId: id } as const
    const day = clock().toISOString().slice(0, 10)
    await execute(security, day, { type: 'RecordRefusedSignIn', data: { by, address, userId } }, cause)
  }

  return (by, request, userId) => {
    counted(by)
    const address = request.ip ?? 'unknown'
    const who = `${by} ${address}`
    if (addresses?.mayTry(who) !== true || all?.mayTry('') !== true) return
    addresses.count(who)
    all.count('')
    logger.warn({ by, address, userId }, 'a sign-in was refused')
    record(by, address, userId).catch((error: unknown) => {
      logger.warn({ err: error, by, address }, 'a refused sign-in was not recorded')
    })
  }
}
