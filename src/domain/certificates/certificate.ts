import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import type { OfType } from '../../kernel/event.ts'
import { reject } from '../rejections.ts'
import type { CertificateEvent } from './events.ts'

export type CertificateCommand =
  | { type: 'IssueCertificate'; data: OfType<CertificateEvent, 'CertificateIssued'>['data'] }
  | { type: 'BindCertificate'; data: { hostId: string; enrollmentId: string } }

export type Certificate = Readonly<{ issued: boolean; enrollmentId: string | null; hostId: string | null }>

/**
 * One identity certificate, its stream named by the SHA-256 of its DER. It belongs to the first enrollment that authenticates with it, for
 * ever: a stream takes one binding only, so no two devices can both win.
 */
export const certificate: Decider<CertificateCommand, CertificateEvent, Certificate> = {
  category: 'certificate',
  initial: { issued: false, enrollmentId: null, hostId: null },

  decide: decideBy<CertificateCommand, CertificateEvent, Certificate>({
    IssueCertificate: ({ data }, now) => (now.issued ? [] : [{ type: 'CertificateIssued', data }]),
    BindCertificate: ({ data }, now) => {
      if (now.enrollmentId === data.enrollmentId) return []
      if (now.enrollmentId !== null) reject('certificate-in-use', 'This certificate belongs to another enrollment.')
      return [{ type: 'CertificateBound', data }]
    },
  }),

  evolve: evolveBy<CertificateEvent, Certificate>({
    CertificateIssued: (state) => ({ ...state, issued: true }),
    CertificateBound: (state, { data }) => ({ ...state, enrollmentId: data.enrollmentId, hostId: data.hostId }),
  }),

  concerns: (_, event) => (event.type === 'CertificateBound' ? [event.data.hostId] : []),
}
