import { X509Certificate } from 'node:crypto'
import { isCertifiable } from '../../src/protocols/scep/algorithms.ts'
import { decodeGetMessage } from '../../src/protocols/scep/ca.ts'
import { writeCertRep } from '../../src/protocols/scep/cert-rep.ts'
import type { CertificationRequest } from '../../src/protocols/scep/csr.ts'
import { checkCsrSignature, readCsr } from '../../src/protocols/scep/csr.ts'
import { identityContents } from '../../src/protocols/scep/issue.ts'
import { readPkiMessage } from '../../src/protocols/scep/server.ts'
import { issueCertificate } from '../../src/protocols/x509/authority.ts'
import { readCertificate } from '../../src/protocols/x509/certificate.ts'
import type { Target } from '../support/case.ts'
import { readCast } from '../support/cast.ts'
import { oddGetMessage, oddInside, oddMessage, oddRequest } from '../support/pki-messages.ts'
import { mustBeStorable } from '../support/storable.ts'

const { authority } = readCast()
const authorityDer = new X509Certificate(authority.certificatePem).raw
const now = new Date('2026-06-01T00:00:00Z')

/** Requests for certificates. Whatever is taken gets its certificate, as the edge would give it. */
export const scep: Target = {
  about: 'PKI messages of every type, GET messages and certificate requests: from outside, and deep inside good envelopes',
  make: (luck) => {
    const kind = luck.below(20)
    if (kind < 8) return { door: 'message', bytes: oddMessage(luck) }
    if (kind < 10) return { door: 'get-message', bytes: oddGetMessage(luck) }
    if (kind < 17) return { door: 'request', bytes: oddRequest(luck) }
    return { door: 'message', bytes: oddInside(authorityDer, luck) }
  },
  doors: {
    message: async (bytes) => {
      const request = await readPkiMessage(bytes, { authorities: [authority], allowSha1: true })
      const certificateDer = issued(request.csr)
      writeCertRep({ authority: request.recipient, request, result: { certificateDer } })
    },
    'get-message': async (bytes) =>
      readPkiMessage(decodeGetMessage(Buffer.from(bytes).toString('utf8')), { authorities: [authority] }),
    request: async (bytes) => {
      const csr = readCsr(bytes)
      if (isCertifiable(csr.publicKey) && (await checkCsrSignature(csr, true)) === 'valid') issued(csr)
    },
  },
}

/** As `certificateGrants` does it: what cannot be issued or told of in an event is a finding. */
const issued = (csr: CertificationRequest): Uint8Array => {
  const { certificateDer } = issueCertificate({ authority, ...identityContents(csr, { now }) })
  mustBeStorable(readCertificate(certificateDer))
  return certificateDer
}
