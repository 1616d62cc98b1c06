/** When somebody is told that a certificate ends, in days before that. */
const steps = [1, 7, 14, 30, 60] as const

/** The step that is reached with so many days left: 0 when it has ended, null while there is time. */
export const expiryStep = (daysLeft: number): number | null =>
  daysLeft < 0 ? 0 : (steps.find((step) => daysLeft <= step) ?? null)

/** What an admin is told; null while there is time. */
export const expiryWarning = (daysLeft: number): string | null => {
  const step = expiryStep(daysLeft)
  if (step === null) return null
  return step === 0
    ? 'The certificate has expired: devices cannot be woken. Renew it with the same Apple account, so that its topic stays.'
    : `The certificate ends in ${String(Math.max(daysLeft, 0))} days. Renew it with the same Apple account, so that its topic stays.`
}
