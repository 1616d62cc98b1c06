import type { App } from '../../app/app.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { certificate } from '../../domain/certificates/certificate.ts'
import { reject } from '../../domain/rejections.ts'
import type { Certificate } from '../../domain/certificates/certificate.ts'
import type { Identity } from '../../domain/enrollment/commands.ts'
import type { Cause } from '../../kernel/event.ts'
import type { EnrollmentIds } from '../../protocols/apple/enrollment-ids.ts'

/**
 * Which certificate speaks for which enrollment. A binding never changes, so what was once read is remembered.
 * The rules are those of NanoMDM's certificate association: Authenticate binds a certificate that is free; everything else must come with one
 * that is bound to the same enrollment.
 */
export type Associations = Readonly<{
  /** For Authenticate. Answers what is known of the certificate. Rejects with `certificate-in-use` or `certificate-revoked`. */
  bind: (fingerprint: string, hostId: string, ids: EnrollmentIds, cause: Cause) => Promise<Identity>
  /** For everything else. Rejects with `certificate-not-associated` or `certificate-in-use`. */
  mustBeBound: (fingerprint: string, ids: EnrollmentIds) => void | Promise<void>
  /** What is known of a certificate. */
  identityOf: (fingerprint: string) => Promise<Identity>
}>

export const associations = ({ execute, load }: Pick<App, 'execute' | 'load'>): Associations => {
  const bound = leastRecentlyUsed<string>(200_000)

  const check = (owner: string | null, ids: EnrollmentIds): void => {
    if (owner === null) reject('certificate-not-associated', 'This certificate has not authenticated an enrollment.')
    if (owner !== deviceOf(ids)) reject('certificate-in-use', 'This certificate belongs to another enrollment.')
  }

  return {
    bind: async (fingerprint, hostId, ids, cause) => {
      const command = { type: 'BindCertificate', data: { hostId, enrollmentId: deviceOf(ids) } } as const
      const { state } = await execute(certificate, fingerprint, command, cause)
      bound.set(fingerprint, deviceOf(ids))
      return identity(fingerprint, state)
    },
    identityOf: async (fingerprint) => identity(fingerprint, (await load(certificate, fingerprint)).state),
    mustBeBound: (fingerprint, ids) => {
      const known = bound.get(fingerprint)
      if (known !== undefined) {
        check(known, ids)
        return
      }
      return load(certificate, fingerprint).then(({ state: { enrollmentId } }) => {
        check(enrollmentId, ids)
        if (enrollmentId !== null) bound.set(fingerprint, enrollmentId)
      })
    },
  }
}

const identity = (fingerprint: string, { notAfter, terms }: Certificate): Identity => ({
  certificate: fingerprint,
  notAfter,
  terms,
})

/** Both channels of a device use its one certificate. */
const deviceOf = ({ parentId, enrollmentId }: EnrollmentIds): string => parentId ?? enrollmentId
