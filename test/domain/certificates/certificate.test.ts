import assert from 'node:assert/strict'
import { certificate } from '../../../src/domain/certificates/certificate.ts'
import type { CertificateEvent } from '../../../src/domain/certificates/events.ts'
import { given } from '../../support/given.ts'

const issue = {
  type: 'IssueCertificate',
  data: {
    serial: '01',
    subject: 'CN=Mac',
    notAfter: '2027-03-01T00:00:00.000Z',
    certificate: 'MIIB',
    transactionId: 't',
    csrHash: 'c',
  },
} as const
const bound: CertificateEvent = { type: 'CertificateBound', data: { hostId: '1', enrollmentId: 'mac-1' } }

describe('an identity certificate', () => {
  it('is issued once', () => {
    given(certificate, [])
      .when(issue)
      .then([{ type: 'CertificateIssued', data: issue.data }])
      .andAgainNothing()
  })

  it('belongs to the first enrollment that shows it, issued here or not', () => {
    const command = { type: 'BindCertificate', data: bound.data } as const
    given(certificate, []).when(command).then([bound]).andAgainNothing()
    given(certificate, [{ type: 'CertificateIssued', data: issue.data }])
      .when(command)
      .then([bound])
  })

  it('is refused to every other enrollment, for ever', () => {
    given(certificate, [bound])
      .when({ type: 'BindCertificate', data: { hostId: '2', enrollmentId: 'mac-2' } })
      .thenRejected('certificate-in-use')
  })

  it('concerns the host that it is bound to', () => {
    assert.deepEqual(certificate.concerns?.('fingerprint', bound), ['1'])
    assert.deepEqual(certificate.concerns?.('fingerprint', { type: 'CertificateIssued', data: issue.data }), [])
  })

  it('is revoked once, and then bound to nobody', () => {
    const issued: CertificateEvent = { type: 'CertificateIssued', data: issue.data }
    given(certificate, [issued])
      .when({ type: 'RevokeCertificate', data: { because: 'asked' } })
      .then([{ type: 'CertificateRevoked', data: { because: 'asked' } }])
      .andAgainNothing()
    given(certificate, [issued, { type: 'CertificateRevoked', data: { because: 'asked' } }])
      .when({ type: 'BindCertificate', data: bound.data })
      .thenRejected('certificate-revoked')
    given(certificate, [])
      .when({ type: 'RevokeCertificate', data: { because: 'asked' } })
      .thenRejected('not-found')
  })
})
