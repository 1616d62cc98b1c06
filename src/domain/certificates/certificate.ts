import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import type { EnrollmentTerms } from '../enrollment/terms.ts'
import { reject } from '../rejections.ts'
import type { CertificateEvent } from './events.ts'

export type CertificateCommand =
  | { type: 'IssueCertificate'; data: OfType<CertificateEvent, 'CertificateIssued'>['data'] }
  | { type: 'BindCertificate'; data: { hostId: string; enrollmentId: string } }
  /** `notAfter` (ISO 8601) stands in the certificate itself. */
  | { type: 'NoteCertificateEnd'; data: { notAfter: string } }
  | { type: 'RevokeCertificate'; data: { because: 'asked' | 'superseded' | 'enrollment-ended' } }

export type Certificate = Readonly<{
  issued: boolean
  enrollmentId: string | null
  hostId: string | null
  revoked: boolean
  /** ISO 8601; null when another authority issued it, and no signature was seen yet. */
  notAfter: string | null
  /** The terms of the profile that it was asked for with, where that is known. */
  terms: EnrollmentTerms | null
}>

/**
 * One identity certificate, its stream named by the SHA-256 of its DER. It belongs to the first enrollment that authenticates with it, for
 * ever: a stream takes one binding only, so no two devices can both win.
 */
export const certificate: Decider<CertificateCommand, CertificateEvent, Certificate> = {
  category: 'certificate',
  initial: { issued: false, enrollmentId: null, hostId: null, revoked: false, notAfter: null, terms: null },

  decide: decideBy<CertificateCommand, CertificateEvent, Certificate>({
    IssueCertificate: ({ data }, now) => (now.issued ? [] : [{ type: 'CertificateIssued', data }]),
    BindCertificate: ({ data }, now) => {
      if (now.revoked) reject('certificate-revoked', 'This certificate was revoked.')
      if (now.enrollmentId === data.enrollmentId) return []
      if (now.enrollmentId !== null) reject('certificate-in-use', 'This certificate belongs to another enrollment.')
      if (now.terms?.renews != null && now.terms.renews.hostId !== data.hostId)
        reject('certificate-in-use', 'This certificate was issued to renew the identity of another host.')
      return [{ type: 'CertificateBound', data }]
    },
    NoteCertificateEnd: ({ data }, now) =>
      now.enrollmentId === null || now.notAfter !== null ? [] : [{ type: 'CertificateEndSeen', data }],
    RevokeCertificate: ({ data }, now) => {
      if (!now.issued && now.enrollmentId === null) return reject('not-found', 'This certificate is not known.', 'fingerprint')
      return now.revoked ? [] : [{ type: 'CertificateRevoked', data }]
    },
  }),

  evolve: evolveBy<CertificateEvent, Certificate>({
    CertificateIssued: (state, { data }) => ({ ...state, issued: true, notAfter: data.notAfter, terms: data.terms ?? null }),
    CertificateBound: (state, { data }) => ({ ...state, enrollmentId: data.enrollmentId, hostId: data.hostId }),
    CertificateEndSeen: (state, { data }) => ({ ...state, notAfter: data.notAfter }),
    CertificateRevoked: (state) => ({ ...state, revoked: true }),
  }),

  concerns: (_, event) => (event.type === 'CertificateBound' ? [event.data.hostId] : []),
}
