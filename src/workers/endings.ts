import type { App } from '../app/app.ts'
import { alarmingMs } from '../domain/renewal/schedule.ts'
import { expiryStep, expiryWarning } from '../domain/server/expiry.ts'
import { currentPushCertificate } from '../projections/push-certificates.ts'
import { renewalTroubles } from '../projections/renewals.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Says in the log what is about to end: the push certificate at 60, 30, 14, 7 and 1 days, once each; hosts that do not renew, daily. */
export const endings = (): ((app: App) => Promise<void>) => {
  const said = new Set<string>()

  const once = (key: string, say: () => void): void => {
    if (said.has(key)) return
    said.add(key)
    say()
  }

  return async ({ read, clock, logger }) => {
    const now = clock().getTime()
    const [push] = await read(currentPushCertificate())
    if (push !== undefined) {
      const daysLeft = Math.floor((Date.parse(push.not_after) - now) / dayMs)
      const step = expiryStep(daysLeft)
      if (step !== null)
        once(`${push.topic}/${push.not_after}/${String(step)}`, () => {
          logger.warn({ topic: push.topic, notAfter: push.not_after, daysLeft }, expiryWarning(daysLeft) ?? '')
        })
    }
    const [troubles] = await read(renewalTroubles(new Date(now + alarmingMs).toISOString()))
    if (troubles !== undefined && troubles.ending > 0)
      once(`identities/${new Date(now).toISOString().slice(0, 10)}`, () => {
        logger.warn(troubles, 'identity certificates of hosts end within 30 days: once ended, the hosts must enroll again')
      })
  }
}
