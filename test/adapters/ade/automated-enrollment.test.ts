import assert from 'node:assert/strict'
import { automatedEnrollment } from '../../../src/adapters/ade/automated-enrollment.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { startAde } from '../../../src/simulators/ade/ade-service.ts'
import { automatedEnrollmentContract, valueOf } from '../../contracts/automated-enrollment.contract.ts'

automatedEnrollmentContract('The client of Apple', async () => {
  let now = Date.parse('2026-12-01T10:00:00Z')
  const clock = () => new Date(now)
  const apple = await startAde({ clock })
  const enrollment = automatedEnrollment({ baseUrl: `${apple.url}/`, userAgent: 'muster/1', clock, timeoutMs: 3000 })
  return {
    enrollment,
    apple,
    pass: (ms) => {
      now += ms
    },
    stop: async () => {
      enrollment.close()
      await apple.stop()
    },
  }
})

describe('The client of Apple', () => {
  it('trusts the authority that it is given, and no other', async () => {
    const authority = await createAuthority({ commonName: 'Test', organization: 'Test', years: 1, keyBits: 2048 })
    const { certificatePem, keyPem } = await createIdentity({
      ...{ authority, subject: nameOf({ commonName: 'localhost' }), san: { ip: ['127.0.0.1'] }, extKeyUsage: 'serverAuth' },
      ...{ notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3600_000) },
    })
    const apple = await startAde({ tls: { certificatePem, keyPem } })
    const token = apple.issueToken(apple.addServer('Muster'))
    const options = { baseUrl: apple.url, userAgent: 'muster/1', clock: () => new Date() }
    const [trusting, other] = [automatedEnrollment({ ...options, ca: authority.certificatePem }), automatedEnrollment(options)]
    try {
      assert.equal(valueOf(await trusting.as(token).account()).serverName, 'Muster')
      const refused = await other.as(token).account()
      assert.equal(refused.kind === 'refused' && refused.refusal.code, 'unreachable')
    } finally {
      trusting.close()
      other.close()
      await apple.stop()
    }
  })
})
