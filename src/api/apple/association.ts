import type { App } from '../../app/app.ts'
import { leastRecentlyUsed } from '../../kernel/least-recently-used.ts'
import { host } from '../../domain/host/host.ts'
import { hostIdOf } from '../../domain/host/host-id.ts'
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

/** An enrollment asks for its identity several times within a moment, and not again for long. */
const identitiesInMemory = 20_000

export const associations = (
  { execute, load }: Pick<App, 'execute' | 'load'>,
  { retroactive = false }: Readonly<{ retroactive?: boolean }> = {},
): Associations => {
  const bound = leastRecentlyUsed<string>(200_000)
  const identities = leastRecentlyUsed<Identity>(identitiesInMemory)

  /** What is known of a certificate whose end is known stays so. */
  const known = (fingerprint: string, state: Certificate): Identity => {
    const identity = { certificate: fingerprint, notAfter: state.notAfter, terms: state.terms }
    if (identity.notAfter !== null) identities.set(fingerprint, identity)
    return identity
  }

  const check = (owner: string | null, ids: EnrollmentIds): void => {
    if (owner === null) reject('certificate-not-associated', 'This certificate has not authenticated an enrollment.')
    if (owner !== deviceOf(ids)) reject('certificate-in-use', 'This certificate belongs to another enrollment.')
  }

  const look = async (fingerprint: string, ids: EnrollmentIds): Promise<void> => {
    const { state } = await load(certificate, fingerprint)
    if (state.enrollmentId === null && retroactive) await adopt(fingerprint, state, ids)
    else check(state.enrollmentId, ids)
    bound.set(fingerprint, state.enrollmentId ?? deviceOf(ids))
  }

  /** A host that was brought over without its certificate is known by the one that it first comes with, and by no other after that. */
  const adopt = async (fingerprint: string, { notAfter, terms }: Certificate, ids: EnrollmentIds): Promise<void> => {
    const hostId = hostIdOf(deviceOf(ids))
    const { state } = await load(host, hostId)
    if (state.enrollment.certificate !== '') return check(null, ids)
    const id = `adopt/${fingerprint}/${hostId}`
    const cause: Cause = { id, actor: { kind: 'device', id: deviceOf(ids) }, correlationId: id, causationId: id }
    const binding = { type: 'BindCertificate', data: { hostId, enrollmentId: deviceOf(ids) } } as const
    await execute(certificate, fingerprint, binding, cause)
    const identity = { certificate: fingerprint, notAfter, terms }
    await execute(host, hostId, { type: 'ReplaceIdentity', data: { identity } }, cause)
  }

  return {
    bind: async (fingerprint, hostId, ids, cause) => {
      const command = { type: 'BindCertificate', data: { hostId, enrollmentId: deviceOf(ids) } } as const
      const { state } = await execute(certificate, fingerprint, command, cause)
      bound.set(fingerprint, deviceOf(ids))
      return known(fingerprint, state)
    },
    identityOf: async (fingerprint) =>
      identities.get(fingerprint) ?? known(fingerprint, (await load(certificate, fingerprint)).state),
    mustBeBound: (fingerprint, ids) => {
      const known = bound.get(fingerprint)
      if (known !== undefined) {
        check(known, ids)
        return
      }
      return look(fingerprint, ids)
    },
  }
}

/** Both channels of a device use its one certificate. */
const deviceOf = ({ parentId, enrollmentId }: EnrollmentIds): string => parentId ?? enrollmentId
