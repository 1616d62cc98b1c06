import type { App } from '../../app/app.ts'
import { certificate } from '../../domain/certificates/certificate.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import type { Associations } from './association.ts'
import type { DeviceCertificate } from './device-certificate.ts'

/**
 * Notes when a certificate ends that another authority issued: of our own the log knows it from the start, of those of an authority that was
 * brought over it is seen in each signature, and written down once.
 */
export const identityEnds = (
  { execute, load }: Pick<App, 'execute' | 'load'>,
  { identityOf }: Pick<Associations, 'identityOf'>,
) => {
  const noted = leastRecentlyUsed<true>(200_000)

  const note = async ({ fingerprint, notAfter }: DeviceCertificate, makeCause: () => Cause): Promise<void> => {
    const isKnown = (await identityOf(fingerprint)).notAfter !== null
    const hostId = isKnown ? null : (await load(certificate, fingerprint)).state.hostId
    if (hostId !== null) {
      const cause = makeCause()
      await execute(certificate, fingerprint, { type: 'NoteCertificateEnd', data: { notAfter } }, cause)
      await execute(host, hostId, { type: 'NoteIdentityEnd', data: { certificate: fingerprint, notAfter } }, cause)
    }
    noted.set(fingerprint, true)
  }

  return (shown: DeviceCertificate, makeCause: () => Cause): void | Promise<void> =>
    noted.get(shown.fingerprint) === undefined ? note(shown, makeCause) : undefined
}
